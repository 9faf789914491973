/** One for all: an error for each piece of work that was in time would cost more than the work's own timer. */
const OVER = new Error('what it was for is over');

export interface Patience {
  /** So long the work may take before its signal is aborted, in ms. */
  longestMs: number;
  /** So much longer it is waited for then, in ms: it may hand over what it has. Default: until it ends, also when it does not listen. */
  graceMs?: number;
}

/**
 * Does work that is told by its signal when it takes too long. When it is over, whether by itself or as nobody waits any longer, its signal is aborted
 * too: what it left going ends with it. Unlike `AbortSignal.timeout`, which goes off in any case and makes errors then for all that ever listened.
 *
 * @throws what the work throws; an error that says how long it took when it did not end within the grace.
 */
export async function withSignal<T>(
  { longestMs, graceMs }: Patience,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const late = new Error(`no answer within ${longestMs} ms`);
      stop.abort(late);
      if (graceMs !== undefined) timer = setTimeout(() => reject(late), graceMs);
    }, longestMs);
  });
  try {
    return await Promise.race([work(stop.signal), tooLate]);
  } finally {
    clearTimeout(timer);
    stop.abort(OVER);
  }
}
