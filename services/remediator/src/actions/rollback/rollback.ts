import { badRevisionsNote, type Cluster, hashNow, rollbackTarget, type Workload } from '@prunella/cluster';
import { type ActionPlugin, type Look, undoneKey } from '../action.ts';
import {
  changing,
  changingPinned,
  lookAtPinned,
  nameOf,
  notesOf,
  ownChange,
  pinRevision,
  proveRollout,
  refOf,
  refused,
  unreachable,
} from '../workload.ts';

const OBSERVE_AGAIN_MS = 5_000;

/**
 * `rollback`: puts a workload back to its previous good revision. The revision that is rolled back from is noted at the decision; when the
 * workload is at another one later, somebody else acted and nothing is done. The revision that is left is remembered as a bad one. Where
 * that made it worse, the template is put back.
 */
export function rollback(cluster: Cluster | undefined): ActionPlugin {
  return {
    types: ['rollback'],
    settleMs: 1_000,
    unsupported: (run) => unreachable(run, cluster, 'roll back'),
    pin: (run) => pinRevision(run, cluster),
    async look(order): Promise<Look> {
      const seen = await lookAtPinned(order, cluster, { done: 'rolled back' });
      if ('look' in seen) return seen.look;
      const { workload } = seen;
      const target = rollbackTarget(workload, (await cluster?.revisions(workload)) ?? []);
      return target.kind === 'none' ? { kind: 'refused', reason: target.reason } : { kind: 'ready' };
    },
    execute: (order) =>
      changingPinned(order, cluster, async (seen, there) => {
        const target = rollbackTarget(seen, await there.revisions(seen));
        if (target.kind === 'none') throw refused(target.reason);
        const workload = await brokenOff(seen, there);
        const { from, revision, template, fromHash, hash } = target;
        const bad = badRevisionsNote(workload.annotations, { bad: fromHash });
        await there.replaceTemplate(workload, template, notesOf(order, seen, { from: fromHash, to: hash }, bad));
        return {
          says: `rolled back ${nameOf(order.run)} from revision ${from} to the template of revision ${revision}`,
        };
      }),
    prove: (order) => proveRollout(order, cluster, 'the rollback of'),
    undo: {
      async look(order): Promise<Look> {
        const name = nameOf(order.run);
        const workload = await cluster?.get(refOf(order.run));
        if (cluster === undefined || workload === undefined) {
          return { kind: 'superseded', reason: `${name} is not there any more` };
        }
        if (ownChange(workload, order.key) !== undefined) {
          return { kind: 'done', effect: { says: `took the rollback of ${name} back` } };
        }
        const change = ownChange(workload, undoneKey(order.key));
        if (change === undefined) return { kind: 'superseded', reason: `${name} was changed by somebody else` };
        if (workload.revision === undefined) {
          return { kind: 'later', afterMs: OBSERVE_AGAIN_MS, reason: `the rollback of ${name} is not observed yet` };
        }
        const revisions = await cluster.revisions(workload);
        return revisions.some(({ hash }) => hash === change.from)
          ? { kind: 'ready' }
          : { kind: 'refused', reason: `the revision that ${name} had is not in its history any more` };
      },
      execute: (order) =>
        changing(order, cluster, async (seen, there) => {
          const change = ownChange(seen, undoneKey(order.key));
          const revisions = await there.revisions(seen);
          const original = change && revisions.find(({ hash }) => hash === change.from);
          if (change === undefined || original === undefined) {
            throw refused(`${nameOf(order.run)} was changed while its rollback was about to be taken back`);
          }
          const workload = await brokenOff(seen, there);
          const hashes = { from: hashNow(seen, revisions), to: original.hash };
          const bad = badRevisionsNote(workload.annotations, { bad: hashes.from, good: hashes.to });
          await there.replaceTemplate(workload, original.template, notesOf(order, seen, hashes, bad));
          return { says: `put the template of revision ${change.revision} of ${nameOf(order.run)} back` };
        }),
    },
  };
}

/** The workload without an update that is being brought in: what serves takes the traffic back at once. */
async function brokenOff(workload: Workload, cluster: Cluster): Promise<Workload> {
  if (!workload.updating) return workload;
  await cluster.abort(workload);
  return (await cluster.get(workload)) ?? workload;
}
