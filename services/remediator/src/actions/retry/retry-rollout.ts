import type { Cluster, Workload } from '@prunella/cluster';
import type { Run } from '@prunella/contracts';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Look, Proof } from '../action.ts';
import { RUN_ENDS_WITHIN_MS } from '../rerun.ts';
import { isBefore, movedOn, nameOf, refOf, refused, unreachable } from '../workload.ts';

const AGAIN_MS = 5_000;

/** Whether what failed is a Rollout of Argo, which takes its own update up again, and not a run of a CI platform. */
export function isOfRollout({ kind, workload }: Run): boolean {
  return kind !== 'run' && workload?.kind === 'Rollout';
}

/**
 * The same for a Rollout whose update was broken off: its controller takes it up again from its first step. Which abort it is about is noted at the
 * decision: after another one, or with another template, somebody else acted and nothing is done. Its spec stays as it is, so this is also
 * for what a GitOps controller owns.
 */
export function retryRollout(cluster: Cluster | undefined): ActionPlugin {
  return {
    types: ['retry', 'retry_with_backoff', 'wait_for_dependency'],
    settleMs: 1_000,
    proveWithinMs: RUN_ENDS_WITHIN_MS,
    unsupported: (run) => unreachable(run, cluster, 'take up again'),
    async pin(run) {
      const workload = await cluster?.get(refOf(run));
      return { fromRevision: workload?.revision ?? 0, abortedAt: workload === undefined ? 0 : abortOf(workload) };
    },
    async look(order, actingSince): Promise<Look> {
      const name = nameOf(order.run);
      const workload = await cluster?.get(refOf(order.run));
      if (workload === undefined) return { kind: 'superseded', reason: `${name} is not there` };
      const moved = movedOn(order, workload);
      if (moved !== undefined) return moved;
      const { blocked, rollout } = workload;
      if (isStillBrokenOff(workload, order)) {
        return blocked === undefined ? { kind: 'ready' } : { kind: 'refused', reason: `${name} ${blocked}` };
      }
      if (actingSince !== undefined) return { kind: 'done', effect: { says: says(order) } };
      return workload.aborted === undefined
        ? { kind: 'superseded', reason: `the update of ${name} is not broken off: ${rollout.says}` }
        : { kind: 'superseded', reason: `the update of ${name} was taken up by somebody else, and broken off again` };
    },
    async execute(order) {
      const workload = await cluster?.get(refOf(order.run));
      if (
        cluster === undefined ||
        workload === undefined ||
        movedOn(order, workload) ||
        !isStillBrokenOff(workload, order)
      ) {
        throw refused(`${nameOf(order.run)} was changed while its update was about to be taken up again`);
      }
      await cluster.retry(workload);
      return { says: says(order) };
    },
    async prove(order): Promise<Proof> {
      const name = nameOf(order.run);
      const workload = await cluster?.get(refOf(order.run));
      if (workload === undefined) return { kind: 'inconclusive', reason: `${name} is not there any more` };
      const moved = movedOn(order, workload);
      if (moved?.kind === 'superseded') {
        return { kind: 'inconclusive', reason: `${name} was changed by somebody else before it could be judged` };
      }
      return moved === undefined ? judgeRetry(workload, order) : { kind: 'pending', afterMs: AGAIN_MS };
    },
  };
}

/** What the state of a Rollout says about taking its update up again. What its controller noted before that says nothing. Pure. */
export function judgeRetry(workload: Workload, order: Order): Proof {
  const { rollout, aborted, updating } = workload;
  const after = `After the update of ${nameOf(order.run)} was taken up again`;
  const pending: Proof = { kind: 'pending', afterMs: AGAIN_MS };
  if (rollout.kind === 'complete' && !updating) return { kind: 'healed', reason: `${after}, ${rollout.says}` };
  if (rollout.kind !== 'failed' || isStillBrokenOff(workload, order)) return pending;
  const isOld = rollout.since === undefined || isBefore(rollout.since, order.dueAt);
  return aborted === undefined && isOld ? pending : { kind: 'ineffective', reason: `${after}, ${rollout.says} again` };
}

function isStillBrokenOff(workload: Workload, { action }: Order): boolean {
  return workload.aborted !== undefined && abortOf(workload) === action.parameters['abortedAt'];
}

/** Which abort it is, by its time in milliseconds since the epoch; 0: none, -1: one of which the time is not known. */
function abortOf({ aborted }: Workload): number {
  return aborted === undefined ? 0 : (aborted.at ?? -1);
}

function says({ run }: Order): string {
  return `took the update of ${nameOf(run)} up again`;
}
