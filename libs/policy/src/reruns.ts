import type { ActionType } from '@prunella/contracts';

/** Actions that run the same code again. */
const RERUNS: readonly ActionType[] = ['retry', 'retry_with_backoff', 'wait_for_dependency', 'alternative_path'];

/** Whether an action runs the same code again: it costs runner time, can't heal what is in the code, and waits in a storm. */
export function isRerun(action: ActionType): boolean {
  return RERUNS.includes(action);
}
