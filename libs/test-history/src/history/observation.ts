/** How a test went in one attempt of one run. Short names: many are kept. */
export interface Observation {
  /** The platform's id of the run; where it names none, the commit. */
  run: string;
  attempt: number;
  /** Empty: not known. */
  sha: string;
  branch: string;
  /** Whether the branch is a default one: there a failure is the code's or the test's, not that of a change in work. */
  main: boolean;
  /** When it became known, in ms since the epoch. */
  at: number;
  result: 'passed' | 'failed' | 'flaky';
  durationMs: number;
  /** So many others failed with it that it says little about this one: absent on those that passed. */
  crowded?: true;
  /** The beginning of what it said. */
  message?: string;
}

/** So many that passed, and that did not, are kept of a test. */
export const MOST_KEPT = 100;

/** From so many failures in one report on, what they have in common is to blame rather than each test. */
export const CROWD = 11;

const WORST_LAST = ['passed', 'flaky', 'failed'];

/**
 * What is known of a test after some more observations: each attempt of a run once, with the worst of what was reported of it, in order of time. The same again, or in another order,
 * changes nothing; beyond `MOST_KEPT` the oldest are forgotten, but not those that passed at a commit where it also failed.
 */
export function merge(known: readonly Observation[], more: readonly Observation[]): Observation[] {
  const byAttempt = new Map<string, Observation>();
  for (const observation of [...known, ...more]) {
    const key = JSON.stringify([observation.run, observation.attempt]);
    const standing = byAttempt.get(key);
    byAttempt.set(key, standing === undefined ? observation : worse(standing, observation));
  }
  const sorted = [...byAttempt.values()].sort(inOrder);
  const failed = sorted.filter(({ result }) => result !== 'passed').slice(-MOST_KEPT);
  const shas = new Set(failed.map(({ sha }) => sha).filter(Boolean));
  const passed = sorted.filter(({ result }) => result === 'passed');
  const kept = passed.filter(({ sha }, index) => index >= passed.length - MOST_KEPT || shas.has(sha));
  return [...failed, ...kept.slice(-2 * MOST_KEPT)].sort(inOrder);
}

/** Of two reports of one attempt the worse; of two alike one that does not depend on which came first. */
function worse(a: Observation, b: Observation): Observation {
  const order = WORST_LAST.indexOf(b.result) - WORST_LAST.indexOf(a.result);
  const at = Math.min(a.at, b.at);
  if (order !== 0) return { ...(order > 0 ? b : a), at };
  const { crowded: ofFirst, ...first } = a;
  const { crowded: ofSecond, ...second } = b;
  const one = compare(whatItSays(first), whatItSays(second)) <= 0 ? first : second;
  // Seen with few others once, it says something.
  return { ...one, at, ...(ofFirst && ofSecond && { crowded: true }) };
}

function whatItSays({ sha, branch, main, durationMs, message = '' }: Observation): string {
  return JSON.stringify([sha, branch, main, durationMs, message]);
}

function inOrder(a: Observation, b: Observation): number {
  return a.at - b.at || compare(a.run, b.run) || a.attempt - b.attempt;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
