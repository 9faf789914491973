import type { ActionType, Cause } from '@prunella/contracts';
import { nextRunSucceeded } from './recoveries.ts';
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
  const next = nextRunSucceeded({ pipelineKey: 'd.pipeline_key', incidentId: 'd.incident_id', time: 'd.at', within });
  // Where runs have no id others are to be looked for, event by event: of the few only that are such.
  const isLookedFor = `d.arm <> 'treated' AND d.pipeline_key IS NOT NULL`;
  const recovered = `d.recovered_at <= d.at + ${within}`;
  return await manager.query<ArmTally[]>(
    `WITH tallied AS (
       ${tally({ where: `(${isLookedFor}) IS NOT TRUE`, well: recovered, within, once: false })}
       UNION ALL
       ${tally({ where: isLookedFor, well: `coalesce(${recovered}, false) OR ${next}`, within, once: true })}
     )
     SELECT arm, chosen, cause, repository, action, to_char(month, 'YYYY-MM') AS month, sum(cases)::int AS cases,
            sum(successes)::int AS successes, sum(pending)::int AS pending
     FROM tallied GROUP BY arm, chosen, cause, repository, action, tallied.month ORDER BY 1, 2, 3, 4, 5, 6`,
    [range.from, range.to, [...actions], withinMs, now],
  );
}

/**
 * SQL: decisions by how they ended.
 *
 * @param with `well`: SQL of whether it became well in time without an action of ours; `once`: to be asked once for a row, and not by each count: it is dear.
 */
function tally({ where, well, within, once }: { where: string; well: string; within: string; once: boolean }): string {
  return `SELECT arm, chosen, cause, repository, action, month, count(success) AS cases, count(*) FILTER (WHERE success) AS successes,
              count(*) FILTER (WHERE success IS NULL) AS pending
       FROM (
         SELECT d.arm, d.chosen, d.cause, d.repository, d.action, date_trunc('month', d.at AT TIME ZONE 'UTC') AS month,
                CASE WHEN d.arm = 'treated' THEN d.healed WHEN ${well} THEN true WHEN d.at + ${within} < $5 THEN false END AS success
         FROM decisions d
         WHERE d.first AND d.arm IS NOT NULL AND d.at >= $1 AND d.at < $2 AND d.action = ANY($3::text[]) AND ${where}
         ${once ? 'OFFSET 0' : ''}
       ) ended
       GROUP BY arm, chosen, cause, repository, action, month`;
}
