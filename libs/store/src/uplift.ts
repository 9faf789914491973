import type { ActionType, Cause } from '@prunella/contracts';
import { actedByChance, heldOut, outcomeOf, recoveredBy } from './recoveries.ts';
import type { Transaction } from './store.ts';

/** Incidents that are alike, by what was done about them first and how they ended. */
export interface ArmTally {
  /** `treated`: done by itself, whether chance chose it or not; `held_out`: only watched, by chance; `recommended`: only said. */
  arm: 'treated' | 'held_out' | 'recommended';
  /** Of `treated`: chance chose these, because some were held out at that time. */
  chosen: boolean;
  cause: Cause;
  repository: string;
  action: ActionType;
  /** Month in UTC, as `2026-11`. */
  month: string;
  cases: number;
  /** Of the treated those that were healed, of the others those that became well by themselves. */
  successes: number;
  /** Those of which it is not known yet; they are no cases. */
  pending: number;
}

/**
 * How incidents ended whose first decision about a healing action fell in [from, to). What was not proven counts as not healed; what was not acted on
 * has `withinMs` to become well.
 */
export async function tallyArms(
  manager: Transaction,
  range: { from: Date; to: Date },
  { actions, withinMs, now }: { actions: readonly string[]; withinMs: number; now: Date },
): Promise<ArmTally[]> {
  const within = `$4 * interval '1 millisecond'`;
  return await manager.query<ArmTally[]>(
    `WITH decided AS (
       SELECT DISTINCT ON (incident_id) incident_id, pipeline_key, time, data
       FROM events
       WHERE lasting AND subject = 'action.executed' AND time >= $1 AND time < $2 AND coalesce(data->>'undoes', '') = ''
         AND data->'action'->>'type' = ANY($3::text[])
       ORDER BY incident_id, time, id
     ), arms AS (
       SELECT d.*, CASE
           WHEN d.data->>'status' = 'executed' AND d.data->>'verdict' = 'acting' THEN 'treated'
           WHEN ${heldOut('d')} THEN 'held_out'
           WHEN d.data->>'status' = 'recommended' THEN 'recommended'
         END AS arm
       FROM decided d
     ), ended AS (
       SELECT d.arm, d.arm = 'treated' AND ${actedByChance('d')} AS chosen, coalesce(d.data->>'cause', 'unknown') AS cause,
              coalesce(d.data->'run'->>'repository', '') AS repository, d.data->'action'->>'type' AS action,
              to_char(d.time AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
              CASE WHEN d.arm = 'treated' THEN o.outcome = 'healed'
                   WHEN ${recoveredBy('d', within)} THEN true
                   WHEN d.time + ${within} < $5 THEN false
              END AS success
       FROM arms d
       LEFT JOIN LATERAL (${outcomeOf('d')}) o ON d.arm = 'treated'
       WHERE d.arm IS NOT NULL
     )
     SELECT arm, chosen, cause, repository, action, month, count(success)::int AS cases,
            count(*) FILTER (WHERE success)::int AS successes, count(*) FILTER (WHERE success IS NULL)::int AS pending
     FROM ended GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
    [range.from, range.to, [...actions], withinMs, now],
  );
}
