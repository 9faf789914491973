import type { Change, JsonBucket } from '@prunella/bus';
import { type Clock, systemClock } from '@prunella/core';
import type { Expenses } from '@prunella/decision';
import type { Measured } from '@prunella/service-kit';

type Known = Required<Expenses>;

/** How far budgets are used, as all replicas spend them. Each is as the policy had it when something was last spent of it. */
export class BudgetUse {
  private readonly known = new Map<string, Known>();
  private readonly stopped = new AbortController();

  constructor(private readonly clock: Clock = systemClock) {}

  /** Follows what is spent, until `stop`. */
  async follow(bucket: Pick<JsonBucket<Expenses>, 'watch'>): Promise<void> {
    await bucket.watch((change) => this.note(change), this.stopped.signal);
  }

  stop(): void {
    this.stopped.abort();
  }

  note({ key, value }: Change<Expenses>): void {
    if (value?.budget === undefined) this.known.delete(key);
    else this.known.set(key, { expenses: value.expenses, budget: value.budget });
  }

  /** Of each budget the one that is used most, of all repositories (or whatever it is kept apart for): 1 is all of it. */
  fullest(): Measured<'budget' | 'per' | 'unit'>[] {
    const now = this.clock.now();
    const fullest = new Map<string, Measured<'budget' | 'per' | 'unit'>>();
    for (const [key, known] of this.known) {
      const { name, per, unit } = known.budget;
      const value = used(known, now);
      // What nothing is left of is not looked at again before something is spent.
      if (value === 0 && known.expenses.length > 0) this.known.set(key, { ...known, expenses: [] });
      const labels = { budget: name, per, unit };
      const place = JSON.stringify(labels);
      if (value >= (fullest.get(place)?.value ?? 0)) fullest.set(place, { labels, value });
    }
    return [...fullest.values()];
  }
}

function used({ expenses, budget: { most, withinMs } }: Known, now: number): number {
  const spent = expenses.reduce((sum, { at, amount = 1 }) => (at > now - withinMs ? sum + amount : sum), 0);
  // A budget of nothing is used up from the beginning.
  return most === 0 ? 1 : spent / most;
}
