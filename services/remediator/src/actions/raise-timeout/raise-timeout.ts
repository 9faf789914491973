import { type Cluster, heldUpBy, type Workload } from '@prunella/cluster';
import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import type { Policy } from '@prunella/policy';
import type { Order } from '../../order.ts';
import { type ActionPlugin, type Look, undoKey } from '../action.ts';
import { RUN_ENDS_WITHIN_MS } from '../rerun.ts';
import { changingPinned, lookAtPinned, nameOf, ownChange, refOf, refused, unreachable } from '../workload.ts';
import { inWords, longerDeadline, notesOfDeadline, type Raise } from './deadline.ts';
import { judgeDeadline } from './judge-deadline.ts';
import { putDeadlineBack } from './put-back.ts';

/** Kinds of workloads that wait for ever. */
const WITHOUT_DEADLINE = ['StatefulSet', 'DaemonSet'];

/**
 * `raise_timeout`: gives the rollout of a workload that ran out of time a longer progress deadline, as far as the policy allows, and takes the
 * update up again where it was broken off for want of time. Not where its pods can't start at all: more time does not help them. Where it
 * was worse after that, the deadline is put back, and an update that was taken up again is broken off again.
 */
export function raiseTimeout(cluster: Cluster | undefined, limits: () => Policy['timeouts']): ActionPlugin {
  return {
    types: ['raise_timeout'],
    settleMs: 1_000,
    proveWithinMs: RUN_ENDS_WITHIN_MS,
    unsupported: (run) => withoutLimit(run) ?? unreachable(run, cluster, 'give more time to'),
    async pin(run) {
      const workload = await cluster?.get(refOf(run));
      return { fromRevision: workload?.revision ?? 0, fromSeconds: workload?.deadlineSeconds ?? 0 };
    },
    async look(order): Promise<Look> {
      const workload = await cluster?.get(refOf(order.run));
      // Cut off between the two changes.
      if (cluster !== undefined && workload !== undefined && isBrokenOffStill(workload, order))
        return { kind: 'ready' };
      const seen = await lookAtPinned(order, cluster, { done: 'gave more time to' });
      return 'look' in seen ? seen.look : await lookAtRollout(order, seen.workload);
    },
    execute: (order) =>
      changingPinned(order, cluster, async (workload, there) => {
        const { from, to, retried } =
          ownChange(workload, order.key)?.deadline ?? (await raised(order, workload, there, limits()));
        if (retried) await there.retry(workload);
        const also = retried ? ', and took its update up again' : '';
        return {
          says: `raised the progress deadline of ${nameOf(order.run)} from ${inWords(from)} to ${inWords(to)}${also}`,
        };
      }),
    async prove(order) {
      const name = nameOf(order.run);
      const workload = await cluster?.get(refOf(order.run));
      if (workload === undefined) return { kind: 'inconclusive', reason: `${name} is not there any more` };
      if (ownChange(workload, undoKey(order.key)) !== undefined) {
        return { kind: 'harmful', reason: `After giving more time to ${name} it was worse` };
      }
      const change = ownChange(workload, order.key);
      const { revision = change?.revision } = workload;
      if (change?.deadline === undefined || revision !== change.revision) {
        return { kind: 'inconclusive', reason: `${name} was changed by somebody else before it could be judged` };
      }
      const after = `After giving ${inWords(change.deadline.to)} instead of ${inWords(change.deadline.from)} to ${name}`;
      return judgeDeadline(workload, change, after, Date.now());
    },
    undo: putDeadlineBack(cluster),
  };

  async function lookAtRollout(order: Order, workload: Workload): Promise<Look> {
    const name = nameOf(order.run);
    const { rollout, deadlineSeconds } = workload;
    if (rollout.kind !== 'failed')
      return { kind: 'superseded', reason: `${name} is not out of time any more: ${rollout.says}` };
    const pinned = order.action.parameters['fromSeconds'];
    if (deadlineSeconds !== pinned) {
      return {
        kind: 'superseded',
        reason: `the deadline of ${name} was changed from ${pinned} s to ${deadlineSeconds} s`,
      };
    }
    if (!rollout.outOfTime) return { kind: 'refused', reason: `more time does not help ${name}: ${rollout.says}` };
    const plan = longerDeadline(order, workload, limits());
    if (plan.kind === 'none') return { kind: 'refused', reason: plan.reason };
    const hopeless = await heldUp(workload);
    return hopeless === undefined
      ? { kind: 'ready' }
      : { kind: 'refused', reason: `more time does not help ${name}: ${hopeless}; roll it back or repair it` };
  }

  async function heldUp(workload: Workload): Promise<string | undefined> {
    try {
      const current = (await cluster?.revisions(workload))?.find((revision) => revision.current);
      return heldUpBy((await cluster?.pods(workload)) ?? [], { podLabel: current?.podLabel });
    } catch (error) {
      // Without the right to list pods it is found out by waiting.
      if (error instanceof ProviderError && error.problem === 'forbidden') return undefined;
      throw error;
    }
  }
}

async function raised(order: Order, workload: Workload, cluster: Cluster, limits: Policy['timeouts']): Promise<Raise> {
  const plan = longerDeadline(order, workload, limits);
  if (plan.kind === 'none') throw refused(plan.reason);
  const { from, to, annotations } = plan;
  const { rollout, aborted } = workload;
  const lateSince = rollout.kind === 'failed' ? rollout.since : undefined;
  const raise = { from, to, retried: aborted !== undefined, ...(lateSince !== undefined && { lateSince }) };
  await cluster.setDeadline(workload, to, notesOfDeadline(order, workload, raise, annotations));
  return raise;
}

/** Why there is no time limit here that could be changed; undefined: there is one, or nothing is known. */
function withoutLimit({ kind, platform, workload }: Run): string | undefined {
  if (workload !== undefined) {
    return WITHOUT_DEADLINE.includes(workload.kind)
      ? `a ${workload.kind} has no deadline for its rollouts that could be raised`
      : undefined;
  }
  if (kind === 'deployment') return undefined;
  return `no call of ${platform} changes the time limit of a ${kind}: raise it in the pipeline, or name a pipeline that takes it as an input (\`alternatives\` in prunella.yaml)`;
}

/** Whether the deadline was raised by this order, and the update that was broken off before was not taken up again yet. */
function isBrokenOffStill(workload: Workload, { key }: Order): boolean {
  const { aborted, revision } = workload;
  const change = ownChange(workload, key);
  return (
    aborted !== undefined &&
    change?.deadline?.retried === true &&
    revision !== undefined &&
    (aborted.at ?? 0) < change.at
  );
}
