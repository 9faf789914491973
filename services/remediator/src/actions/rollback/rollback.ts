import { type Deployments, revisionOf, rollbackTarget } from '@prunella/cluster';
import type { ActionPlugin, Look } from '../action.ts';
import { changeCause, isOurs, nameOf, proveRollout, refOf, unreachable } from '../deployment.ts';

const OBSERVE_AGAIN_MS = 5_000;

/**
 * `rollback`: puts a Kubernetes Deployment back to its previous revision. The revision that is rolled back from is noted at the decision; when the
 * Deployment is at another one later, somebody else acted and nothing is done. Its change-cause says that it was us.
 */
export function rollback(cluster: Deployments | undefined): ActionPlugin {
  return {
    types: ['rollback'],
    settleMs: 1_000,
    unsupported: (run) => unreachable(run, cluster, 'roll back'),
    async pin(run) {
      const deployment = await cluster?.get(refOf(run));
      return { fromRevision: (deployment && revisionOf(deployment)) ?? 0 };
    },
    async look(order): Promise<Look> {
      const deployment = await cluster?.get(refOf(order.run));
      if (cluster === undefined || deployment === undefined)
        return { kind: 'superseded', reason: `${nameOf(order.run)} is not there` };
      if (isOurs(deployment, order)) return { kind: 'done', effect: `rolled back ${nameOf(order.run)}` };
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
      return target.kind === 'none' ? { kind: 'refused', reason: target.reason } : { kind: 'ready' };
    },
    async execute(order) {
      const deployment = await cluster?.get(refOf(order.run));
      if (cluster === undefined || deployment === undefined) return '';
      const target = rollbackTarget(deployment, await cluster.replicaSets(deployment));
      if (target.kind === 'none') return '';
      await cluster.replaceTemplate(deployment, target.template, changeCause(order));
      return `rolled back ${nameOf(order.run)} from revision ${target.from} to the template of revision ${target.revision}`;
    },
    prove: (order) => proveRollout(order, cluster, 'the rollback of'),
  };
}
