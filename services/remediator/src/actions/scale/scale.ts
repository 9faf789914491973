import { type Deployments, type ScaleWish, scalePlan } from '@prunella/cluster';
import type { Action } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import type { Policy } from '@prunella/policy';
import { z } from 'zod';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Look } from '../action.ts';
import { changeCause, lookAtPinned, nameOf, pinRevision, proveRollout, refOf, unreachable } from '../deployment.ts';

const LOOK_AGAIN_MS = 5_000;
/** So long after the change the workload is watched before it is believed that it has enough: what leaks fails again soon. */
const WATCHED_MS = 2 * 60_000;

const Parameters = z.object({
  resource: z.enum(['memory', 'cpu']).default('memory'),
  factor: z.number().gt(1).max(10).default(1.5),
});

/**
 * `scale_resources`: raises the limit of the container that ran out of something, as far as the policy allows. The revision at which it
 * failed is noted at the decision; when the Deployment is at another one later, somebody else acted and nothing is done.
 */
export function scale(
  cluster: Deployments | undefined,
  limits: () => Policy['scale'],
  { watchedMs = WATCHED_MS } = {},
): ActionPlugin {
  return {
    types: ['scale_resources'],
    settleMs: 1_000,
    unsupported: (run) => unreachable(run, cluster, 'give more to'),
    pin: (run) => pinRevision(run, cluster),
    async look(order): Promise<Look> {
      const seen = await lookAtPinned(order, cluster, { done: 'gave more to' });
      if ('look' in seen) return seen.look;
      const wish = wishOf(order, limits());
      if ('problem' in wish) return { kind: 'refused', reason: wish.problem };
      const plan = scalePlan(seen.deployment, wish);
      return plan.kind === 'none' ? { kind: 'refused', reason: plan.reason } : { kind: 'ready' };
    },
    async execute(order) {
      const deployment = await cluster?.get(refOf(order.run));
      const wish = wishOf(order, limits());
      const plan = deployment === undefined || 'problem' in wish ? undefined : scalePlan(deployment, wish);
      if (cluster === undefined || deployment === undefined || plan?.kind !== 'plan') {
        throw new ProviderError(
          'kubernetes',
          'refused',
          `${nameOf(order.run)} was changed while it was about to get more`,
        );
      }
      await cluster.replaceTemplate(deployment, plan.template, changeCause(order), plan.annotations);
      const { resource } = wish as ScaleWish;
      return {
        says: `raised the ${resource} limit of ${plan.container} in ${nameOf(order.run)} from ${plan.from} to ${plan.to}`,
      };
    },
    async prove(order) {
      const proof = await proveRollout(order, cluster, 'giving more to');
      const watchedUntil = order.dueAt + watchedMs;
      const left = watchedUntil - Date.now();
      return proof.kind === 'healed' && left > 0 ? { kind: 'pending', afterMs: Math.min(left, LOOK_AGAIN_MS) } : proof;
    },
  };
}

function wishOf({ run, action }: Order, limits: Policy['scale']): ScaleWish | { problem: string } {
  const parameters = Parameters.safeParse(action.parameters satisfies Action['parameters']);
  if (!parameters.success) {
    const [issue] = parameters.error.issues;
    return { problem: `parameters.${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { resource, factor } = parameters.data;
  return { resource, factor, container: run.workload?.container ?? '', most: limits[resource], times: limits.times };
}
