import type { Observation } from './observation.ts';
import { MOST_KEPT } from './observation.ts';

/** What a test is, from bad to good. */
export const testStates = ['failing', 'flaky', 'suspect', 'passing'] as const;
export type TestState = (typeof testStates)[number];

/** How often a test fails on the default branch, the recent runs counting most. */
export interface FailureRate {
  mean: number;
  /** Between these it is with a probability of nine in ten. */
  low: number;
  high: number;
  /** How many runs of today it is worth. */
  weight: number;
}

/** A row of failures without a success between them, up to the newest run. */
export interface Streak {
  length: number;
  /** ms since the epoch. */
  since: number;
  /** The commit of the first failure; empty: not known. */
  firstFailing: string;
  /** The commit of the success before it; empty: none is known. */
  lastPassing: string;
}

export interface Judgement {
  state: TestState;
  /** Of what is kept. */
  runs: number;
  failures: number;
  /** Commits at which it failed and passed: without a change. */
  proofs: number;
  /** The newest of them first, at most five. */
  proofShas: string[];
  /** ms since the epoch; absent: there is none. */
  lastProofAt?: number;
  /** How often it failed on the default branch and passed later on. */
  recoveries: number;
  rate: FailureRate;
  /** Absent: it passed the last time. */
  streak?: Streak;
  lastSeenAt: number;
  /** Absent: it never failed as far as it is kept. */
  lastFailedAt?: number;
}

const HALF_LIFE_MS = 14 * 86_400_000;
/** For an interval of 90 %. */
const Z = 1.645;
/** So many failures in a row are no bad luck. */
const BROKEN_AFTER = 3;
const SUSPECT_AFTER = 2;
const MOST_SHAS = 5;

/**
 * What a test's history says of it. Pure, and the same whatever the order in which the history became known.
 *
 * - `failing`: it fails on the default branch, three times in a row or without having been seen to pass at the same commit.
 * - `flaky`: it failed and passed at the same commit. That is a proof: nothing but the test, or what it depends on, differed.
 * - `suspect`: it fails and recovers on the default branch, at different commits. Somebody may have mended it each time.
 * - `passing`: the rest.
 *
 * @param history in order of time, as `merge` gives it.
 */
export function judge(history: readonly Observation[]): Judgement {
  const proofs = proofsOf(history);
  const main = history.filter((one) => one.main);
  const decisive = main.length > 0 ? main : history;
  const streak = streakOf(decisive);
  const recoveries = recoveriesOf(main);
  const failed = history.filter(({ result }) => result !== 'passed');
  const lastFailedAt = failed.at(-1)?.at;
  return {
    state: stateOf(proofs.length, recoveries, streak),
    runs: history.length,
    failures: failed.length,
    proofs: proofs.length,
    proofShas: proofs.slice(0, MOST_SHAS).map(({ sha }) => sha),
    ...(proofs[0] !== undefined && { lastProofAt: proofs[0].at }),
    recoveries,
    rate: rateOf(decisive),
    ...(streak !== undefined && { streak }),
    lastSeenAt: history.at(-1)?.at ?? 0,
    ...(lastFailedAt !== undefined && { lastFailedAt }),
  };
}

function stateOf(proofs: number, recoveries: number, streak: Streak | undefined): TestState {
  if (streak !== undefined && (streak.length >= BROKEN_AFTER || proofs === 0)) return 'failing';
  if (proofs > 0) return 'flaky';
  return recoveries >= SUSPECT_AFTER ? 'suspect' : 'passing';
}

interface Proof {
  sha: string;
  at: number;
}

/** The newest first. A crowd of failures proves nothing of each of them: the database may have been away. */
function proofsOf(history: readonly Observation[]): Proof[] {
  const proofs = new Map<string, Proof>();
  const bySha = Map.groupBy(
    history.filter(({ crowded }) => !crowded),
    ({ sha, run }) => (sha === '' ? `run ${run}` : sha),
  );
  for (const [key, all] of bySha) {
    const first = (result: Observation['result']) => all.find((one) => one.result === result)?.at;
    const [failedAt, passedAt, flakyAt] = [first('failed'), first('passed'), first('flaky')];
    const provenAt = failedAt !== undefined && passedAt !== undefined ? Math.max(failedAt, passedAt) : undefined;
    const at = Math.min(provenAt ?? Number.POSITIVE_INFINITY, flakyAt ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(at)) proofs.set(key, { sha: all[0]?.sha ?? '', at });
  }
  return [...proofs.values()].sort((a, b) => b.at - a.at || (a.sha < b.sha ? -1 : 1));
}

function streakOf(history: readonly Observation[]): Streak | undefined {
  const before = history.findLastIndex(({ result }) => result !== 'failed');
  const failing = history.slice(before + 1);
  const [first] = failing;
  if (first === undefined) return undefined;
  const lastPassing = before < 0 ? '' : (history[before]?.sha ?? '');
  return { length: failing.length, since: first.at, firstFailing: first.sha, lastPassing };
}

function recoveriesOf(history: readonly Observation[]): number {
  return history.filter(({ result }, index) => result === 'passed' && history[index - 1]?.result === 'failed').length;
}

/** Wilson's interval on decayed counts. Failures are kept for longer than successes: only the time of which all is known counts. */
function rateOf(history: readonly Observation[]): FailureRate {
  const newest = history.at(-1)?.at ?? 0;
  const passed = history.filter(({ result }) => result === 'passed');
  const from = passed.length < MOST_KEPT ? Number.NEGATIVE_INFINITY : (passed.at(-MOST_KEPT)?.at ?? 0);
  let weight = 0;
  let failed = 0;
  for (const { at, result } of history) {
    if (at < from) continue;
    const counts = 0.5 ** ((newest - at) / HALF_LIFE_MS);
    weight += counts;
    if (result !== 'passed') failed += counts;
  }
  if (weight === 0) return { mean: 0, low: 0, high: 1, weight: 0 };
  const mean = failed / weight;
  const middle = (mean + Z ** 2 / (2 * weight)) / (1 + Z ** 2 / weight);
  const half = (Z / (1 + Z ** 2 / weight)) * Math.sqrt((mean * (1 - mean)) / weight + Z ** 2 / (4 * weight ** 2));
  return {
    mean: round(mean),
    low: round(Math.max(0, middle - half)),
    high: round(Math.min(1, middle + half)),
    weight: round(weight),
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
