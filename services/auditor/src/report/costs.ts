import type { CostTally } from '@prunella/store';

export interface Money {
  currency: string;
  /** As the policy's price expected it. */
  amount: number;
}

/** What some actions cost. */
export interface CostSum {
  actions: number;
  /** Of how many the costs were estimated. */
  estimated: number;
  /** Sum of those estimates, in runner minutes. */
  expectedMinutes: number;
  /** Of how many it is known how long their rerun took. */
  timed: number;
  /** Sum of how long those took. */
  actualMinutes: number;
  /** By currency; amounts in different ones are never added up. */
  money: Money[];
}

/** Sums up by key, in the order given, and over all. */
export function costs(tallies: readonly CostTally[]): { total: CostSum; items: (CostSum & { key: string })[] } {
  return {
    total: sumOf(tallies),
    items: [...Map.groupBy(tallies, ({ key }) => key)].map(([key, some]) => ({ key, ...sumOf(some) })),
  };
}

/** The sum of all tallies. */
export function sumOf(tallies: readonly CostTally[]): CostSum {
  const sum = (pick: (tally: CostTally) => number) => tallies.reduce((total, tally) => total + pick(tally), 0);
  const currencies = [...new Set(tallies.map(({ currency }) => currency))].filter((currency) => currency !== '').sort();
  return {
    actions: sum((tally) => tally.actions),
    estimated: sum((tally) => tally.estimated),
    expectedMinutes: sum((tally) => tally.expectedMinutes),
    timed: sum((tally) => tally.timed),
    actualMinutes: sum((tally) => tally.actualMinutes),
    money: currencies.map((currency) => ({
      currency,
      amount: tallies
        .filter((tally) => tally.currency === currency)
        .reduce((total, tally) => total + tally.expectedMoney, 0),
    })),
  };
}
