import { jest } from '@jest/globals';
import { withSignal } from './with-signal.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

it('gives what the work gave, ends what it left going, and leaves no timer', async () => {
  let left: AbortSignal | undefined;
  const work = async (signal: AbortSignal) => {
    left = signal;
    return 'done';
  };
  expect(await withSignal({ longestMs: 1_000, graceMs: 5_000 }, work)).toBe('done');
  expect([left?.aborted, jest.getTimerCount()]).toEqual([true, 0]);
});

it('throws what the work throws, and leaves no timer', async () => {
  await expect(withSignal({ longestMs: 1_000, graceMs: 5_000 }, () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(jest.getTimerCount()).toBe(0);
});

it('takes what the work hands over when it is told to stop', async () => {
  const stopped = withSignal(
    { longestMs: 1_000, graceMs: 5_000 },
    (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(String(signal.reason)))),
  );
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await stopped).toBe('Error: no answer within 1000 ms');
});

it('waits a little for work that does not listen, and then no longer', async () => {
  const deaf = withSignal({ longestMs: 1_000, graceMs: 5_000 }, () => new Promise(() => undefined)).catch(
    (error: Error) => error.message,
  );
  let said: unknown;
  void deaf.then((message) => {
    said = message;
  });
  await jest.advanceTimersByTimeAsync(5_900);
  expect(said).toBeUndefined();
  await jest.advanceTimersByTimeAsync(200);
  expect([await deaf, jest.getTimerCount()]).toEqual(['no answer within 1000 ms', 0]);
});

it('waits until the work ends where no grace is given', async () => {
  let end = (_: string): void => undefined;
  const slow = withSignal({ longestMs: 1_000 }, () => new Promise<string>((resolve) => (end = resolve)));
  await jest.advanceTimersByTimeAsync(3_600_000);
  end('late');
  expect([await slow, jest.getTimerCount()]).toEqual(['late', 0]);
});
