import type { Action, Cause } from '@prunella/contracts';
import type { MatchedLine } from '@prunella/rules';

/** One way to see the failure. */
export interface Candidate {
  cause: Cause;
  action: Action;
  decidedBy: string;
  /** What happened, for people: one sentence. */
  says: string;
  transient: number;
  /** By itself, before metrics and learning. */
  prior: number;
  /** As far as it is known now. */
  confidence: number;
  /** What acting may count on, where outcomes taught it; absent: `confidence`. */
  lower?: number;
  /** Why it is only recommended; absent: it is not. */
  demoted?: string;
  /** The lines that speak for it, decisive one first; empty: something else than text does. */
  lines: readonly MatchedLine[];
  /** How many lines do in all. */
  count: number;
  /** What changed the confidence, for people, in order. */
  notes: readonly string[];
}
