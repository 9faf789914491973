/** What recording and settling need to know. */
export interface AuditSettings {
  /** How long after an action its proof may come, in ms. */
  settleWithinMs: number;
  /** How long after its proof a heal is taken back when the failure returns, in ms. */
  reverseWithinMs: number;
  /** The CloudEvents source of what we publish. */
  source: string;
}
