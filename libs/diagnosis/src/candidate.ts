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
  /** The lines that speak for it, decisive one first; empty: something else than text does. */
  lines: readonly MatchedLine[];
  /** How many lines do in all. */
  count: number;
  /** What changed the confidence, for people, in order. */
  notes: readonly string[];
}
