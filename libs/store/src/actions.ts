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

/** How many actions of a UTC day ended so; null: they have no outcome. */
export interface DayTally {
  /** As `2026-11-28`. */
  day: string;
  outcome: string | null;
  count: number;
}

/** So many days are told apart in one report; those before are left out. */
export const MOST_DAYS = 400;
const OUTCOMES = 5;

/** The same as `tallyActions` by day, the newest first, at most `MOST_DAYS` of them. */
export async function tallyDays(
  manager: Transaction,
  range: { from: Date; to: Date },
  actions: readonly string[],
): Promise<DayTally[]> {
  const found = await manager.query<DayTally[]>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, outcome, count FROM (
       SELECT (at AT TIME ZONE 'UTC')::date AS day, outcome, count(*)::int AS count FROM healings
       WHERE at >= $1 AND at < $2 AND action = ANY($3::text[])
       GROUP BY 1, 2
     ) ended
     ORDER BY 1 DESC, 2 LIMIT ${MOST_DAYS * OUTCOMES}`,
    [range.from, range.to, [...actions]],
  );
  const days = new Set([...new Set(found.map(({ day }) => day))].slice(0, MOST_DAYS));
  return found.filter(({ day }) => days.has(day));
}
