import { type Deployments, rollbackTarget } from '@prunella/cluster';
import type { ActionPlugin, Look } from '../action.ts';
import { changeCause, lookAtPinned, nameOf, pinRevision, proveRollout, refOf, unreachable } from '../deployment.ts';

/**
 * `rollback`: puts a Kubernetes Deployment back to its previous revision. The revision that is rolled back from is noted at the decision; when the
 * Deployment is at another one later, somebody else acted and nothing is done. Its change-cause says that it was us.
 */
export function rollback(cluster: Deployments | undefined): ActionPlugin {
  return {
    types: ['rollback'],
    settleMs: 1_000,
    unsupported: (run) => unreachable(run, cluster, 'roll back'),
    pin: (run) => pinRevision(run, cluster),
    async look(order): Promise<Look> {
      const seen = await lookAtPinned(order, cluster, { done: 'rolled back' });
      if ('look' in seen) return seen.look;
      const { deployment } = seen;
      const target = rollbackTarget(deployment, (await cluster?.replicaSets(deployment)) ?? []);
      return target.kind === 'none' ? { kind: 'refused', reason: target.reason } : { kind: 'ready' };
    },
    async execute(order) {
      const deployment = await cluster?.get(refOf(order.run));
      if (cluster === undefined || deployment === undefined) return { says: '' };
      const target = rollbackTarget(deployment, await cluster.replicaSets(deployment));
      if (target.kind === 'none') return { says: '' };
      await cluster.replaceTemplate(deployment, target.template, changeCause(order));
      return {
        says: `rolled back ${nameOf(order.run)} from revision ${target.from} to the template of revision ${target.revision}`,
      };
    },
    prove: (order) => proveRollout(order, cluster, 'the rollback of'),
  };
}
