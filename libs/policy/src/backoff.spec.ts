import type { Action } from '@prunella/contracts';
import fc from 'fast-check';
import { backoffDelayMs, backoffOf, MAX_DELAY_MS } from './backoff.ts';

function action(type: Action['type'], parameters: Action['parameters'] = {}): Action {
  return { type, parameters };
}

describe('backoffOf', () => {
  it.each([
    [action('retry_with_backoff'), { attempts: 3, firstDelayMs: 5_000, factor: 2 }],
    [
      action('retry_with_backoff', { attempts: 3, firstDelay: '10s', factor: 2 }),
      { attempts: 3, firstDelayMs: 10_000, factor: 2 },
    ],
    [action('retry'), { attempts: undefined, firstDelayMs: 0, factor: 1 }],
    [action('retry', { attempts: 1 }), { attempts: 1, firstDelayMs: 0, factor: 1 }],
    // Not a retry: a factor means something else.
    [action('scale_resources', { factor: 0.5, attempts: 2 }), { attempts: 2, firstDelayMs: 0, factor: 1 }],
    [action('retry', { scope: 'failed-jobs' }), { attempts: undefined, firstDelayMs: 0, factor: 1 }],
  ])('%j: %j', (given, backoff) => {
    expect(backoffOf(given)).toEqual({ backoff });
  });

  it.each([
    [{ attempts: 0 }, 'parameters.attempts'],
    [{ attempts: 21 }, 'parameters.attempts'],
    [{ attempts: '3' }, 'parameters.attempts'],
    [{ firstDelay: 5 }, 'parameters.firstDelay'],
    [{ firstDelay: 'soon' }, 'parameters.firstDelay'],
    [{ firstDelay: '16m' }, 'parameters.firstDelay'],
    [{ factor: 0.5 }, 'parameters.factor'],
    [{ factor: 11 }, 'parameters.factor'],
  ])('refuses %j and names %s', (parameters, field) => {
    expect(backoffOf(action('retry_with_backoff', parameters))).toEqual({
      problem: expect.stringMatching(new RegExp(`^${field}: .`)),
    });
  });
});

describe('backoffDelayMs', () => {
  const S15 = { firstDelayMs: 5_000, factor: 2 };

  it.each([
    [1, 0, 0],
    [1, 0.5, 2_500],
    [1, 0.999999, 5_000],
    [2, 0.5, 5_000],
    [3, 0.5, 10_000],
    [3, 0.999999, 20_000],
    [30, 0.9999999, MAX_DELAY_MS],
  ])('retry %d with chance %d waits %d ms', (retry, chance, delay) => {
    expect(backoffDelayMs(S15, retry, () => chance)).toBe(delay);
  });

  it('waits for nothing where no delay is asked for, at any retry', () => {
    expect(backoffDelayMs({ firstDelayMs: 0, factor: 10 }, 1_000, () => 0.5)).toBe(0);
  });

  it('is at most the exponential, and never above 15 minutes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_DELAY_MS }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (firstDelayMs, factor, retry, chance) => {
          const delay = backoffDelayMs({ firstDelayMs, factor }, retry, () => chance);
          const whole = Math.min(MAX_DELAY_MS, firstDelayMs * factor ** Math.min(retry - 1, 100));
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(Math.ceil(whole));
        },
      ),
    );
  });
});
