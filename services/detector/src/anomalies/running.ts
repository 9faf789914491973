import { judge, limitOf } from '@prunella/baselines';
import type { Received, Scheduled, TimerOutcome } from '@prunella/bus';
import type { PipelineStarted } from '@prunella/contracts';
import { type Clock, stableId } from '@prunella/core';
import type { AnomalySettings } from '@prunella/policy';
import { type Book, withNewest } from './book.ts';
import { attemptId, durationPlace, type Place } from './series.ts';
import { type TellDeps, tell } from './tell.ts';

/** Something that runs and whose usual time is known, as it is kept in KV until it ended or was told. */
export interface Running extends Scheduled {
  /** Safe as a KV key. */
  key: string;
  place: Place;
  event: { id: string; data: PipelineStarted };
  /** In ms since the epoch. */
  startedAt: number;
  traceparent?: string;
}

export interface StartedDeps {
  settings: AnomalySettings;
  book: Book;
  clock: Clock;
  /** Setting the same one again changes nothing. */
  set(running: Running): Promise<void>;
  forget(key: string): Promise<void>;
}

export interface StillDeps extends TellDeps, Pick<StartedDeps, 'book' | 'clock'> {
  /** Up to when everything that ended is known here, in ms since the epoch. */
  endsKnownUntil(): Promise<number>;
}

const HOUR_MS = 3_600_000;
/** Nobody waits longer than this for a run. */
const LONGEST_MS = 30 * 24 * HOUR_MS;
/** How soon it is asked again whether all that ended is known. */
const ASK_AGAIN_MS = 2_000;

/** Something started: once it runs longer than is usual, that will be told, unless it ends before. */
export async function started(event: Received<'pipeline.started'>, d: StartedDeps): Promise<void> {
  const { data } = event;
  const place = durationPlace(data, d.settings);
  const attempt = attemptId(data);
  // What has no id can't be told from the next one.
  if (place === undefined || attempt === '') return;
  const startedAt = Date.parse(data.startedAt ?? event.time);
  const page = await d.book.read(place.series.id);
  if (page === undefined || page.ended.includes(attempt) || page.told.includes(attempt)) return;
  const limit = limitOf(page.baseline, startedAt, place.kind, place.sensitivity);
  if (limit === undefined) return;
  const now = d.clock.now();
  const dueAt = startedAt + limit * 1_000;
  // Long over: these are old events that are read again, and whether they ended is not remembered.
  if (dueAt - now > LONGEST_MS || now - dueAt > Math.max(limit * 1_000, HOUR_MS)) return;
  const key = runningKey(place, attempt);
  const { id, traceparent } = event;
  await d.set({
    key,
    place,
    event: { id, data },
    startedAt,
    dueAt,
    failures: 0,
    ...(traceparent !== undefined && { traceparent }),
  });
  // It may have ended meanwhile: who noted that found nothing to forget.
  if ((await d.book.read(place.series.id))?.ended.includes(attempt)) await d.forget(key);
}

/** Under which key it is kept that an attempt runs. */
export function runningKey({ series }: Place, attempt: string): string {
  return stableId('running', series.id, attempt);
}

/** It is time to tell that something still runs, unless it ended, was told, or is not unusual any more. */
export async function stillRunning(running: Running, d: StillDeps): Promise<TimerOutcome<Running>> {
  const { place, event, startedAt, dueAt } = running;
  const { series, kind, sensitivity } = place;
  const now = d.clock.now();
  // The news that it ended may be waiting to be read.
  if ((await d.endsKnownUntil()) < dueAt) return { againAt: now + ASK_AGAIN_MS };
  const attempt = attemptId(event.data);
  const page = await d.book.read(series.id);
  if (page === undefined || page.ended.includes(attempt) || page.told.includes(attempt)) return 'done';
  const judged = judge(page.baseline, { value: (now - startedAt) / 1_000, at: startedAt }, kind, sensitivity);
  if (judged === undefined) return 'done';
  if (!judged.anomalous) {
    const limit = limitOf(page.baseline, startedAt, kind, sensitivity);
    return limit === undefined ? 'done' : { againAt: Math.max(startedAt + limit * 1_000, now + ASK_AGAIN_MS) };
  }
  await tell(event, { place, judged, at: startedAt, now, running: true }, d);
  await d.book.change(series.id, (known) => known && { ...known, told: withNewest(known.told, attempt) });
  return 'done';
}
