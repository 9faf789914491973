import type { Outcome } from '@prunella/contracts';
import { Duration, formatDuration, type Random } from '@prunella/core';
import { z } from 'zod';

/** When many pipelines failing alike are one outage, and reruns wait for its end. */
export const StormSettings = z
  .strictObject({
    pipelines: z.int().min(2).max(1_000).default(10).describe('So many pipelines that fail alike are a storm.'),
    within: Duration.refine((ms) => ms >= 60_000 && ms <= 86_400_000, { error: 'expected a duration from 1m to 1d' })
      .prefault('10m')
      .describe('Within this time; a storm of which nothing was heard for as long is over.'),
    atATime: z
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe('Reruns at a time, at most, once the first ones have healed.'),
  })
  .prefault({});
export type StormSettings = z.infer<typeof StormSettings>;

/** Failures of one fingerprint, in all pipelines. Times in ms since the epoch. */
export interface Storm {
  /** Pipelines that failed lately, each once; forgotten once the storm is open. */
  seen: readonly { pipeline: string; at: number }[];
  /** Since when it is a storm; absent: it is none. */
  openedAt?: number;
  /** When something of it was last heard. */
  heardAt: number;
  /** Whether people were told. */
  announced: boolean;
  /** Reruns that were let through and whose outcome is not known. */
  trying: readonly { key: string; at: number }[];
  /** Reruns at a time, now. */
  allowance: number;
  /** Trials in a row that did not help. */
  misses: number;
  /** No trial before. */
  nextTryAt: number;
}

export const noStorm: Storm = {
  seen: [],
  heardAt: 0,
  announced: false,
  trying: [],
  allowance: 1,
  misses: 0,
  nextTryAt: 0,
};

/** What a storm says to a rerun: it may go, or it waits. */
export type StormWord = { parked: false } | { parked: true; afterMs: number; says: string };

/** A trial of which nothing was heard for so long makes room for another. */
const TRIAL_LOST_MS = 30 * 60_000;
const FIRST_REST_MS = 60_000;
const LONGEST_REST_MS = 15 * 60_000;
/** A parked rerun asks again after a time between these: a crowd must not come back as one. */
const ASK_AGAIN_MS = [20_000, 60_000] as const;
/** Of an open storm it is enough to hear so often that it goes on. */
const HEARD_EVERY_MS = 10_000;

/** A pipeline failed in this way. The same object: nothing is to be remembered. */
export function afterFailure(storm: Storm, pipeline: string, settings: StormSettings, now: number): Storm {
  const current = isOver(storm, settings, now) ? noStorm : storm;
  if (current.openedAt !== undefined) {
    return current.heardAt > now - HEARD_EVERY_MS ? current : { ...current, heardAt: now };
  }
  const others = current.seen.filter((one) => one.pipeline !== pipeline && one.at > now - settings.within);
  const seen = [...others, { pipeline, at: now }];
  if (seen.length < settings.pipelines) return { ...current, seen, heardAt: now };
  return { ...current, seen: [], heardAt: now, openedAt: now };
}

/**
 * Whether a rerun may go now. In a storm one is tried; when it heals two at a time may go, then four, up to the limit; when it
 * does not, all wait for one minute, then two, up to a quarter of an hour. So a recovered dependency meets a trickle.
 *
 * @param rerun `waited`: it was parked before. Then the storm goes on for it however long nothing was heard: when all of us
 * were away for a while, those that waited must not go at once.
 * @returns the storm, in which the rerun has its place where it may go.
 */
export function askStorm(
  storm: Storm,
  { key, waited }: { key: string; waited: boolean },
  settings: StormSettings,
  now: number,
  random: Random,
): { storm: Storm; word: StormWord } {
  if (storm.openedAt === undefined || (!waited && isOver(storm, settings, now)))
    return { storm, word: { parked: false } };
  if (storm.trying.some((one) => one.key === key)) return { storm, word: { parked: false } };
  const trying = storm.trying.filter(({ at }) => at > now - TRIAL_LOST_MS);
  if (now >= storm.nextTryAt && trying.length < storm.allowance) {
    return { storm: { ...storm, heardAt: now, trying: [...trying, { key, at: now }] }, word: { parked: false } };
  }
  const [least, most] = ASK_AGAIN_MS;
  const afterMs = Math.max(storm.nextTryAt - now, 0) + Math.round(least + random() * (most - least));
  const since = formatDuration(Math.max(1, Math.round((now - storm.openedAt) / 60_000)) * 60_000);
  const says =
    `many pipelines have failed alike for ${since}, so reruns wait: ` +
    (now < storm.nextTryAt
      ? `${storm.misses} in a row did not help`
      : `${trying.length} of at most ${storm.allowance} at a time are being tried`);
  return {
    storm: now - storm.heardAt < HEARD_EVERY_MS ? storm : { ...storm, heardAt: now },
    word: { parked: true, afterMs, says },
  };
}

/** A rerun that had its place has ended; undefined: it had no effect. The same object: it had none. */
export function afterTrial(
  storm: Storm,
  key: string,
  outcome: Outcome | undefined,
  settings: StormSettings,
  now: number,
): Storm {
  const trying = storm.trying.filter((one) => one.key !== key);
  if (trying.length === storm.trying.length) return storm;
  const rest = { ...storm, trying, heardAt: now };
  switch (outcome) {
    case 'healed':
      return { ...rest, allowance: Math.min(settings.atATime, storm.allowance * 2), misses: 0, nextTryAt: 0 };
    case 'ineffective':
    case 'harmful': {
      const misses = storm.misses + 1;
      const wait = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(misses - 1, 10));
      return { ...rest, allowance: 1, misses, nextTryAt: now + wait };
    }
    default:
      return rest;
  }
}

/** Whether nothing was heard for so long that the storm has passed. While all rest nothing can be heard. */
function isOver({ openedAt, heardAt, nextTryAt }: Storm, { within }: StormSettings, now: number): boolean {
  return openedAt !== undefined && Math.max(heardAt, nextTryAt) <= now - within;
}
