import type { Decided } from '../load/decisions.ts';

/** How everything stood when the load was over and all that was under way had its time to end. */
export interface Ending {
  begun: { stories: number; failedRuns: number; reports: number; garbage: number };
  /** Run ids of failed runs about which nothing was decided. */
  undecided: string[];
  /** Incidents by their state. */
  states: Record<string, number>;
  deadLetters: number;
  /** Processes that ended by themselves. */
  deaths: string[];
  /** Answers that nobody must get, and what the platform's description says of requests to it. */
  trouble: string[];
  /** Of the steady load only, by the time of the webhook. */
  decided: Decided[];
}

export interface Check {
  what: string;
  found: string;
  holds: boolean;
}

export const FINAL_STATES: ReadonlySet<string> = new Set(['closed', 'recommended', 'handed_over']);
/** Decisions take by the end, by how long they took at the beginning. */
const SLOWER = 1.5;
/** Under so few the tenths say nothing. */
const LEAST_DECIDED = 200;

export function checksOf(ending: Ending): Check[] {
  const { begun, states, deadLetters, undecided, deaths, trouble } = ending;
  const incidents = Object.values(states).reduce((sum, count) => sum + count, 0);
  const open = Object.entries(states).filter(([state]) => !FINAL_STATES.has(state));
  const failures = begun.failedRuns + begun.reports;
  return [
    checkOf('failed runs without a decision: 0', undecided.length, 0, undecided),
    checkOf('incidents: one for each failure that was told', incidents, failures, []),
    checkOf(
      'incidents that have not come to an end: 0',
      open.reduce((sum, [, count]) => sum + count, 0),
      0,
      open.map(([state, count]) => `${count} ${state}`),
    ),
    checkOf('dead letters: what was no event, and nothing else', deadLetters, begun.garbage, []),
    checkOf('processes that ended by themselves: 0', deaths.length, 0, deaths),
    checkOf('wrong answers and requests: 0', trouble.length, 0, trouble),
    latency(ending.decided),
  ];
}

function checkOf(what: string, found: number, wanted: number, examples: readonly string[]): Check {
  const holds = found === wanted;
  const instead = holds ? '' : ` instead of ${wanted}`;
  const such = examples.length === 0 ? '' : `: ${examples.slice(0, 3).join(', ')}`;
  return { what, found: `${found}${instead}${such}`, holds };
}

/** The first tenth is left out: all is new to it. */
function latency(decided: readonly Decided[]): Check {
  const what = `from webhook to decision in the last tenth: at most ${SLOWER} times that of the second tenth (median)`;
  if (decided.length < LEAST_DECIDED) return { what, found: `not judged: ${decided.length} decisions`, holds: true };
  const all = decided.toSorted((a, b) => a.sentAt - b.sentAt);
  const tenth = (n: number) =>
    all
      .slice(Math.floor((n * all.length) / 10), Math.floor(((n + 1) * all.length) / 10))
      .map(({ tookMs }) => tookMs)
      .sort((a, b) => a - b);
  const at = (times: readonly number[], share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  const [second, last] = [tenth(1), tenth(9)];
  const found = [second, last].map((times) => `${at(times, 0.5).toFixed(0)} ms (p95 ${at(times, 0.95).toFixed(0)} ms)`);
  return { what, found: found.join(', then '), holds: at(last, 0.5) <= SLOWER * at(second, 0.5) };
}
