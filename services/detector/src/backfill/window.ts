import type { BackfillSettings } from '@prunella/policy';

/** What happened longer ago is not looked for: nobody waits for it to be healed any more. */
const FURTHEST_BACK_MS = 86_400_000;

/** How far the backfill is in a place. */
export interface Cursor {
  platform: string;
  place: string;
  /** All that ended before was told, as far as `lookBack` and `grace` let it be known. ms since the epoch. */
  at: number;
  /** As in `FinishedOptions`. */
  mark?: string;
  /** So many runs in a row were found of which nobody had told. */
  missed: number;
}

/**
 * From when on a place is asked, in ms since the epoch, whole seconds as platforms have them. Never from before it was first seen: what had ended by
 * then is the past, that somebody saw already. Pure.
 */
export function sinceOf(
  { at }: Pick<Cursor, 'at'>,
  firstSeenAt: number,
  now: number,
  { lookBack }: Pick<BackfillSettings, 'lookBack'>,
): number {
  const from = Math.max(at - lookBack, firstSeenAt, now - FURTHEST_BACK_MS);
  return Math.floor(from / 1_000) * 1_000;
}

/** What became of a run that a platform listed. */
export type Listed = 'told by somebody' | 'found before' | 'found now';

/**
 * How many runs in a row were found of which nobody had told. Pure.
 *
 * @param listed in the order in which they ended.
 */
export function missedInARow(before: number, listed: readonly Listed[]): number {
  const last = listed.lastIndexOf('told by somebody');
  if (last >= 0) return listed.length - 1 - last;
  return before + listed.filter((what) => what === 'found now').length;
}
