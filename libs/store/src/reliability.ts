import type { HealingRange } from './healings.ts';
import type { Transaction } from './store.ts';

/** Actions that were decided equally surely, to a thousandth. */
export interface StatedTally {
  /** null: nobody said how sure it was. */
  confidence: number | null;
  /** Proven: healed, ineffective or harmful. */
  cases: number;
  /** Of them healed. */
  successes: number;
  /** Inconclusive, or without an outcome yet. */
  unproven: number;
}

/** How sure the actions of a range were when they were decided, and what came of them: at most 1,002 rows, the least sure first. */
export async function tallyStated(
  manager: Transaction,
  { from, to }: HealingRange,
  actions: readonly string[],
): Promise<StatedTally[]> {
  return await manager.query<StatedTally[]>(
    `SELECT floor(confidence * 1000 + 0.5) / 1000 AS confidence,
            (count(*) FILTER (WHERE outcome IN ('healed', 'ineffective', 'harmful')))::int AS cases,
            (count(*) FILTER (WHERE outcome = 'healed'))::int AS successes,
            (count(*) FILTER (WHERE outcome IS NULL OR outcome = 'inconclusive'))::int AS unproven
     FROM healings WHERE at >= $1 AND at < $2 AND action = ANY($3::text[])
     GROUP BY 1 ORDER BY 1 NULLS FIRST`,
    [from, to, [...actions]],
  );
}
