import { type Cluster, templateHash } from '@prunella/cluster';
import type { ActionPlugin, Look } from '../action.ts';
import {
  changingPinned,
  lookAtPinned,
  nameOf,
  notesOf,
  pinRevision,
  proveRollout,
  refused,
  unreachable,
} from '../workload.ts';

/**
 * `reset_connections`: restarts the pods of a workload one after another, so that their connection pools begin anew. The revision at which
 * it failed is noted at the decision; when the workload is at another one later, its pods are new already and nothing is done.
 */
export function restart(cluster: Cluster | undefined): ActionPlugin {
  return {
    types: ['reset_connections'],
    settleMs: 1_000,
    unsupported: (run) => unreachable(run, cluster, 'restart'),
    pin: (run) => pinRevision(run, cluster),
    async look(order): Promise<Look> {
      const seen = await lookAtPinned(order, cluster, { done: 'restarted', moved: ': its pods are new' });
      if ('look' in seen) return seen.look;
      const { blocked } = seen.workload;
      return blocked === undefined ? { kind: 'ready' } : { kind: 'refused', reason: `${nameOf(order.run)} ${blocked}` };
    },
    execute: (order) =>
      changingPinned(order, cluster, async (workload, there) => {
        const { blocked, template } = workload;
        if (blocked !== undefined) throw refused(`${nameOf(order.run)} ${blocked}`);
        const hash = templateHash(template);
        await there.restart(workload, order.decidedAt, notesOf(order, workload, { from: hash, to: hash }));
        return { says: `restarted the pods of ${nameOf(order.run)} one after another` };
      }),
    prove: (order) => proveRollout(order, cluster, 'the restart of'),
  };
}
