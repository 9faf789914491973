import { COST_KEYS, type CostKey } from './costs.ts';
import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** An action that took effect and was to heal something, with what is known of it now. */
export interface Healing {
  incidentId: string;
  attempt: number;
  action: string;
  /** When it took effect, ISO 8601. */
  at: string;
  platform: string;
  repository: string;
  pipelineId: string;
  /** Of the pipeline, for people. */
  name: string;
  environment: string;
  /** `namespace/name`; empty: none is known. */
  workload: string;
  /** What it was done to: the workload, or the pipeline's id. */
  target: string;
  /** Empty: none is known. */
  fingerprint: string;
  cause: string;
  decidedBy: string;
  /** The outcome that counts; null: none yet. */
  outcome: string | null;
  /** It passed at first, also where that was taken back later. */
  healed: boolean;
  /** From the failure to what proves the heal; null: it is none, or not known. */
  healedAfterMs: number | null;
  /** Runner minutes: of the rerun where that is known, else as estimated. */
  minutes: number;
  money: number;
  /** Empty: no price is set. */
  currency: string;
  /** Whether its costs were estimated. */
  estimated: boolean;
  /** As estimated; 0: they were not. */
  expectedMinutes: number;
  expectedMoney: number;
  /** How long its rerun took, by the clock on the wall; null: it is not known. */
  actualMinutes: number | null;
  /** How surely it was said to heal when it was decided, above 0 to 1; null: nobody said. */
  confidence: number | null;
}

/** From (inclusive) and to (exclusive), by when actions took effect. */
export interface HealingRange {
  from: Date;
  to: Date;
}

/** Makes the healings of some incidents those that are given; the same again changes nothing. */
export async function putHealings(
  transaction: Transaction,
  incidentIds: readonly string[],
  healings: readonly Healing[],
): Promise<void> {
  if (incidentIds.length === 0) return;
  const keys = healings.map(({ incidentId, attempt, action }) => `${incidentId}/${attempt}/${action}`);
  await transaction.query(
    `DELETE FROM healings WHERE incident_id = ANY($1::text[]) AND concat_ws('/', incident_id, attempt, action) <> ALL($2::text[])`,
    [[...incidentIds], keys],
  );
  if (healings.length === 0) return;
  await transaction.query(
    `INSERT INTO healings AS old (incident_id, attempt, action, at, platform, repository, pipeline_id, name, environment, workload, target,
                           fingerprint, cause, decided_by, outcome, healed, healed_after_ms, minutes, money, currency, estimated,
                           expected_minutes, expected_money, actual_minutes, confidence)
     SELECT "incidentId", attempt, action, at, platform, repository, "pipelineId", name, environment, workload, target,
            fingerprint, cause, "decidedBy", outcome, healed, "healedAfterMs", minutes, money, currency, estimated, "expectedMinutes", "expectedMoney",
            "actualMinutes", confidence
     FROM jsonb_to_recordset($1::jsonb) AS r (
       "incidentId" text, attempt int, action text, at timestamptz, platform text, repository text, "pipelineId" text, name text,
       environment text, workload text, target text, fingerprint text, cause text, "decidedBy" text, outcome text, healed boolean,
       "healedAfterMs" float8, minutes float8, money float8, currency text, estimated boolean, "expectedMinutes" float8, "expectedMoney" float8,
       "actualMinutes" float8, confidence float8
     )
     ORDER BY 1, 2, 3
     ON CONFLICT (incident_id, attempt, action) DO UPDATE SET
       at = excluded.at, platform = excluded.platform, repository = excluded.repository, pipeline_id = excluded.pipeline_id,
       name = excluded.name, environment = excluded.environment, workload = excluded.workload, target = excluded.target,
       fingerprint = excluded.fingerprint, cause = excluded.cause, decided_by = excluded.decided_by, outcome = excluded.outcome,
       healed = excluded.healed, healed_after_ms = excluded.healed_after_ms, minutes = excluded.minutes, money = excluded.money,
       currency = excluded.currency, estimated = excluded.estimated, expected_minutes = excluded.expected_minutes,
       expected_money = excluded.expected_money, actual_minutes = excluded.actual_minutes,
       confidence = excluded.confidence
       WHERE old IS DISTINCT FROM excluded`,
    [storable(healings)],
  );
}

/** How long heals took, from the failure to the proof. */
export interface HealTimes {
  /** null: of all actions. */
  action: string | null;
  /** Heals of which it is known. */
  timed: number;
  meanMs: number;
  medianMs: number;
}

/** How long the heals of a time range took, by action and over all. */
export async function healTimes(manager: Transaction, { from, to }: HealingRange): Promise<HealTimes[]> {
  return await manager.query<HealTimes[]>(
    `SELECT action, count(*)::int AS timed, avg(healed_after_ms) AS "meanMs",
            percentile_cont(0.5) WITHIN GROUP (ORDER BY healed_after_ms) AS "medianMs"
     FROM healings WHERE at >= $1 AND at < $2 AND outcome = 'healed' AND healed_after_ms IS NOT NULL
     GROUP BY GROUPING SETS ((action), ()) HAVING count(*) > 0 ORDER BY action NULLS FIRST`,
    [from, to],
  );
}

/** Healings of a key that are alike in what their worth depends on. */
export interface WorthTally {
  key: string;
  /** Of heals that are told apart by it; empty otherwise. */
  action: string;
  repository: string;
  cause: string;
  /** null: none yet. */
  outcome: string | null;
  currency: string;
  count: number;
  minutes: number;
  money: number;
}

/** What heals can be told apart by. */
export type Apart = 'action' | 'repository' | 'cause';

/** So many kinds of healings are told apart in one report; those that are fewest are left out beyond it. */
export const MOST_KINDS = 20_000;

/** What healings came to, for what they saved and what they spent for nothing. @param apart the less, the faster. */
export async function tallyWorth(
  manager: Transaction,
  { from, to }: HealingRange,
  { by, apart }: { by: CostKey; apart: readonly Apart[] },
): Promise<WorthTally[]> {
  const { group, told } = COST_KEYS[by];
  const field = (name: Apart) =>
    apart.includes(name) ? `CASE WHEN outcome = 'healed' THEN ${name} ELSE '' END` : `''`;
  return await manager.query<WorthTally[]>(
    `SELECT ${told} AS key, action, repository, cause, outcome, currency, count, minutes, money
     FROM (
       SELECT ${group} AS key, ${field('action')} AS action, ${field('repository')} AS repository, ${field('cause')} AS cause, outcome, currency,
              count(*)::int AS count, sum(minutes) AS minutes, sum(money) AS money
       FROM healings WHERE at >= $1 AND at < $2
       GROUP BY 1, 2, 3, 4, 5, 6
     ) sums
     ORDER BY count DESC, 1, 2, 3, 4, 5, 6 LIMIT ${MOST_KINDS}`,
    [from, to],
  );
}

/** The same failure of the same thing, healed again and again. */
export interface RepeatedHeal {
  platform: string;
  repository: string;
  target: string;
  fingerprint: string;
  /** In the range, and in as long a time before it. */
  count: number;
  before: number;
  firstAt: Date;
  lastAt: Date;
  minutes: number;
  money: { currency: string; amount: number }[];
  /** The newest first, at most three. */
  incidentIds: string[];
  /** All that were done, in alphabetical order. */
  actions: string[];
  /** Of the newest. */
  name: string;
  pipelineId: string;
  workload: string;
  cause: string;
  decidedBy: string;
}

/**
 * What was healed at least `atLeast` times in a range, the most frequent first. That it came back soon takes nothing off.
 *
 * @param which `repository`: only of this one; `limit`: at most so many.
 */
export async function repeatedHeals(
  manager: Transaction,
  { from, to }: HealingRange,
  which: { atLeast: number; limit: number; repository?: string | undefined },
): Promise<RepeatedHeal[]> {
  const before = new Date(2 * from.getTime() - to.getTime());
  const same = `h.target = t.target AND h.fingerprint = t.fingerprint AND h.repository = t.repository AND h.platform = t.platform
    AND h.healed AND h.at >= $1 AND h.at < $2`;
  return await manager.query<RepeatedHeal[]>(
    `WITH top AS (
       SELECT platform, repository, target, fingerprint, (count(*) FILTER (WHERE at >= $1))::int AS count,
              (count(*) FILTER (WHERE at < $1))::int AS before, min(at) FILTER (WHERE at >= $1) AS first_at, max(at) AS last_at,
              sum(minutes) FILTER (WHERE at >= $1) AS minutes
       FROM healings
       WHERE healed AND at >= $3 AND at < $2 AND ($4::text IS NULL OR repository = $4)
       GROUP BY platform, repository, target, fingerprint HAVING count(*) FILTER (WHERE at >= $1) >= $5
       ORDER BY count DESC, last_at DESC, target, fingerprint LIMIT $6
     )
     SELECT t.platform, t.repository, t.target, t.fingerprint, t.count, t.before, t.first_at AS "firstAt", t.last_at AS "lastAt",
            t.minutes, coalesce(paid.money, '[]') AS money, done.actions,
            ARRAY(SELECT h.incident_id FROM healings h WHERE ${same} ORDER BY h.at DESC, h.incident_id LIMIT 3) AS "incidentIds",
            newest.name, newest.pipeline_id AS "pipelineId", newest.workload, newest.cause, newest.decided_by AS "decidedBy"
     FROM top t
     CROSS JOIN LATERAL (SELECT * FROM healings h WHERE ${same} ORDER BY h.at DESC, h.incident_id LIMIT 1) newest
     CROSS JOIN LATERAL (SELECT array_agg(DISTINCT h.action ORDER BY h.action) AS actions FROM healings h WHERE ${same}) done
     LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount) ORDER BY currency) AS money FROM (
         SELECT h.currency, sum(h.money) AS amount FROM healings h WHERE ${same} AND h.currency <> '' GROUP BY h.currency
       ) sums
     ) paid ON true
     ORDER BY t.count DESC, t.last_at DESC, t.target, t.fingerprint`,
    [from, to, before, which.repository ?? null, which.atLeast, which.limit],
  );
}

/** How many incidents opened in a range, by where they stand. */
export async function countIncidents(
  manager: Transaction,
  { from, to }: HealingRange,
): Promise<{ state: string; outcome: string | null; count: number }[]> {
  return await manager.query(
    `SELECT state, outcome, count(*)::int AS count FROM incidents WHERE opened_at >= $1 AND opened_at < $2 GROUP BY 1, 2 ORDER BY 1, 2`,
    [from, to],
  );
}
