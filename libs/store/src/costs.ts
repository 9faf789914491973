import type { Transaction } from './store.ts';

/** By what costs are summed up. */
export const costKeys = ['action', 'repository', 'cause', 'day'] as const;
export type CostKey = (typeof costKeys)[number];

/** What actions cost in one currency. */
export interface CostTally {
  /** The action, repository, cause or day (UTC, `2026-11-02`); empty: there is none. */
  key: string;
  /** Empty: no price was set. */
  currency: string;
  actions: number;
  /** Of how many the costs were estimated. */
  estimated: number;
  /** Sum of the estimates, in runner minutes. */
  expectedMinutes: number;
  expectedMoney: number;
  /** Of how many it is known how long the rerun took. */
  timed: number;
  /** Sum of how long those took, by the clock on the wall. */
  actualMinutes: number;
}

/** Sums up what the actions of these types that took effect in [from, to) cost. */
export async function tallyCosts(
  manager: Transaction,
  range: { from: Date; to: Date },
  which: { by: CostKey; actions: readonly string[] },
): Promise<CostTally[]> {
  const { group, told } = COST_KEYS[which.by];
  return await manager.query<CostTally[]>(
    `SELECT ${told} AS key, currency, actions, estimated, "expectedMinutes", "expectedMoney", timed, "actualMinutes"
     FROM (
       SELECT ${group} AS key, currency, count(*)::int AS actions, (count(*) FILTER (WHERE estimated))::int AS estimated,
              sum(expected_minutes) AS "expectedMinutes", sum(expected_money) AS "expectedMoney",
              count(actual_minutes)::int AS timed, coalesce(sum(actual_minutes), 0) AS "actualMinutes"
       FROM healings
       WHERE at >= $1 AND at < $2 AND action = ANY($3::text[])
       GROUP BY 1, 2
     ) sums
     ORDER BY 1, 2`,
    [range.from, range.to, [...which.actions]],
  );
}

/** SQL: what healings are grouped by, and how that `key` is told. A text made for each row would take longer than all the rest. */
export const COST_KEYS: Readonly<Record<CostKey, { group: string; told: string }>> = {
  action: { group: 'action', told: 'key' },
  repository: { group: 'repository', told: 'key' },
  cause: { group: 'cause', told: 'key' },
  day: { group: `(at AT TIME ZONE 'UTC')::date`, told: `to_char(key, 'YYYY-MM-DD')` },
};
