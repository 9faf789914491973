import type { Deployments } from '@prunella/cluster';
import { iso, ProviderError } from '@prunella/core';
import type { ActionPlugin, Look } from '../action.ts';
import { changeCause, lookAtPinned, nameOf, pinRevision, proveRollout, refOf, unreachable } from '../deployment.ts';

/** As `kubectl rollout restart` notes it: a template with another annotation is rolled out pod by pod. */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';

/**
 * `reset_connections`: restarts the pods of a Deployment one after another, so that their connection pools begin anew. The revision at which
 * it failed is noted at the decision; when the Deployment is at another one later, its pods are new already and nothing is done.
 */
export function restart(cluster: Deployments | undefined): ActionPlugin {
  return {
    types: ['reset_connections'],
    settleMs: 1_000,
    unsupported: (run) => unreachable(run, cluster, 'restart'),
    pin: (run) => pinRevision(run, cluster),
    async look(order): Promise<Look> {
      const seen = await lookAtPinned(order, cluster, { done: 'restarted', moved: ': its pods are new' });
      if ('look' in seen) return seen.look;
      if (seen.deployment.spec?.paused === true) {
        return { kind: 'refused', reason: `${nameOf(order.run)} is paused; resume it first (kubectl rollout resume)` };
      }
      return { kind: 'ready' };
    },
    async execute(order) {
      const deployment = await cluster?.get(refOf(order.run));
      const template = deployment?.spec?.template;
      if (cluster === undefined || deployment === undefined || template === undefined) {
        throw new ProviderError(
          'kubernetes',
          'refused',
          `${nameOf(order.run)} went away while it was about to be restarted`,
        );
      }
      const annotations = { ...template.metadata?.annotations, [RESTARTED]: iso(order.decidedAt) };
      const fresh = { ...template, metadata: { ...template.metadata, annotations } };
      await cluster.replaceTemplate(deployment, fresh, changeCause(order));
      return { says: `restarted the pods of ${nameOf(order.run)} one after another` };
    },
    prove: (order) => proveRollout(order, cluster, 'the restart of'),
  };
}
