import { type Cluster, type Workload, withoutLastRaise } from '@prunella/cluster';
import type { Order } from '../../order.ts';
import { type ActionPlugin, type Look, undoneKey } from '../action.ts';
import { changing, nameOf, ownChange, refOf, refused } from '../workload.ts';
import { inWords, notesOfDeadline, type Raise } from './deadline.ts';

const AGAIN_MS = 5_000;

/** Puts a deadline that was raised back, and breaks an update off again that was taken up with it, if nobody changed the deadline since. */
export function putDeadlineBack(cluster: Cluster | undefined): NonNullable<ActionPlugin['undo']> {
  return {
    async look(order): Promise<Look> {
      const name = nameOf(order.run);
      const workload = await cluster?.get(refOf(order.run));
      if (workload === undefined) return { kind: 'superseded', reason: `${name} is not there any more` };
      if (ownChange(workload, order.key) !== undefined) {
        return { kind: 'done', effect: { says: `put the progress deadline of ${name} back` } };
      }
      if (raiseIn(workload, order) === undefined) {
        return { kind: 'superseded', reason: `${name} was changed by somebody else` };
      }
      return workload.revision === undefined
        ? { kind: 'later', afterMs: AGAIN_MS, reason: `the change of ${name} is not observed yet` }
        : { kind: 'ready' };
    },
    execute: (order) =>
      changing(order, cluster, async (seen, there) => {
        const name = nameOf(order.run);
        const raise = raiseIn(seen, order);
        if (raise === undefined) throw refused(`${name} was changed while its deadline was about to be put back`);
        const breaksOff = raise.retried && seen.updating;
        if (breaksOff) await there.abort(seen);
        const workload = breaksOff ? ((await there.get(seen)) ?? seen) : seen;
        const back: Raise = { from: raise.to, to: raise.from, retried: false };
        const notes = notesOfDeadline(order, workload, back, withoutLastRaise(workload));
        await there.setDeadline(workload, back.to, notes);
        const also = breaksOff ? ', and broke its update off again' : '';
        return { says: `put the progress deadline of ${name} back to ${inWords(back.to)}${also}` };
      }),
  };
}

/** The raise that an undo is about; undefined: the workload, or its deadline, was changed since. */
function raiseIn(workload: Workload, { key }: Order): Raise | undefined {
  const raise = ownChange(workload, undoneKey(key))?.deadline;
  return raise?.to === workload.deadlineSeconds ? raise : undefined;
}
