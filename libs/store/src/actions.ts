import type { Transaction } from './store.ts';

/** Executed actions with the outcome that counts; null: they have none. */
export interface ActionTally {
  action: string;
  outcome: string | null;
  count: number;
}

/** Counts the actions that took effect in [from, to), by type and by the outcome that counts: the first, unless it was a heal that was taken back. */
export async function tallyActions(
  manager: Transaction,
  range: { from: Date; to: Date },
  actions: readonly string[],
): Promise<ActionTally[]> {
  return await manager.query<ActionTally[]>(
    `SELECT action, outcome, count(*)::int AS count FROM healings
     WHERE at >= $1 AND at < $2 AND action = ANY($3::text[])
     GROUP BY action, outcome`,
    [range.from, range.to, [...actions]],
  );
}
