import { undoKey } from '../actions/action.ts';
import type { Order } from '../order.ts';
import type { RemediateDeps } from '../remediate-deps.ts';
import { isWanted, tell } from '../tell/notes.ts';
import { type CarriedOut, carryOut } from './carry-out.ts';
import { failed } from './results.ts';
import type { Fired, Timer } from './timers.ts';

/**
 * What made it worse is taken back, once, under a claim of its own, and is a human's from then on. That does not wait for a freeze or a
 * policy: it was our own doing.
 */
export async function undo({ order, giveUpAt, harm = '' }: Timer, d: RemediateDeps): Promise<Fired> {
  const plugin = d.actions.get(order.action.type);
  const { cost: _spent, ...decided } = order;
  const explanation = `${order.action.type} made it worse: ${harm}`;
  const back: Order = { ...decided, key: undoKey(order.key), explanation };
  const carried: CarriedOut =
    plugin?.undo === undefined
      ? { kind: 'done', result: failed(`Nothing here can take "${order.action.type}" back.`, d.clock) }
      : await carryOut(back, { settleMs: plugin.settleMs, ...plugin.undo }, giveUpAt, {
          ...d,
          forbids: () => undefined,
        });
  if (carried.kind === 'again') return { againAt: carried.atMs };
  const { status, effect, explanation: why, finishedAt } = carried.result;
  const became = status === 'executed' ? `Prunella ${effect}` : `it was not taken back (${why})`;
  const reason = `${harm}; ${became}`;
  await d.reporter.undone(back, carried.result);
  const as = isWanted('handed_over', d) ? 'handed_over' : 'failed';
  await tell({ ...back, explanation: `${order.action.type} made it worse. ${reason}.` }, as, d);
  await d.reporter.proven(order, 'harmful', reason, finishedAt);
  return 'done';
}
