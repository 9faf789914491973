import type { Scheduled, TimerOutcome } from '@prunella/bus';
import { type Clock, messageOf, ProviderError, type Random } from '@prunella/core';
import type { BackfillSettings } from '@prunella/policy';

/** One question of a round: about a place, or about the runs that somebody waits for. */
export type Step = { awaited: true } | { place: string };

/** The rounds over one platform, as they are kept in KV: whoever goes on after a crash goes on where it was. */
export interface Round extends Scheduled {
  platform: string;
  /** When the round that is under way began, ms since the epoch. */
  begunAt: number;
  /** What is left of it, in order; empty: none is under way. */
  left: Step[];
  /** So many questions in a row were not answered. */
  unanswered: number;
}

export interface RoundDeps {
  settings(): BackfillSettings;
  /** What there is to be asked, in order. */
  steps(platform: string): Promise<Step[]>;
  /** Asks one question. Must stand being asked twice. Throws ProviderError; what else it throws is nobody's fault but ours or that of NATS. */
  ask(platform: string, step: Step): Promise<void>;
  clock: Clock;
  random: Random;
  log: RoundLog;
}

export interface RoundLog {
  /** A question came to its end: `ok`, or what the platform had against it. */
  asked(platform: string, step: Step, result: ProviderError['problem'] | 'ok' | 'failed', error?: string): void;
  /** All that there is was asked. */
  ended(platform: string, tookMs: number): void;
}

/** Away for so many questions in a row, a platform is left alone until the next round. */
const MOST_UNANSWERED = 3;
/** Tried so often, a question that fails for no reason of the platform's is passed over: others wait behind it. */
const MOST_FAILURES = 3;
const LEAST_HOLD_MS = 1_000;
const LONGEST_HOLD_MS = 3_600_000;

/** Asks the next question of a round, or begins one. */
export async function goOn(round: Round, d: RoundDeps): Promise<TimerOutcome<Round>> {
  const { every, enabled } = d.settings();
  const now = d.clock.now();
  if (!enabled) return { againAt: now + every, left: [], unanswered: 0 };
  const isNew = round.left.length === 0;
  const begunAt = isNew ? now : round.begunAt;
  const [step, ...left] = isNew ? await d.steps(round.platform) : round.left;
  if (step === undefined) return ended({ ...round, begunAt }, d);
  try {
    await d.ask(round.platform, step);
    d.log.asked(round.platform, step, 'ok');
    return next({ ...round, begunAt, left, unanswered: 0 }, d);
  } catch (error) {
    return after(error, step, { ...round, begunAt, left }, d);
  }
}

function after(error: unknown, step: Step, round: Round, d: RoundDeps): TimerOutcome<Round> {
  const { platform, left, failures } = round;
  if (!(error instanceof ProviderError)) {
    if (failures + 1 < MOST_FAILURES) throw error;
    d.log.asked(platform, step, 'failed', messageOf(error));
    return next(round, d);
  }
  d.log.asked(platform, step, error.problem, messageOf(error));
  switch (error.problem) {
    case 'rate-limited':
      // The whole platform is held back, and then this question comes first.
      return goOnAt(d.clock.now() + holdOf(error, d), { ...round, left: [step, ...left] });
    case 'unauthenticated':
      // No other question would be answered either.
      return ended(round, d);
    case 'unavailable': {
      const unanswered = round.unanswered + 1;
      return unanswered >= MOST_UNANSWERED ? ended(round, d) : next({ ...round, unanswered }, d);
    }
    default:
      return next(round, d);
  }
}

function holdOf({ options }: ProviderError, { settings }: RoundDeps): number {
  return Math.min(Math.max(options.retryAfterMs ?? settings().every, LEAST_HOLD_MS), LONGEST_HOLD_MS);
}

function next(round: Round, d: RoundDeps): TimerOutcome<Round> {
  if (round.left.length > 0) return goOnAt(d.clock.now(), round);
  d.log.ended(round.platform, d.clock.now() - round.begunAt);
  return ended(round, d);
}

/** The next round begins about `every` after this one did: not all installations, nor all platforms of one, at the same second. */
function ended({ begunAt }: Round, d: RoundDeps): TimerOutcome<Round> {
  const wait = d.settings().every * (0.9 + 0.2 * d.random());
  return { againAt: Math.max(begunAt + Math.round(wait), d.clock.now()), left: [], unanswered: 0 };
}

function goOnAt(againAt: number, { begunAt, left, unanswered }: Round): TimerOutcome<Round> {
  return { againAt, begunAt, left, unanswered };
}
