/**
 * The buttons under a question in Slack: the remediator shows them, the detector hears when one is pressed. `action_id` says which one it was,
 * `value` what it is about.
 */
export const SLACK_BUTTONS = { approve: 'prunella_approve', reject: 'prunella_reject' } as const;

/** The `value` of a button, as JSON. */
export interface SlackButtonValue {
  incident: string;
  attempt: number;
  action: string;
}
