import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Change,
  type Cluster,
  changeNote,
  type Notes,
  notedChange,
  type Workload,
  type WorkloadRef,
} from '@prunella/cluster';
import type { Action, Run } from '@prunella/contracts';
import { formatDuration, ProviderError } from '@prunella/core';
import type { Order } from '../order.ts';
import { type Look, type Proof, undoKey } from './action.ts';

const PROVE_AGAIN_MS = 5_000;
const OBSERVE_AGAIN_MS = 5_000;
/** So often a workload may change under our hands; controllers write its status all the time. */
const MOST_CONFLICTS = 5;
const CONFLICT_AGAIN_MS = 100;
/** A pod that is held up may still get ready within this time. */
const STUCK_MS = 60_000;
/** As long as Kubernetes gives a Deployment to make progress; StatefulSets and DaemonSets have no such limit of their own. */
export const STALLED_MS = 10 * 60_000;

/** Why nothing can be done to the workload of this run, in a few words; undefined: it is one that can be reached. */
export function unreachable({ workload }: Run, cluster: Cluster | undefined, what: string): string | undefined {
  if (cluster === undefined) return 'no cluster is configured (KUBECONFIG)';
  if (workload === undefined) return `the failure names no workload to ${what}`;
  const { kind } = workload;
  if (kind === '' || cluster.kinds.includes(kind)) return undefined;
  return `a ${kind} can't be handled: only ${cluster.kinds.join(', ')} can`;
}

export function refOf({ workload, environment }: Run): WorkloadRef {
  return {
    kind: workload?.kind || 'Deployment',
    namespace: workload?.namespace || environment || 'default',
    name: workload?.name ?? '',
  };
}

export function nameOf(run: Run): string {
  const { kind, namespace, name } = refOf(run);
  return `${kind} ${namespace}/${name}`;
}

/** What the history of a workload says of a change that an order made. */
function changeCause({ action, key }: Order): string {
  return `prunella: ${action.type}, ${key}`;
}

/** Whether the newest change that we noted on a workload is the one that the order made. */
function isOurs({ annotations }: Workload, { key }: Order): boolean {
  return notedChange(annotations)?.key === key;
}

/** What the order changed, unless somebody changed more since: one change makes one revision. */
export function ownChange(workload: Workload, key: string): Change | undefined {
  const change = notedChange(workload.annotations);
  if (change?.key !== key || (workload.revision ?? 0) > change.revision + 1) return undefined;
  return change;
}

/** Notes at the decision at which revision the workload failed. */
export async function pinRevision(run: Run, cluster: Cluster | undefined): Promise<Action['parameters']> {
  const workload = await cluster?.get(refOf(run));
  return { fromRevision: workload?.revision ?? 0 };
}

/**
 * The workload, when it is still at the revision that was noted and the order has not changed it yet; else what is to be said.
 *
 * @param texts `done`: what the order did, e.g. `restarted`; `moved`: what another revision means, after the sentence that says so.
 */
export async function lookAtPinned(
  order: Order,
  cluster: Cluster | undefined,
  { done, moved = '' }: { done: string; moved?: string },
): Promise<{ workload: Workload } | { look: Look }> {
  const workload = await cluster?.get(refOf(order.run));
  const name = nameOf(order.run);
  if (workload === undefined) return { look: { kind: 'superseded', reason: `${name} is not there` } };
  if (isOurs(workload, order)) return { look: { kind: 'done', effect: { says: `${done} ${name}` } } };
  const look = movedOn(order, workload, moved);
  return look === undefined ? { workload } : { look };
}

/** What is to be said when a workload is not at the revision that was noted at the decision; undefined: it is. */
export function movedOn(order: Order, { revision }: Workload, moved = ''): Look | undefined {
  const name = nameOf(order.run);
  if (revision === undefined) {
    return { kind: 'later', afterMs: OBSERVE_AGAIN_MS, reason: `${name} has no revision yet` };
  }
  const pinned = order.action.parameters['fromRevision'];
  if (revision === pinned) return undefined;
  const reason = `${name} is at revision ${revision}, the failure was seen at ${String(pinned)}${moved}`;
  return { kind: 'superseded', reason };
}

/**
 * Changes the workload as it is right now. When it is changed by another one in the middle of it, it is read and changed anew: nothing took
 * effect then.
 *
 * @param change throws ProviderError, with status 409 when the workload is not the one that was read any more.
 */
export async function changing<T>(
  order: Order,
  cluster: Cluster | undefined,
  change: (workload: Workload, cluster: Cluster) => Promise<T>,
): Promise<T> {
  for (let conflicts = 0; ; ) {
    const workload = await cluster?.get(refOf(order.run));
    if (cluster === undefined || workload === undefined) throw refused(`${nameOf(order.run)} went away`);
    try {
      return await change(workload, cluster);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.options.status !== 409) throw error;
      conflicts += 1;
      if (conflicts === MOST_CONFLICTS) {
        const detail = `${nameOf(order.run)} was changed ${conflicts} times while it was about to be changed`;
        throw new ProviderError('kubernetes', 'unavailable', detail, { cause: error });
      }
      await sleep(CONFLICT_AGAIN_MS * conflicts);
    }
  }
}

/** As `changing`, when it is still at the revision that was noted at the decision. */
export async function changingPinned<T>(
  order: Order,
  cluster: Cluster | undefined,
  change: (workload: Workload, cluster: Cluster) => Promise<T>,
): Promise<T> {
  return await changing(order, cluster, async (workload, there) => {
    const pinned = order.action.parameters['fromRevision'];
    if (workload.revision !== pinned)
      throw refused(`${nameOf(order.run)} was changed while it was about to be changed`);
    return await change(workload, there);
  });
}

/** What is written on a workload with a change. @param changed the hashes of the templates before and after, and what else was changed. */
export function notesOf(
  order: Order,
  { revision = 0, available }: Workload,
  changed: Pick<Change, 'from' | 'to' | 'deadline'>,
  more: Readonly<Record<string, string>> = {},
): Notes {
  const change = { key: order.key, at: Date.now(), revision, available, ...changed };
  return { cause: changeCause(order), annotations: { ...changeNote(change), ...more } };
}

/** Whether the rollout that an order began has come to its end. @param what was done, for people, e.g. `the rollback of`. */
export async function proveRollout(order: Order, cluster: Cluster | undefined, what: string): Promise<Proof> {
  const name = nameOf(order.run);
  const workload = await cluster?.get(refOf(order.run));
  if (workload === undefined) return { kind: 'inconclusive', reason: `${name} is not there any more` };
  if (ownChange(workload, undoKey(order.key)) !== undefined) {
    return { kind: 'harmful', reason: `After ${what} ${name} it was worse` };
  }
  const change = ownChange(workload, order.key);
  if (change === undefined) {
    return { kind: 'inconclusive', reason: `${name} was changed by somebody else before it could be judged` };
  }
  return judge(workload, change, `After ${what} ${name}`, Date.now());
}

/**
 * What the state of a workload says about the change. It did harm when fewer replicas can serve than before, or when it never gets ready and
 * something served before. Pure.
 *
 * @param now milliseconds since the epoch.
 */
export function judge({ rollout, available }: Workload, change: Change, after: string, now: number): Proof {
  const took = now - change.at;
  const compared = `${available} replicas are available, ${change.available} were before`;
  switch (rollout.kind) {
    case 'complete':
      return { kind: 'healed', reason: `${after}, ${rollout.says}` };
    case 'failed': {
      // What was noted before the change says nothing about it, until the controller had the time to note it anew.
      const isOld = rollout.since !== undefined && isBefore(rollout.since, change.at);
      if (isOld && took < STALLED_MS) return { kind: 'pending', afterMs: PROVE_AGAIN_MS };
      return change.available > 0
        ? { kind: 'harmful', reason: `${after}, ${rollout.says}; ${compared}` }
        : { kind: 'ineffective', reason: `${after}, ${rollout.says}` };
    }
    case 'progressing': {
      const isWorse = available < change.available;
      if (rollout.stuck !== undefined && took >= STUCK_MS) {
        return { kind: isWorse ? 'harmful' : 'ineffective', reason: `${after}, ${rollout.stuck}` };
      }
      if (took < STALLED_MS || !isWorse) return { kind: 'pending', afterMs: PROVE_AGAIN_MS };
      return { kind: 'harmful', reason: `${after}, ${rollout.says} after ${formatDuration(took)}; ${compared}` };
    }
  }
}

/** Whether what a controller noted, in whole seconds, was before. Both in milliseconds since the epoch. */
export function isBefore(noted: number, time: number): boolean {
  return noted + 1_000 < time;
}

export function refused(detail: string): ProviderError {
  return new ProviderError('kubernetes', 'refused', detail);
}
