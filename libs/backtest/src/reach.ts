import { parseDuration } from '@prunella/core';
import type { Policy } from '@prunella/policy';

const DAY_MS = parseDuration('1d') ?? 0;

/** How far back a decision under a policy looks, in ms: what was spent then still counts. At least a day. */
export function reachOf({ budgets, cooldown, pipelines }: Policy): number {
  return Math.max(
    DAY_MS,
    cooldown,
    ...pipelines.map((entry) => entry.cooldown ?? 0),
    ...budgets.map(({ within }) => within),
  );
}
