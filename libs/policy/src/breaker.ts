import type { ActionType, Outcome } from '@prunella/contracts';
import { Duration, formatDuration } from '@prunella/core';
import { z } from 'zod';

/** When an action is given a rest because it does not help. */
export const BreakerSettings = z
  .strictObject({
    failures: z
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe('So many in a row that did not help open the breaker; one that did harm is enough.'),
    rest: Duration.refine((ms) => ms >= 60_000, { error: 'expected at least 1m' })
      .prefault('30m')
      .describe('How long it stays open; then one action is tried.'),
    reset: z.enum(['time', 'human']).default('time').describe('`human`: it stays open until somebody closes it.'),
  })
  .prefault({});
export type BreakerSettings = z.infer<typeof BreakerSettings>;

/** What is known about an action on a platform. */
export interface Breaker {
  /** Outcomes in a row that did not help. */
  failures: number;
  /** Since when it is open, in ms since the epoch; absent: it is closed. */
  openedAt?: number;
  /** Why it opened. */
  reason?: string;
  /** The order that is tried while it is half open, and when it was let through. */
  trial?: { key: string; at: number };
  /** The trial that closed it last: when its heal is taken back, it opens again. */
  closedBy?: string;
  /** The last orders whose outcome was counted: each counts once, and once when its heal is taken back. */
  counted: readonly string[];
  /** By whom it was closed the last time that somebody did; `at` in ms since the epoch. */
  closed?: { by: string; reason: string; at: number };
}

/** A breaker as it is kept, with what it is for. Those of before this was kept have neither. */
export type KeptBreaker = Breaker & { action?: ActionType; platform?: string };

export const closedBreaker: Breaker = { failures: 0, counted: [] };

/** What a breaker says to an order. */
export type BreakerWord = { allows: true; trial: boolean; says: string } | { allows: false; says: string };

const MOST_COUNTED = 200;

/**
 * The breaker after the outcome of an order became known (as in Nygard, "Release It!", 2007: closed, open, half open).
 * Inconclusive outcomes say nothing; the outcome of an order counts once. Old ones, as a replica reads them that was away for long,
 * say nothing of now.
 *
 * @param event `at`: when the outcome was observed, in ms since the epoch; `reversal`: it takes back the heal of the order.
 */
export function afterOutcome(
  breaker: Breaker,
  { key, outcome, at, reversal = false }: { key: string; outcome: Outcome; at: number; reversal?: boolean },
  settings: BreakerSettings,
  now: number,
): Breaker {
  const heard = reversal ? `${key}/reversed` : key;
  if (breaker.counted.includes(heard) || at < now - settings.rest) return breaker;
  const counted = [...breaker.counted, heard].slice(-MOST_COUNTED);
  const { trial } = breaker;
  if (outcome === 'inconclusive') {
    // A trial that proved nothing leaves the place to the next one.
    return trial?.key === key ? withoutTrial({ ...breaker, counted }) : { ...breaker, counted };
  }
  if (outcome === 'healed') {
    const stillOpen = breaker.openedAt !== undefined && trial?.key !== key;
    if (stillOpen) return { ...breaker, counted };
    const closedBy = trial?.key === key ? key : breaker.closedBy;
    return { ...shut(breaker, counted), ...(closedBy !== undefined && { closedBy }) };
  }
  const failures = breaker.failures + 1;
  const wasTried = trial?.key === key || (reversal && breaker.closedBy === key);
  const opens = outcome === 'harmful' || wasTried || failures >= settings.failures;
  if (!opens) return { ...breaker, failures, counted };
  const reason = reasonOf(outcome, reversal && wasTried, failures);
  return { ...shut(breaker, counted), failures, openedAt: wasTried ? now : (breaker.openedAt ?? now), reason };
}

/** Whether an order may pass, at a time. One trial at a time passes a breaker that was open for long enough. */
export function askBreaker(breaker: Breaker, key: string, settings: BreakerSettings, now: number): BreakerWord {
  const { openedAt, reason, trial } = breaker;
  if (openedAt === undefined) return { allows: true, trial: false, says: 'the breaker is closed' };
  const why = `the breaker is open because ${reason ?? 'it did not help'}`;
  if (settings.reset === 'human') return { allows: false, says: `${why}; somebody has to close it` };
  const restLeft = openedAt + settings.rest - now;
  if (restLeft > 0)
    return { allows: false, says: `${why}; it rests for another ${formatDuration(inMinutes(restLeft))}` };
  // A trial of which nobody ever heard must not keep the breaker open for ever.
  if (trial !== undefined && trial.key !== key && trial.at > now - settings.rest) {
    return { allows: false, says: `${why}; one is being tried already` };
  }
  return { allows: true, trial: true, says: `${why}, and has rested: this is the one that is tried` };
}

/** The breaker after somebody closed the opening that they saw; another one, or none, stays as it is. @param closing `at` and `openedAt` in ms. */
export function closeBreaker<B extends Breaker>(
  breaker: B,
  { openedAt, ...closed }: { openedAt: number; by: string; reason: string; at: number },
): B {
  if (breaker.openedAt !== openedAt) return breaker;
  return { ...shut(breaker, breaker.counted), closed };
}

/** Closed, with nothing that counts against it. */
function shut<B extends Breaker>(breaker: B, counted: readonly string[]): B {
  const { openedAt: _, reason: __, trial: ___, closedBy: ____, ...rest } = breaker;
  return { ...rest, failures: 0, counted } as unknown as B;
}

function reasonOf(outcome: Outcome, cameBack: boolean, failures: number): string {
  if (outcome === 'harmful') return 'the last one did harm';
  return cameBack ? 'what the last trial healed came back' : `${failures} in a row did not help`;
}

function withoutTrial({ trial: _, ...rest }: Breaker): Breaker {
  return rest;
}

function inMinutes(ms: number): number {
  return Math.ceil(ms / 60_000) * 60_000;
}
