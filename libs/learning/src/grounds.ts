import type { ActionType, Cause } from '@prunella/contracts';
import type { Grounds, Tally } from './belief.ts';

/** A rule (or model) and an action. */
export interface Pair {
  decidedBy: string;
  action: ActionType;
}

/** Weighed outcomes of a rule and action for one cause. */
export interface CauseTally extends Pair, Tally {
  cause: Cause;
}

/** What there is to believe about one rule and action from, out of all tallies of that action. The order of the tallies does not matter. */
export function groundsOf({ decidedBy, action }: Pair, word: number, tallies: readonly CauseTally[]): Grounds {
  const ofAction = tallies.filter((tally) => tally.action === action).sort(compare);
  const own = ofAction.filter((tally) => tally.decidedBy === decidedBy);
  // A model speaks for many causes, a rule for one.
  const causes = new Set(own.map(({ cause }) => cause));
  const others = ofAction.filter((tally) => tally.decidedBy !== decidedBy);
  return {
    word,
    own: total(own),
    sameCause: total(others.filter(({ cause }) => causes.has(cause))),
    otherCauses: total(others.filter(({ cause }) => !causes.has(cause))),
  };
}

/** Sums of floating numbers depend on their order. */
function compare(a: CauseTally, b: CauseTally): number {
  const [left, right] = [`${a.decidedBy}\n${a.cause}`, `${b.decidedBy}\n${b.cause}`];
  return left < right ? -1 : left > right ? 1 : a.tried - b.tried || a.helped - b.helped;
}

function total(tallies: readonly Tally[]): Tally {
  return tallies.reduce<Tally>(
    (sum, { helped, tried }) => ({ helped: sum.helped + helped, tried: sum.tried + tried }),
    { helped: 0, tried: 0 },
  );
}
