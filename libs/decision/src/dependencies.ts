import { type Clock, formatDuration, type Random } from '@prunella/core';
import { addressOf, type Dependency, isSpaced, linesAgainst, type Policy, type Standing } from '@prunella/policy';
import type { Order } from './order.ts';

/** What the dependencies that a failure names say to its rerun. Nothing is in its way: undefined. */
export type DependencyWord = { kind: 'wait'; afterMs: number; says: string } | { kind: 'give-up'; says: string };

export interface DependencyDeps {
  readonly policy: Policy;
  clock: Clock;
  random: Random;
  /** How a dependency is right now. */
  standing(dependency: Dependency): Promise<Standing>;
}

const SOONEST_MS = 500;
const LATEST_MS = 60_000;

/**
 * A rerun of what failed because of a dependency waits while that is down or suspected, as long as the policy says. Where nobody knows how it is, the
 * rerun is what finds out. The times at which those that wait ask again are spread over an interval: so they do not go as one when it is back.
 *
 * @param heldSince since when it has been waiting, in ms since the epoch; undefined: it has not.
 */
export async function askDependencies(
  order: Order,
  heldSince: number | undefined,
  d: DependencyDeps,
): Promise<DependencyWord | undefined> {
  if (!isSpaced(order.action.type)) return undefined;
  for (const dependency of d.policy.dependencies) {
    if (linesAgainst(dependency, { ...order, explanation: order.diagnosis }).length === 0) continue;
    const { state, reason } = await d.standing(dependency);
    if (state !== 'down' && state !== 'suspected') continue;
    const now = d.clock.now();
    const left = (heldSince ?? now) + dependency.waitAtMost - now;
    const what = `${dependency.name} (${addressOf(dependency)})`;
    if (left <= 0) {
      return {
        kind: 'give-up',
        says: `${what} is still ${state} after ${formatDuration(dependency.waitAtMost)}: ${reason}`,
      };
    }
    return {
      kind: 'wait',
      afterMs: Math.min(pause(dependency.interval, d.random), left),
      says: `${what} is ${state}: ${reason}`,
    };
  }
  return undefined;
}

function pause(intervalMs: number, random: Random): number {
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, Math.round(intervalMs * (0.5 + random()))));
}
