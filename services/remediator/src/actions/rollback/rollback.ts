import { type DeploymentRef, type Deployments, revisionOf, rollbackTarget, rolloutStatus } from '@prunella/cluster';
import type { Run } from '@prunella/contracts';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Look, Proof } from '../action.ts';

const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const PROVE_AGAIN_MS = 5_000;
const OBSERVE_AGAIN_MS = 5_000;

/**
 * `rollback`: puts a Kubernetes Deployment back to its previous revision. The revision that is rolled back from is noted at the decision; when the
 * Deployment is at another one later, somebody else acted and nothing is done. Its change-cause says that it was us.
 */
export function rollback(cluster: Deployments | undefined): ActionPlugin {
  return {
    types: ['rollback'],
    settleMs: 1_000,
    unsupported(run) {
      if (cluster === undefined) return 'no cluster is configured (KUBECONFIG)';
      const { workload } = run;
      if (workload === undefined) return 'the failure names no workload to roll back';
      return workload.kind === 'Deployment' || workload.kind === ''
        ? undefined
        : `a ${workload.kind} can't be rolled back yet`;
    },
    async pin(run) {
      const deployment = await cluster?.get(refOf(run));
      return { fromRevision: (deployment && revisionOf(deployment)) ?? 0 };
    },
    async look(order): Promise<Look> {
      const deployment = await cluster?.get(refOf(order.run));
      if (cluster === undefined || deployment === undefined)
        return { kind: 'superseded', reason: `${nameOf(order.run)} is not there` };
      if (deployment.metadata?.annotations?.[CHANGE_CAUSE] === changeCause(order))
        return { kind: 'done', effect: `rolled back ${nameOf(order.run)}` };
      const revision = revisionOf(deployment);
      const pinned = order.action.parameters['fromRevision'];
      if (revision === undefined)
        return { kind: 'later', afterMs: OBSERVE_AGAIN_MS, reason: `${nameOf(order.run)} has no revision yet` };
      if (revision !== pinned) {
        return {
          kind: 'superseded',
          reason: `${nameOf(order.run)} is at revision ${revision}, the failure was seen at ${String(pinned)}`,
        };
      }
      const target = rollbackTarget(deployment, await cluster.replicaSets(deployment));
      return target.kind === 'none' ? { kind: 'superseded', reason: target.reason } : { kind: 'ready' };
    },
    async execute(order) {
      const deployment = await cluster?.get(refOf(order.run));
      if (cluster === undefined || deployment === undefined) return '';
      const target = rollbackTarget(deployment, await cluster.replicaSets(deployment));
      if (target.kind === 'none') return '';
      await cluster.replaceTemplate(deployment, target.template, changeCause(order));
      return `rolled back ${nameOf(order.run)} from revision ${target.from} to the template of revision ${target.revision}`;
    },
    async prove(order): Promise<Proof> {
      const deployment = await cluster?.get(refOf(order.run));
      if (deployment === undefined)
        return { kind: 'inconclusive', reason: `${nameOf(order.run)} is not there any more` };
      if (deployment.metadata?.annotations?.[CHANGE_CAUSE] !== changeCause(order)) {
        return {
          kind: 'inconclusive',
          reason: `${nameOf(order.run)} was changed by somebody else before it could be judged`,
        };
      }
      const { kind, says } = rolloutStatus(deployment);
      if (kind === 'progressing') return { kind: 'pending', afterMs: PROVE_AGAIN_MS };
      const reason = `After the rollback of ${nameOf(order.run)}, ${says}`;
      return { kind: kind === 'complete' ? 'healed' : 'ineffective', reason };
    },
  };
}

function refOf({ workload, environment }: Run): DeploymentRef {
  return { namespace: workload?.namespace || environment || 'default', name: workload?.name ?? '' };
}

function nameOf(run: Run): string {
  const { namespace, name } = refOf(run);
  return `Deployment ${namespace}/${name}`;
}

function changeCause(order: Order): string {
  return `prunella: rollback, ${order.key}`;
}
