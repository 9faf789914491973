import type { CaseReport } from './judged.ts';
import type { NamedTally, Tally } from './tally.ts';

/** What one policy would have made of the past. */
export interface PolicyReport {
  name: string;
  /** ISO 4217; of `money`. */
  currency: string;
  totals: Tally;
  /** The most frequent first. */
  causes: NamedTally[];
  /** At most 1,000; the rest is `(others)`. */
  repositories: NamedTally[];
  /** By the action that was decided. */
  actions: NamedTally[];
}

/** The answer of a backtest. Its keys are stable: new ones may come, none changes its meaning under the same `version`. */
export interface BacktestReport {
  version: 1;
  history: {
    /** ISO 8601; null: there were no events. */
    from: string | null;
    to: string | null;
    /** Events that were played. */
    events: number;
    /** `pipeline.failed` among them. */
    failures: number;
    /** Diagnoses as they were stored, with the confidence that was known then. */
    diagnosed: number;
    /** Failures without one that were diagnosed now. */
    diagnosedNow: number;
    /** Failures without one that were left out. */
    undiagnosed: number;
    /** Failures of which no record says whether anything could be done: it is taken that it could. */
    capabilityAssumed: number;
    judgeWithinMs: number;
  };
  /** What reruns of the same commit say of the failures. */
  truth: { passes: number; fails: number; defect: number; unknown: number };
  policy: PolicyReport;
  /** Of the policy that it is compared with; absent, as what follows, where there is none. */
  against?: PolicyReport;
  /** Failures about which they differ. */
  changed?: number;
  /** The first of those. */
  changedCases?: CaseReport[];
  /** The first ones that the policy would have acted on in vain. */
  falseHeals: CaseReport[];
}
