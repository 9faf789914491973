import type { Cause } from '@prunella/contracts';
import { type Rate, type Uplift, type UpliftStratum, uplift } from '@prunella/learning';
import type { ArmTally } from '@prunella/store';

/** What healing adds to what recovers by itself. */
export interface UpliftOf extends Uplift {
  /** Incidents of which it is not known yet how they end. */
  pending: number;
}

/** Compares over all, and by cause, the most frequent first. */
export function upliftReport(tallies: readonly ArmTally[]): {
  overall: UpliftOf;
  causes: (UpliftOf & { cause: Cause })[];
} {
  const byCause = [...Map.groupBy(tallies, ({ cause }) => cause)].map(([cause, own]) => ({ cause, ...upliftOf(own) }));
  return {
    overall: upliftOf(tallies),
    causes: byCause.sort((a, b) => b.treated.cases - a.treated.cases || (a.cause < b.cause ? -1 : 1)),
  };
}

function upliftOf(tallies: readonly ArmTally[]): UpliftOf {
  const rate = (fits: (tally: ArmTally) => boolean) => rateOf(tallies.filter(fits));
  const byChance = {
    treated: rate(({ chosen }) => chosen),
    heldOut: rate(({ arm }) => arm === 'held_out'),
  };
  return {
    ...uplift(byChance, strataOf(tallies)),
    pending: tallies.reduce((sum, { pending }) => sum + pending, 0),
  };
}

/** Alike: the same cause and action in the same repository in the same month. */
function strataOf(tallies: readonly ArmTally[]): UpliftStratum[] {
  const groups = Map.groupBy(tallies, ({ cause, repository, action, month }) =>
    [cause, action, month, repository].join(' '),
  );
  return [...groups].map(([key, own]) => ({
    key,
    treated: rateOf(own.filter(({ arm }) => arm === 'treated')),
    control: rateOf(own.filter(({ arm }) => arm === 'recommended')),
  }));
}

function rateOf(tallies: readonly ArmTally[]): Rate {
  return tallies.reduce<Rate>(
    (sum, { successes, cases }) => ({ successes: sum.successes + successes, cases: sum.cases + cases }),
    { successes: 0, cases: 0 },
  );
}
