import type { ActionType, Cause } from '@prunella/contracts';
import { byHand, type Policy } from '@prunella/policy';
import type { WorthTally } from '@prunella/store';
import type { Money } from './costs.ts';

/** What actions that proved no heal spent. */
export interface InVain {
  /** Ineffective, harmful and inconclusive ones. */
  actions: number;
  /** Runner minutes. */
  minutes: number;
  money: Money[];
}

/** What heals saved by the figures of the policy. */
export interface Saved {
  /** Heals for which it has a figure. */
  heals: number;
  /** Of a person. */
  minutes: number;
  /** At `perHour`, in `costs.currency`; empty where no price is set. */
  money: Money[];
}

export interface Worth {
  /** Runner minutes: as known, else as expected; and their price. */
  spent: { minutes: number; money: Money[] };
  /** Proven, and not taken back. */
  healed: number;
  inVain: InVain;
  /** null: the policy has no figure that fits any of these heals, and nothing is claimed. */
  saved: Saved | null;
}

/**
 * What healings came to. A rerun takes as long whoever begins it, so runner minutes are spent and never saved; what is saved is a person's time, and only as
 * `reports.byHand` says. What would have passed by itself is not taken off: see the hold-out.
 */
export function worthOf(tallies: readonly WorthTally[], policy: Pick<Policy, 'reports' | 'costs'>): Worth {
  const healed = tallies.filter(({ outcome }) => outcome === 'healed');
  const vain = tallies.filter(({ outcome }) => outcome !== null && outcome !== 'healed');
  const spending = (some: readonly WorthTally[]) => ({
    minutes: sum(some, ({ minutes }) => minutes),
    money: moneyOf(some.map(({ currency, money }) => ({ currency, amount: money }))),
  });
  return {
    spent: spending(tallies),
    healed: sum(healed, ({ count }) => count),
    inVain: {
      actions: sum(vain, ({ count }) => count),
      ...spending(vain),
    },
    saved: savedBy(healed, policy),
  };
}

/** By key, in no particular order. */
export function worthByKey(
  tallies: readonly WorthTally[],
  policy: Pick<Policy, 'reports' | 'costs'>,
): ReadonlyMap<string, Worth> {
  return new Map([...Map.groupBy(tallies, ({ key }) => key)].map(([key, some]) => [key, worthOf(some, policy)]));
}

function savedBy(healed: readonly WorthTally[], { reports, costs }: Pick<Policy, 'reports' | 'costs'>): Saved | null {
  const counted = healed.flatMap(({ repository, action, cause, count }) => {
    const each = byHand(reports, { repository, action: action as ActionType, cause: cause as Cause });
    return each === undefined ? [] : [{ count, minutes: each.minutes * count, money: each.money * count }];
  });
  if (counted.length === 0) return null;
  return {
    heals: sum(counted, ({ count }) => count),
    minutes: sum(counted, ({ minutes }) => minutes),
    money: moneyOf(counted.map(({ money }) => ({ currency: costs.currency, amount: money }))),
  };
}

/** Added up by currency, in alphabetical order; what is nothing is left out. */
function moneyOf(amounts: readonly Money[]): Money[] {
  const priced = amounts.filter(({ currency, amount }) => currency !== '' && amount > 0);
  return [...Map.groupBy(priced, ({ currency }) => currency)]
    .map(([currency, some]) => ({ currency, amount: sum(some, ({ amount }) => amount) }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

function sum<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}
