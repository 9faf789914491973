import { type Deployments, revisionOf } from '@prunella/cluster';
import { iso, ProviderError } from '@prunella/core';
import type { ActionPlugin, Look } from '../action.ts';
import { changeCause, isOurs, nameOf, proveRollout, refOf, unreachable } from '../deployment.ts';

const OBSERVE_AGAIN_MS = 5_000;
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
    async pin(run) {
      const deployment = await cluster?.get(refOf(run));
      return { fromRevision: (deployment && revisionOf(deployment)) ?? 0 };
    },
    async look(order): Promise<Look> {
      const deployment = await cluster?.get(refOf(order.run));
      const name = nameOf(order.run);
      if (deployment === undefined) return { kind: 'superseded', reason: `${name} is not there` };
      if (isOurs(deployment, order)) return { kind: 'done', effect: `restarted ${name}` };
      const revision = revisionOf(deployment);
      const pinned = order.action.parameters['fromRevision'];
      if (revision === undefined) {
        return { kind: 'later', afterMs: OBSERVE_AGAIN_MS, reason: `${name} has no revision yet` };
      }
      if (revision !== pinned) {
        const reason = `${name} is at revision ${revision}, the failure was seen at ${String(pinned)}: its pods are new`;
        return { kind: 'superseded', reason };
      }
      if (deployment.spec?.paused === true) {
        return { kind: 'refused', reason: `${name} is paused; resume it first (kubectl rollout resume)` };
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
      return `restarted the pods of ${nameOf(order.run)} one after another`;
    },
    prove: (order) => proveRollout(order, cluster, 'the restart of'),
  };
}
