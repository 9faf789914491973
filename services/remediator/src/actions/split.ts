import type { Run } from '@prunella/contracts';
import type { ActionPlugin } from './action.ts';

/** An action that is done in another way to some runs: `first` where `isIts` says so, else `second`. Both have the same types. */
export function split(isIts: (run: Run) => boolean, first: ActionPlugin, second: ActionPlugin): ActionPlugin {
  const by = (run: Run) => (isIts(run) ? first : second);
  const longest = Math.max(first.proveWithinMs ?? 0, second.proveWithinMs ?? 0);
  return {
    types: first.types,
    // What holds for one of them is no harm to the other: it is looked at a little later, and proven for longer.
    settleMs: Math.max(first.settleMs, second.settleMs),
    ...(longest > 0 && { proveWithinMs: longest }),
    unsupported: (run, action) => by(run).unsupported(run, action),
    pin: async (run, signal) => (await by(run).pin?.(run, signal)) ?? {},
    lastedMs: async (run, signal) => await by(run).lastedMs?.(run, signal),
    look: (order, actingSince, signal) => by(order.run).look(order, actingSince, signal),
    execute: (order, signal, seen) => by(order.run).execute(order, signal, seen),
    prove: async (order, done, signal) => await by(order.run).prove?.(order, done, signal),
  };
}
