import { type Clock, stableId } from '@prunella/core';
import { type Expense, type Limit, type Spending, spend } from '@prunella/policy';
import { Changes } from './changes.ts';
import type { Records } from './records.ts';

/** What was spent of one limit, newest last. */
export interface Expenses {
  expenses: readonly Expense[];
  /** The budget that it is, as it was when something was spent last. Absent: a cool-down, or written by an older version. */
  budget?: Pick<Limit, 'name' | 'per' | 'unit' | 'most' | 'withinMs'>;
}

/**
 * What acting has spent, over all incidents and replicas. Whoever wants to act reserves one action of each limit first; when one is
 * used up, the others are given back. A crash in between leaves a reservation that the same order finds again.
 */
export class SpendingLedger {
  private readonly changes: Changes<Expenses>;

  constructor(
    bucket: Records<Expenses>,
    private readonly clock: Clock,
  ) {
    this.changes = new Changes(bucket);
  }

  /** Reserves one action of each limit for an order, or of none. How each stands, up to the first one that is used up. */
  async reserve(limits: readonly Limit[], key: string): Promise<Spending[]> {
    const asked: Spending[] = [];
    for (const limit of limits) {
      const spending = await this.spend(limit, key);
      asked.push(spending);
      if (spending.allows) continue;
      await this.release(
        asked.filter(({ allows }) => allows).map((one) => one.limit),
        key,
      );
      break;
    }
    return asked;
  }

  /** Gives back what an order reserved. */
  async release(limits: readonly Limit[], key: string): Promise<void> {
    for (const limit of limits) {
      await this.change(limit, (expenses) => {
        const left = expenses.filter((expense) => expense.key !== key);
        return left.length === expenses.length ? undefined : left;
      });
    }
  }

  private async spend(limit: Limit, key: string): Promise<Spending> {
    let spending: Spending = { limit, spent: 0, allows: false };
    await this.change(limit, (expenses) => {
      const result = spend(limit, expenses, key, this.clock.now());
      spending = result.spending;
      return result.expenses === expenses ? undefined : result.expenses;
    });
    return spending;
  }

  /** `undefined`: nothing is to be written. */
  private async change(
    limit: Limit,
    next: (expenses: readonly Expense[]) => readonly Expense[] | undefined,
  ): Promise<void> {
    const place = stableId(limit.kind, limit.name, limit.scope, ...(limit.unit === 'actions' ? [] : [limit.unit]));
    await this.changes.change(place, (before) => {
      const expenses = next(before?.expenses ?? []);
      return expenses === undefined ? before : { expenses, ...budgetOf(limit) };
    });
  }
}

function budgetOf({ kind, name, per, unit, most, withinMs }: Limit): Pick<Expenses, 'budget'> {
  return kind === 'budget' ? { budget: { name, per, unit, most, withinMs } } : {};
}
