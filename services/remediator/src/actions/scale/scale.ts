import {
  type Cluster,
  memoryState,
  type ScalePlan,
  type ScaleWish,
  scalePlan,
  templateHash,
  type Workload,
} from '@prunella/cluster';
import { ProviderError } from '@prunella/core';
import type { Policy } from '@prunella/policy';
import { z } from 'zod';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Look, Proof } from '../action.ts';
import {
  changingPinned,
  lookAtPinned,
  nameOf,
  notesOf,
  pinRevision,
  proveRollout,
  refOf,
  refused,
  unreachable,
} from '../workload.ts';

const LOOK_AGAIN_MS = 5_000;
/** So long after the change the workload is watched before it is believed that it has enough: what leaks fails again soon. */
const WATCHED_MS = 2 * 60_000;

const Parameters = z.object({
  resource: z.enum(['memory', 'cpu']).default('memory'),
  factor: z.number().gt(1).max(10).default(1.5),
});

/**
 * `scale_resources`: raises the limit of the container that ran out of something, as far as the policy allows and the largest node can give.
 * The revision at which it failed is noted at the decision; when the workload is at another one later, somebody else acted and nothing is done.
 */
export function scale(
  cluster: Cluster | undefined,
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
      const plan = await planFor(order, seen.workload, cluster, limits());
      return plan.kind === 'none' ? { kind: 'refused', reason: plan.reason } : { kind: 'ready' };
    },
    execute: (order) =>
      changingPinned(order, cluster, async (workload, there) => {
        const plan = await planFor(order, workload, there, limits());
        if (plan.kind === 'none') throw refused(plan.reason);
        const hashes = { from: templateHash(workload.template), to: templateHash(plan.template) };
        await there.replaceTemplate(workload, plan.template, notesOf(order, workload, hashes, plan.annotations));
        const { container, resource, from, to, bounded } = plan;
        return {
          says: `raised the ${resource} limit of ${container} in ${nameOf(order.run)} from ${from} to ${to}${bounded && ` (${bounded})`}`,
        };
      }),
    async prove(order) {
      const proof = await proveRollout(order, cluster, 'giving more to');
      if (proof.kind !== 'healed' && proof.kind !== 'pending') return proof;
      const memory = order.action.parameters['resource'] === 'cpu' ? undefined : await memoryProof(order, cluster);
      if (memory?.kind === 'ineffective') return memory;
      if (proof.kind === 'pending') return proof;
      const left = order.dueAt + watchedMs - Date.now();
      if (left > 0) return { kind: 'pending', afterMs: Math.min(left, LOOK_AGAIN_MS) };
      return memory ?? proof;
    },
  };
}

async function planFor(
  { run, action }: Order,
  workload: Workload,
  cluster: Cluster | undefined,
  limits: Policy['scale'],
): Promise<(ScalePlan & { kind: 'plan'; resource: string }) | { kind: 'none'; reason: string }> {
  const parameters = Parameters.safeParse(action.parameters);
  if (!parameters.success) {
    const [issue] = parameters.error.issues;
    return { kind: 'none', reason: `parameters.${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { resource, factor } = parameters.data;
  const node = (await cluster?.largestNode(resource)) ?? { kind: 'unknown', reason: 'there is no cluster' };
  const container = run.workload?.container ?? '';
  const wish: ScaleWish = { resource, factor, container, most: limits[resource], times: limits.times, node };
  const plan = scalePlan(workload, wish);
  return plan.kind === 'plan' ? { ...plan, resource } : plan;
}

/** undefined: nothing that stands against it. */
async function memoryProof(order: Order, cluster: Cluster | undefined): Promise<Proof | undefined> {
  const name = nameOf(order.run);
  const workload = await cluster?.get(refOf(order.run));
  if (cluster === undefined || workload?.revision === undefined) return undefined;
  try {
    const current = (await cluster.revisions(workload)).find((revision) => revision.current);
    const memory = memoryState(await cluster.pods(workload), { podLabel: current?.podLabel });
    switch (memory.kind) {
      case 'killed':
        return {
          kind: 'ineffective',
          reason: `After giving more to ${name}, ${memory.container} in pod ${memory.pod} ran out of memory again`,
        };
      case 'unknown':
        return { kind: 'inconclusive', reason: `${name} has no pods that could tell whether it has enough now` };
      case 'enough':
        return undefined;
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.problem !== 'forbidden') throw error;
    return { kind: 'inconclusive', reason: `whether ${name} has enough now is not known: ${error.message}` };
  }
}
