/** How long work may take to hand over what it has, after it was told to stop. */
const GRACE_MS = 5_000;

/** One for all: an error for each piece of work that was in time would cost more than the work's own timer. */
const OVER = new Error('what it was for is over');

/**
 * Does work that may take `longestMs`. Then its signal is aborted, so that it can return what it has; a little later it is waited
 * for no longer, whether it listens or not. What it left going is ended with it.
 */
export async function inTime<T>(longestMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const late = new Error(`no answer within ${longestMs} ms`);
      stop.abort(late);
      timer = setTimeout(() => reject(late), GRACE_MS);
    }, longestMs);
  });
  try {
    return await Promise.race([work(stop.signal), tooLate]);
  } finally {
    clearTimeout(timer);
    stop.abort(OVER);
  }
}
