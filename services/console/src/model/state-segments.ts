/** A change of something that is in one state at a time. */
interface Change<S extends string> {
  /** ISO 8601. */
  at: string;
  state: S;
  before: S;
}

/** A stretch of time in one state. Times in ms since the epoch. */
export interface Segment<S extends string> {
  state: S;
  from: number;
  to: number;
}

/**
 * The states between two moments, in order of time.
 *
 * @param changes the newest first. @param current the state at the end, for when nothing changed.
 */
export function segmentsOf<S extends string>(
  changes: readonly Change<S>[],
  current: S,
  { from, to }: { from: number; to: number },
): Segment<S>[] {
  const segments: Segment<S>[] = [];
  let end = to;
  let state = changes[0]?.state ?? current;
  for (const change of changes) {
    const at = Math.min(Date.parse(change.at), end);
    state = change.state;
    if (at <= from) break;
    if (at < end) segments.push({ state, from: at, to: end });
    end = at;
    state = change.before;
  }
  if (from < end) segments.push({ state, from, to: end });
  return segments.reverse();
}
