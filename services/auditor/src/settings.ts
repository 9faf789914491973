/** What recording and settling need to know. */
export interface AuditSettings {
  /** How long after an action its proof may come, in ms. */
  settleWithinMs: number;
  /** The CloudEvents source of what we publish. */
  source: string;
}
