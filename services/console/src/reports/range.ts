/** Ranges that move with the clock. */
export const LASTING = [
  { value: '24h', label: '24 h', ms: 86_400_000, says: 'the last 24 hours' },
  { value: '7d', label: '7 days', ms: 7 * 86_400_000, says: 'the last 7 days' },
  { value: '30d', label: '30 days', ms: 30 * 86_400_000, says: 'the last 30 days' },
  { value: '90d', label: '90 days', ms: 90 * 86_400_000, says: 'the last 90 days' },
] as const;
const USUAL = LASTING[1];
/** So many days are drawn, the newest: more columns can't be told apart. */
export const MOST_DAYS = 120;
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** What a report is about. */
export interface Range {
  /** One of `LASTING`, or `custom`. */
  choice: string;
  /** In ms; `to` is not in it. */
  from: number;
  to: number;
  /** As a part of a sentence. */
  says: string;
}

/**
 * The range that the address asks for: `range=30d`, or `from` and `to` as times or as UTC days, of which the last is in it. What can't be read is the last
 * 7 days.
 *
 * @param now in ms.
 */
export function readRange(params: URLSearchParams, now: number): Range {
  const [from, to] = [timeOf(params.get('from'), 0), timeOf(params.get('to'), DAY_MS)];
  if (from !== undefined && to !== undefined && from < to) {
    return { choice: 'custom', from, to, says: `${dayOf(from)} to ${dayOf(to - 1)} (UTC)` };
  }
  const { value, ms, says } = LASTING.find((one) => one.value === params.get('range')) ?? USUAL;
  return { choice: value, from: now - ms, to: now, says };
}

/** As long a time right before. */
export function rangeBefore({ from, to }: Pick<Range, 'from' | 'to'>): { from: number; to: number } {
  return { from: 2 * from - to, to: from };
}

/** As the API takes it. */
export function rangeQuery({ from, to }: Pick<Range, 'from' | 'to'>): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** The UTC day of a time. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** All UTC days of a range, the oldest first, at most `most` of them: the newest. */
export function daysIn({ from, to }: Pick<Range, 'from' | 'to'>, most: number): string[] {
  const first = Math.max(Math.floor(from / DAY_MS), Math.floor((to - 1) / DAY_MS) - most + 1);
  const count = Math.floor((to - 1) / DAY_MS) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, day) => dayOf((first + day) * DAY_MS));
}

function timeOf(text: string | null, moreMs: number): number | undefined {
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at) || Math.abs(at) > 8e15) return undefined;
  return DAY.test(text) ? at + moreMs : at;
}
