import type { JsonBucket } from '@prunella/bus';
import { stableId } from '@prunella/core';
import type { BackfillSettings } from '@prunella/policy';
import type { AskedPlatform } from './platforms.ts';
import { type TellDeps, tellFound } from './tell-found.ts';
import { type Cursor, type Listed, missedInARow, sinceOf } from './window.ts';

export interface AskPlaceDeps extends TellDeps {
  cursors: JsonBucket<Cursor>;
  /** When something of the place was first seen, in ms since the epoch. */
  firstSeenAt(platform: string, place: string): Promise<number>;
  settings(): BackfillSettings;
  /** Told of what a place has had found. @param missed so many in a row that nobody told of. */
  found(platform: AskedPlatform, place: string, count: number, missed: number): void;
  /** More ended than the platform gives out: some of it stays untold. */
  cut(platform: AskedPlatform, place: string): void;
}

/**
 * Asks a platform what ended in one place, and tells what nobody told. The cursor moves when all of it was told: cut off anywhere, it is done again,
 * which changes nothing. Throws ProviderError, and what NATS throws.
 */
export async function askPlace(
  platform: AskedPlatform,
  place: string,
  d: AskPlaceDeps,
  signal: AbortSignal,
): Promise<void> {
  const key = stableId('cursor', platform.id, place);
  const askedAt = d.clock.now();
  const firstSeenAt = await d.firstSeenAt(platform.id, place);
  const kept = (await d.cursors.get(key))?.value;
  // Never asked: what ended since it was first seen may have waited for it for a while.
  const cursor = kept ?? { platform: platform.id, place, at: firstSeenAt, missed: 0 };
  const { mark, ...start } = cursor;
  const since = sinceOf(cursor, firstSeenAt, askedAt, d.settings());
  const finished = await platform.reader.finishedSince(place, since, {
    signal,
    ...(mark !== undefined && { mark }),
  });
  const due = askedAt - d.settings().grace;
  // Also what does not say when it ended: it is told that it can't be read.
  const isDue = ({ endedAt }: { endedAt: number }) => !(endedAt > due);
  const runs = finished.runs.toSorted((a, b) => a.endedAt - b.endedAt);
  const listed: Listed[] = [];
  for (const run of runs.filter(isDue)) {
    const { what } = await tellFound(platform, place, run, d, signal);
    if (what !== 'unreadable' && what !== 'nothing') listed.push(what);
  }
  // What is left to its webhook for now must be told again: the answer that it was in is not done with.
  const isDone = runs.every(isDue);
  const nextMark = isDone ? finished.mark : mark;
  const missed = missedInARow(start.missed, listed);
  await d.cursors.put(key, {
    ...start,
    at: finished.until ?? askedAt,
    missed,
    ...(nextMark !== undefined && { mark: nextMark }),
  });
  const count = listed.filter((what) => what === 'found now').length;
  if (count > 0) d.found(platform, place, count, missed);
  if (finished.isCut) d.cut(platform, place);
}
