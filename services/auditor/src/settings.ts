import type { Policy } from '@prunella/policy';

/** What recording and settling need to know. */
export interface AuditSettings {
  /** How long after an action its proof may come, in ms. */
  settleWithinMs: number;
  /** How long after its proof a heal is taken back when the failure returns, in ms. */
  reverseWithinMs: number;
  /** Branches on which a test that fails is broken or flaky, and not in work. */
  defaultBranches: readonly string[];
  /** For how long results of tests are kept, in ms. */
  testsKeptMs: number;
  /** As it is in force now, for what is learnt. */
  policy(): Pick<Policy, 'learning' | 'thresholds'>;
  /** The CloudEvents source of what we publish. */
  source: string;
}

/** For how long what is kept. */
export interface RetentionSettings {
  /** Events of runs that are no incidents, in ms; at least. */
  eventsKeptMs: number;
  /** Incidents with all that belongs to them, in ms. */
  incidentsKeptMs: number;
}
