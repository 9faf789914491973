import { formatDuration } from '@prunella/core';

/** How reruns did after waits of one length. */
export interface WaitTally {
  healed: number;
  failed: number;
}

/** What is known about how long failures of one cause on one platform take to pass. */
export interface Recovery {
  /** One for each of `WAITS`. */
  tallies: readonly WaitTally[];
  /** The last orders whose outcome was counted: each counts once. */
  counted: readonly string[];
}

/** Ends of the ranges of waits that are told apart, in ms; each begins where the one before ends. The last is the longest wait there is. */
const WAITS = [10_000, 30_000, 100_000, 300_000, 900_000] as const;

export const noRecovery: Recovery = { tallies: WAITS.map(() => ({ healed: 0, failed: 0 })), counted: [] };

const MOST_COUNTED = 200;
/** Above so many observations of a range the older ones are halved: platforms change. */
const MOST_SAMPLES = 60;
/** Fewer say nothing. */
const FEWEST_SAMPLES = 5;
/** A longer wait must heal so much more often than the proposed one to be worth its time. */
const WORTH_WAITING = 0.15;

/** What is known after the outcome of a rerun. The same order again changes nothing. @param waitedMs from the decision to the rerun. */
export function afterRerun(
  recovery: Recovery,
  { key, waitedMs, healed }: { key: string; waitedMs: number; healed: boolean },
): Recovery {
  if (recovery.counted.includes(key)) return recovery;
  const at = rangeOf(waitedMs);
  const tallies = recovery.tallies.map((tally, index) => {
    if (index !== at) return tally;
    const share = tally.healed + tally.failed >= MOST_SAMPLES ? 0.5 : 1;
    return {
      healed: tally.healed * share + (healed ? 1 : 0),
      failed: tally.failed * share + (healed ? 0 : 1),
    };
  });
  return { tallies, counted: [...recovery.counted, key].slice(-MOST_COUNTED) };
}

/** A wait that was learnt: evenly between two times, and why. */
export interface LearntWait {
  fromMs: number;
  toMs: number;
  says: string;
}

/**
 * A longer wait than the proposed one, where reruns after it have healed clearly more often; undefined: the proposed one is as good as any that is known.
 * It never gets shorter: that what proposed it knows less than a few lucky reruns is not assumed.
 */
export function learntWait(recovery: Recovery, proposedMs: number): LearntWait | undefined {
  const proposed = rangeOf(proposedMs);
  const now = recovery.tallies[proposed];
  // What was never tried is not known to be bad.
  if (now === undefined || samples(now) < FEWEST_SAMPLES) return undefined;
  const better = recovery.tallies.findIndex(
    (tally, index) =>
      index > proposed && samples(tally) >= FEWEST_SAMPLES && shareHealed(tally) >= shareHealed(now) + WORTH_WAITING,
  );
  // One range further than what is known to be bad is tried, so that something can be learnt there.
  const next = better >= 0 ? better : shareHealed(now) < HOPELESS ? Math.min(proposed + 1, WAITS.length - 1) : proposed;
  if (next === proposed) return undefined;
  const [fromMs, toMs] = [WAITS[next - 1] ?? 0, WAITS[next] ?? 0];
  return {
    fromMs,
    toMs,
    says: `it waits ${formatDuration(fromMs)} to ${formatDuration(toMs)}: ${told(now, proposed)} healed${
      better >= 0 ? `, ${told(recovery.tallies[better] as WaitTally, better)}` : ', so a longer wait is tried'
    } (learnt)`,
  };
}

/** Below this share of healed reruns a wait is not worth repeating. */
const HOPELESS = 0.2;

function told(tally: WaitTally, at: number): string {
  const share = Math.round(shareHealed(tally) * 100);
  return `${share} % of ${Math.round(samples(tally))} reruns after up to ${formatDuration(WAITS[at] ?? 0)}`;
}

function rangeOf(waitedMs: number): number {
  const at = WAITS.findIndex((end) => waitedMs <= end);
  return at < 0 ? WAITS.length - 1 : at;
}

function samples({ healed, failed }: WaitTally): number {
  return healed + failed;
}

function shareHealed(tally: WaitTally): number {
  return samples(tally) === 0 ? 0 : tally.healed / samples(tally);
}
