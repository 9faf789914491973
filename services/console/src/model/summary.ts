import type { Incident } from './incident.ts';

export const DAY_MS = 24 * 60 * 60 * 1_000;

/** A number that may be only the part of it that was read. */
export interface Count {
  value: number;
  /** There are more than were read: shown as `100+`. */
  more: boolean;
}

/** Counts the incidents opened at or after `since` (ms since 1970). `complete` false: there are older or other ones that were not read. */
export function countSince(items: readonly Incident[], since: number, complete: boolean): Count {
  const recent = items.filter((item) => Date.parse(item.openedAt) >= since);
  return { value: recent.length, more: !complete && recent.length === items.length };
}

export function addCounts(counts: readonly Count[]): Count {
  return { value: counts.reduce((sum, count) => sum + count.value, 0), more: counts.some((count) => count.more) };
}

export function formatCount({ value, more }: Count): string {
  return more ? `${value}+` : String(value);
}
