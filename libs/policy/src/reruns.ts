import type { ActionType, Run } from '@prunella/contracts';

type Kind = Run['kind'];

/** Actions that run the same code again. */
const RERUNS: readonly ActionType[] = ['retry', 'retry_with_backoff', 'wait_for_dependency', 'alternative_path'];

/**
 * Whether an action uses runners. What a cluster takes up again there does not; another pipeline that is started for it does.
 *
 * @param kind of what failed.
 */
export function usesRunners(action: ActionType, kind: Kind): boolean {
  return isRerun(action) && (kind !== 'deployment' || action === 'alternative_path');
}

/** Whether an action runs the same code again: it costs runner time, can't heal what is in the code, and waits in a storm. */
export function isRerun(action: ActionType): boolean {
  return RERUNS.includes(action);
}
