import { type DeploymentRef, type Deployments, revisionOf, rolloutStatus } from '@prunella/cluster';
import type { Action, Run } from '@prunella/contracts';
import type { Order } from '../order.ts';
import type { Look, Proof } from './action.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const PROVE_AGAIN_MS = 5_000;
const OBSERVE_AGAIN_MS = 5_000;

/** A Deployment as the cluster gives it. */
type Deployment = NonNullable<Awaited<ReturnType<Deployments['get']>>>;

/** Why nothing can be done to the workload of this run, in a few words; undefined: it is a Deployment that can be reached. */
export function unreachable(run: Run, cluster: Deployments | undefined, what: string): string | undefined {
  if (cluster === undefined) return 'no cluster is configured (KUBECONFIG)';
  const { workload } = run;
  if (workload === undefined) return `the failure names no workload to ${what}`;
  return workload.kind === 'Deployment' || workload.kind === '' ? undefined : `a ${workload.kind} can't be handled yet`;
}

export function refOf({ workload, environment }: Run): DeploymentRef {
  return { namespace: workload?.namespace || environment || 'default', name: workload?.name ?? '' };
}

export function nameOf(run: Run): string {
  const { namespace, name } = refOf(run);
  return `Deployment ${namespace}/${name}`;
}

/** What a Deployment says of a change that an order made: by this it is known again after a crash. */
export function changeCause({ action, key }: Order): string {
  return `prunella: ${action.type}, ${key}`;
}

/** Whether the newest change of a Deployment is the one that the order made. */
function isOurs(deployment: Deployment, order: Order): boolean {
  return deployment.metadata?.annotations?.[CHANGE_CAUSE] === changeCause(order);
}

/** Notes at the decision at which revision the Deployment failed. */
export async function pinRevision(run: Run, cluster: Deployments | undefined): Promise<Action['parameters']> {
  const deployment = await cluster?.get(refOf(run));
  return { fromRevision: (deployment && revisionOf(deployment)) ?? 0 };
}

/**
 * The Deployment, when it is still at the revision that was noted and the order has not changed it yet; else what is to be said.
 *
 * @param texts `done`: what the order did, e.g. `restarted`; `moved`: what another revision means, after the sentence that says so.
 */
export async function lookAtPinned(
  order: Order,
  cluster: Deployments | undefined,
  { done, moved = '' }: { done: string; moved?: string },
): Promise<{ deployment: Deployment } | { look: Look }> {
  const deployment = await cluster?.get(refOf(order.run));
  const name = nameOf(order.run);
  if (deployment === undefined) return { look: { kind: 'superseded', reason: `${name} is not there` } };
  if (isOurs(deployment, order)) return { look: { kind: 'done', effect: { says: `${done} ${name}` } } };
  const revision = revisionOf(deployment);
  if (revision === undefined) {
    return { look: { kind: 'later', afterMs: OBSERVE_AGAIN_MS, reason: `${name} has no revision yet` } };
  }
  const pinned = order.action.parameters['fromRevision'];
  if (revision === pinned) return { deployment };
  const reason = `${name} is at revision ${revision}, the failure was seen at ${String(pinned)}${moved}`;
  return { look: { kind: 'superseded', reason } };
}

/** Whether the rollout that an order began has come to its end. @param what was done, for people, e.g. `the rollback of`. */
export async function proveRollout(order: Order, cluster: Deployments | undefined, what: string): Promise<Proof> {
  const deployment = await cluster?.get(refOf(order.run));
  if (deployment === undefined) return { kind: 'inconclusive', reason: `${nameOf(order.run)} is not there any more` };
  if (!isOurs(deployment, order)) {
    return {
      kind: 'inconclusive',
      reason: `${nameOf(order.run)} was changed by somebody else before it could be judged`,
    };
  }
  const { kind, says } = rolloutStatus(deployment);
  if (kind === 'progressing') return { kind: 'pending', afterMs: PROVE_AGAIN_MS };
  return {
    kind: kind === 'complete' ? 'healed' : 'ineffective',
    reason: `After ${what} ${nameOf(order.run)}, ${says}`,
  };
}
