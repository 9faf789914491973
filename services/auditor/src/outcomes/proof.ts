import type { ActionType } from '@prunella/contracts';
import { actionTypes } from '@prunella/contracts';

/**
 * What proves an action: how a later run of the same thing ends; what the remediator's own check finds afterwards
 * (rollback and the like); or nothing, because it heals nothing.
 */
export type Proof = 'later-run' | 'check' | 'nothing';

const PROOFS: Readonly<Record<ActionType, Proof>> = {
  retry: 'later-run',
  retry_with_backoff: 'later-run',
  rollback: 'check',
  scale_resources: 'check',
  skip_test: 'later-run',
  reset_connections: 'check',
  raise_timeout: 'check',
  wait_for_dependency: 'later-run',
  alternative_path: 'check',
  notify_human: 'nothing',
  none: 'nothing',
};

export function proofOf(action: ActionType): Proof {
  return PROOFS[action];
}

/** The actions that change a workload: what takes their heals back is seen there, and not at the commit that failed. */
export const workloadActions = [
  'rollback',
  'scale_resources',
  'reset_connections',
  'raise_timeout',
] as const satisfies ActionType[];

/** The actions that heal something, and so have an outcome. */
export const healingActions = actionTypes.filter((action) => proofOf(action) !== 'nothing');

/** The actions that begin the run's next attempt. One that is proven by it need not: what a skipped test leaves to pass, others run again. */
export const rerunActions = actionTypes.filter((action) => proofOf(action) === 'later-run' && action !== 'skip_test');
