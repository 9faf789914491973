/** Time, passed in wherever it is read. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A number in [0, 1), passed in wherever chance is needed. */
export type Random = () => number;

export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 in UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
