import { type DeploymentRef, type Deployments, rolloutStatus } from '@prunella/cluster';
import type { Run } from '@prunella/contracts';
import type { Order } from '../order.ts';
import type { Proof } from './action.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const PROVE_AGAIN_MS = 5_000;

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
export function isOurs(deployment: { metadata?: { annotations?: Record<string, string> } }, order: Order): boolean {
  return deployment.metadata?.annotations?.[CHANGE_CAUSE] === changeCause(order);
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
