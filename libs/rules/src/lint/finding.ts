import type { SourcePath } from '../pack-source.ts';
import type { RuleProblem } from '../rule-pack-error.ts';

/** A problem has to be mended, a warning to be thought about, and an info is only good to know. */
export type Severity = 'problem' | 'warning' | 'info';

/** Something about a rule that its author should know. */
export interface LintFinding extends RuleProblem {
  pack: string;
  severity: Severity;
  /** What was looked at, e.g. to filter by. */
  check: 'pack' | 'example' | 'too-general' | 'shadowed' | 'certainty' | 'transient' | 'code-rerun' | 'replaces';
}

/** What is noted of one rule, before its place is looked up. */
export type Note = Pick<LintFinding, 'severity' | 'check' | 'says'> & {
  /** The way to the value inside of the rule, e.g. `['action', 'type']`. */
  at: SourcePath;
};
