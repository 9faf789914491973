import type { ActionType, Cause, Outcome } from '@prunella/contracts';
import type { HistoryExample } from './champion.ts';
import type { Failure } from './failure.ts';

/** A failure as history tells it: what the diagnosis said and what became of it. */
export interface DiagnosedFailure {
  /** When it failed, in milliseconds since the epoch. */
  at: number;
  /** Failures of one repository repeat each other. */
  repository: string;
  cause: Cause;
  /** `rule:<id>`, `model:<version>`, `metrics:<id>` or `default`. */
  decidedBy: string;
  /** What that said by itself, before learning: 0..1. */
  prior: number;
  /** null: nothing was decided. */
  action: ActionType | null;
  /** null: nothing was proven. */
  outcome: Outcome | null;
  /** The outcome was a heal first, and was taken back. Default: it was not. */
  reversed?: boolean;
  /** Whether it became well without an action; null: there was one, or nobody knows yet. Default: null. */
  recovered?: boolean | null;
  /** What tells most comes first. */
  evidence: readonly { line: number; text: string; job: string }[];
  metrics: Readonly<Record<string, number>>;
}

/** A rule that is less sure teaches nothing by its word alone. */
const SURE = 0.8;
/** A cause that only a rule says counts so much of one whose action was proven to heal. */
const SAID = 0.5;
/** Actions that do the same thing again without a change: what they prove, they prove about that. */
const AGAIN: readonly (ActionType | null)[] = ['retry', 'retry_with_backoff', 'wait_for_dependency'];

/**
 * What a failure of the past teaches; undefined: nothing. The cause is taken where the action that follows from it was
 * proven to heal, or where a rule (or the metrics) that is sure by itself said it. What a model said alone is no lesson:
 * it would only hear itself. A rerun that changed nothing says that the failure does not pass by itself, not that the
 * cause is another one; what became well without an action passes by itself; any other action that did not heal leaves the cause in doubt.
 */
export function exampleOf(failure: DiagnosedFailure): HistoryExample | undefined {
  const { cause, decidedBy, prior, action, outcome } = failure;
  if (cause === 'unknown' || failure.evidence.length === 0) return undefined;
  const again = AGAIN.includes(action);
  const healed = outcome === 'healed';
  if (outcome === 'harmful' || (outcome === 'ineffective' && !again)) return undefined;
  if (!healed && !(prior >= SURE && /^(?:rule|metrics):/.test(decidedBy))) return undefined;
  return {
    at: failure.at,
    failure: { ...linesOf(failure), metrics: failure.metrics },
    cause,
    group: failure.repository,
    weight: healed ? 1 : SAID,
    ...((failure.recovered === true || (again && healed)) && { transient: 1 }),
    // What passed and came back is neither.
    ...(again && outcome === 'ineffective' && failure.reversed !== true && { transient: 0 }),
  };
}

/** The lines in the order of the log, each with its place among all by how much it tells. */
function linesOf({ evidence }: DiagnosedFailure): Pick<Failure, 'lines' | 'ranks'> {
  const inOrder = evidence
    .map((line, rank) => ({ line, rank }))
    .sort((a, b) => (a.line.job < b.line.job ? -1 : a.line.job > b.line.job ? 1 : a.line.line - b.line.line));
  return { lines: inOrder.map(({ line }) => ({ text: line.text })), ranks: inOrder.map(({ rank }) => rank) };
}
