import type { Policy } from '../policy.ts';
import { approvals, bounds, exceptions, reach } from './deciding.ts';
import { brakes, budgets, learning, telling, watching } from './limits.ts';
import type { PolicySection } from './phrases.ts';

/**
 * What a policy says, in sentences for people who have never seen its file, the most important first. Each knows where it stands in the file.
 *
 * @param at for freezes that hold now, in ms since the epoch.
 */
export function policyInWords(policy: Policy, at: number): PolicySection[] {
  return [
    reach(policy),
    exceptions(policy),
    bounds(policy, at),
    approvals(policy),
    budgets(policy),
    brakes(policy),
    learning(policy),
    telling(policy),
    watching(policy),
  ];
}
