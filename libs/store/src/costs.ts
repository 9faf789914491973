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

const KEYS: Readonly<Record<CostKey, string>> = {
  action: `e.data->'action'->>'type'`,
  repository: `e.data->'run'->>'repository'`,
  cause: `nullif(e.data->>'cause', 'cause_unspecified')`,
  day: `to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
};

/**
 * Sums up what the actions that took effect in [from, to) cost.
 *
 * @param which `actions`: only these types; `reruns`: those of which the run's next attempt shows how long they took.
 */
export async function tallyCosts(
  manager: Transaction,
  range: { from: Date; to: Date },
  which: { by: CostKey; actions: readonly string[]; reruns: readonly string[] },
): Promise<CostTally[]> {
  return await manager.query<CostTally[]>(
    `SELECT coalesce(${KEYS[which.by]}, '') AS key, coalesce(e.data->'cost'->>'currency', '') AS currency,
            count(*)::int AS actions, count(e.data->'cost')::int AS estimated,
            coalesce(sum((e.data->'cost'->>'minutes')::float8), 0) AS "expectedMinutes",
            coalesce(sum((e.data->'cost'->>'money')::float8), 0) AS "expectedMoney",
            count(rerun.minutes)::int AS timed, coalesce(sum(rerun.minutes), 0) AS "actualMinutes"
     FROM events e
     LEFT JOIN LATERAL (
       SELECT extract(epoch FROM (f.data->>'finishedAt')::timestamptz - (f.data->>'startedAt')::timestamptz)::float8 / 60 AS minutes
       FROM events f
       WHERE f.incident_id = e.incident_id AND f.subject = 'pipeline.finished' AND f.data->>'kind' = 'run'
         AND e.data->'action'->>'type' = ANY($4::text[]) AND e.data->'run'->>'runId' <> ''
         AND (f.data->>'attempt')::int = greatest((e.data->'run'->>'attempt')::int, 1) + 1
         AND (f.data->>'finishedAt')::timestamptz >= (f.data->>'startedAt')::timestamptz
       ORDER BY f.time, f.id LIMIT 1
     ) rerun ON true
     WHERE e.subject = 'action.executed' AND e.data->>'status' = 'executed' AND coalesce(e.data->>'undoes', '') = ''
       AND e.time >= $1 AND e.time < $2 AND e.data->'action'->>'type' = ANY($3::text[])
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [range.from, range.to, [...which.actions], [...which.reruns]],
  );
}
