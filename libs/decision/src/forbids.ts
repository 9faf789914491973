import { checkMode, type Policy, settingsFor } from '@prunella/policy';
import type { Order } from './order.ts';

/**
 * Why an order that was decided before must not act now: the policy was changed, or a freeze has begun. Telling humans is always allowed.
 *
 * @param at in ms since the epoch.
 */
export function forbids(policy: Policy, { run, action, cause, risk, verdict }: Order, at: number): string | undefined {
  if (risk === 'free') return undefined;
  const { mode } = settingsFor(policy, { run, action: action.type, cause }, at);
  const enough = mode.value === 'act' || (verdict === 'asking' && mode.value === 'approve');
  return enough ? undefined : checkMode(mode).says;
}
