import type { DiagnosisMade } from '@prunella/contracts';
import { type Clock, formatDuration } from '@prunella/core';
import { isRerun, type Policy, type Storm } from '@prunella/policy';
import type { Order } from './order.ts';
import type { Storms } from './storms.ts';

/** An action that can't be carried out for this long (run still in progress, platform away) is given up. */
export const GIVE_UP_AFTER_MS = 2 * 3_600_000;

/** Whether an order waits in a storm, as long as it has had no effect. */
export function mayWait({ action, fingerprint }: Pick<Order, 'action' | 'fingerprint'>): boolean {
  return isRerun(action.type) && fingerprint !== '';
}

/** That a failure was diagnosed, and decided about, counts towards a storm of its kind, whatever was decided. undefined: it can't be part of one. */
export async function noteFailure(
  { action, fingerprint, run }: DiagnosisMade,
  { storms, policy }: { storms: Storms; policy: Policy },
): Promise<Storm | undefined> {
  return mayWait({ action, fingerprint }) ? await storms.note(fingerprint, run.pipelineId, policy.storm) : undefined;
}

/** What a storm says to an order that is due; times in ms since the epoch. */
export type DueWord =
  | { kind: 'go' }
  | { kind: 'wait'; againAt: number; says: string }
  | { kind: 'give-up'; explanation: string };

/**
 * Whether an order that is due may go now, as storms see it. It waits for the end of a storm, but not for ever.
 *
 * @param timer `waited`: it was parked before; `giveUpAt` in ms since the epoch.
 */
export async function askStorm(
  order: Order,
  { waited, giveUpAt }: { waited: boolean; giveUpAt: number },
  { storms, policy, clock }: { storms: Storms; policy: Policy; clock: Clock },
): Promise<DueWord> {
  const word = await storms.ask(order, waited, policy.storm);
  if (!word.parked) return { kind: 'go' };
  const againAt = clock.now() + word.afterMs;
  if (againAt <= giveUpAt) return { kind: 'wait', againAt, says: word.says };
  const explanation = `Nothing was done: it waited for ${formatDuration(GIVE_UP_AFTER_MS)}, and still ${word.says}.`;
  return { kind: 'give-up', explanation };
}
