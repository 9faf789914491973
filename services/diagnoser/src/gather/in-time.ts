import { setTimeout as sleep } from 'node:timers/promises';

/** How long work may take to hand over what it has, after it was told to stop. */
const GRACE_MS = 5_000;

/**
 * Does work that may take `longestMs`. Then its signal is aborted, so that it can return what it has; a little later it is waited
 * for no longer, whether it listens or not.
 */
export async function inTime<T>(longestMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const done = new AbortController();
  const stop = new AbortController();
  try {
    return await Promise.race([work(stop.signal), tooLate(longestMs, stop, done.signal)]);
  } finally {
    done.abort();
    stop.abort();
  }
}

async function tooLate(longestMs: number, stop: AbortController, signal: AbortSignal): Promise<never> {
  await sleep(longestMs, undefined, { signal });
  stop.abort(new Error(`no answer within ${longestMs} ms`));
  await sleep(GRACE_MS, undefined, { signal });
  throw new Error(`no answer within ${longestMs} ms`);
}
