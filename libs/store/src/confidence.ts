import type { ActionType, Cause } from '@prunella/contracts';
import { storable } from './json.ts';
import type { Transaction } from './store.ts';
import { ConfidenceRow } from './tables/confidence.ts';

/** A rule (or model) and an action. */
export type ConfidenceKey = Pick<ConfidenceRow, 'decidedBy' | 'action'>;

/** Outcomes to add to what is known of one rule, action and cause on one day; negative counts take back. */
export interface Observation extends ConfidenceKey {
  cause: Cause;
  /** In UTC, as `2026-11-28`. */
  day: string;
  healed: number;
  ineffective: number;
  harmful: number;
  /** The rule's own confidence, and when it said so (ISO 8601). */
  prior: number;
  priorAt: string;
}

/** Outcomes of one rule, action and cause. */
export interface WeighedOutcomes {
  decidedBy: string;
  action: ActionType;
  cause: Cause;
  healed: number;
  ineffective: number;
  harmful: number;
  /** Sum of the weights of those that healed. */
  helped: number;
  /** Sum of all weights. */
  tried: number;
}

const KEYED = `jsonb_to_recordset($1::jsonb) AS r (
  "decidedBy" text, action text, cause text, day date, healed int, ineffective int, harmful int, prior float8,
  "priorAt" timestamptz
)`;

/** Adds observations, and takes over the newest prior. The rows of their rules are this transaction's until it ends. */
export async function addObservations(transaction: Transaction, observations: readonly Observation[]): Promise<void> {
  if (observations.length === 0) return;
  await transaction.query(
    `INSERT INTO confidence (decided_by, action, prior, prior_at, prior_weight, healed, ineffective, harmful, revision, updated_at)
     SELECT "decidedBy", action, (array_agg(prior ORDER BY "priorAt" DESC, prior DESC))[1], max("priorAt"), 0,
            sum(healed), sum(ineffective), sum(harmful), 0, now()
     FROM ${KEYED}
     GROUP BY "decidedBy", action
     ORDER BY "decidedBy", action
     ON CONFLICT (decided_by, action) DO UPDATE SET
       prior = CASE WHEN (excluded.prior_at, excluded.prior) >= (confidence.prior_at, confidence.prior)
                    THEN excluded.prior ELSE confidence.prior END,
       prior_at = greatest(confidence.prior_at, excluded.prior_at),
       healed = confidence.healed + excluded.healed,
       ineffective = confidence.ineffective + excluded.ineffective,
       harmful = confidence.harmful + excluded.harmful`,
    [storable(observations)],
  );
  await addDays(transaction, observations, { forgotten: false });
}

/**
 * Remembers observations by themselves, because what they were made of is not kept any more: they count as before, and `replaceObservations` leaves
 * them.
 */
export async function forgetObservations(
  transaction: Transaction,
  observations: readonly Observation[],
): Promise<void> {
  const gone = observations.map((each) => ({
    ...each,
    ...{ healed: -each.healed, ineffective: -each.ineffective, harmful: -each.harmful },
  }));
  await addDays(transaction, gone, { forgotten: false });
  await addDays(transaction, observations, { forgotten: true });
}

async function addDays(
  transaction: Transaction,
  observations: readonly Observation[],
  { forgotten }: { forgotten: boolean },
): Promise<void> {
  if (observations.length === 0) return;
  await transaction.query(
    `INSERT INTO confidence_days (decided_by, action, cause, day, healed, ineffective, harmful, forgotten)
     SELECT "decidedBy", action, cause, day, sum(healed), sum(ineffective), sum(harmful), $2
     FROM ${KEYED}
     GROUP BY "decidedBy", action, cause, day
     ORDER BY action, day, "decidedBy", cause
     ON CONFLICT (action, day, decided_by, cause, forgotten) DO UPDATE SET
       healed = confidence_days.healed + excluded.healed,
       ineffective = confidence_days.ineffective + excluded.ineffective,
       harmful = confidence_days.harmful + excluded.harmful`,
    [storable(observations), forgotten],
  );
}

/** Waits until nobody else is learning, and has everybody wait who begins to; until the transaction ends. */
export async function lockLearning(transaction: Transaction): Promise<void> {
  await transaction.query('LOCK TABLE confidence IN EXCLUSIVE MODE');
}

/**
 * Makes these observations all that is known beside what was forgotten, and the counts of each rule and action the sum of both.
 *
 * @returns the rules and actions of which anything is other than before.
 */
export async function replaceObservations(
  transaction: Transaction,
  observations: readonly Observation[],
): Promise<ConfidenceKey[]> {
  const given = storable(observations);
  const days = await transaction.query<ConfidenceKey[]>(
    `WITH told AS (
       SELECT "decidedBy" AS decided_by, action, cause, day, sum(healed)::int AS healed, sum(ineffective)::int AS ineffective,
              sum(harmful)::int AS harmful
       FROM ${KEYED} GROUP BY 1, 2, 3, 4
     ), gone AS (
       DELETE FROM confidence_days d
       WHERE NOT forgotten AND (decided_by, action, cause, day) NOT IN (SELECT decided_by, action, cause, day FROM told)
       RETURNING decided_by, action, (healed, ineffective, harmful) <> (0, 0, 0) AS other
     ), put AS (
       INSERT INTO confidence_days AS d (decided_by, action, cause, day, healed, ineffective, harmful)
       SELECT decided_by, action, cause, day, healed, ineffective, harmful FROM told
       ON CONFLICT (action, day, decided_by, cause, forgotten) DO UPDATE SET
         healed = excluded.healed, ineffective = excluded.ineffective, harmful = excluded.harmful
         WHERE (d.healed, d.ineffective, d.harmful) <> (excluded.healed, excluded.ineffective, excluded.harmful)
       RETURNING decided_by, action
     )
     SELECT decided_by AS "decidedBy", action FROM gone WHERE other
     UNION SELECT decided_by, action FROM put`,
    [given],
  );
  const sums = await transaction.query<ConfidenceKey[]>(
    `INSERT INTO confidence AS c (decided_by, action, prior, prior_at, prior_weight, healed, ineffective, harmful, revision, updated_at)
     SELECT decided_by, action, coalesce(word.prior, 0), coalesce(word.at, 'epoch'), 0, coalesce(sums.healed, 0),
            coalesce(sums.ineffective, 0), coalesce(sums.harmful, 0), 0, now()
     FROM (SELECT decided_by, action FROM confidence UNION SELECT decided_by, action FROM confidence_days) known
     LEFT JOIN (
       SELECT decided_by, action, sum(healed)::int AS healed, sum(ineffective)::int AS ineffective, sum(harmful)::int AS harmful
       FROM confidence_days GROUP BY 1, 2
     ) sums USING (decided_by, action)
     LEFT JOIN (
       SELECT "decidedBy" AS decided_by, action, (array_agg(prior ORDER BY "priorAt" DESC, prior DESC))[1] AS prior, max("priorAt") AS at
       FROM ${KEYED} GROUP BY 1, 2
     ) word USING (decided_by, action)
     ON CONFLICT (decided_by, action) DO UPDATE SET
       prior = CASE WHEN excluded.prior_at >= c.prior_at AND excluded.prior_at > 'epoch' THEN excluded.prior ELSE c.prior END,
       prior_at = greatest(c.prior_at, excluded.prior_at),
       healed = excluded.healed, ineffective = excluded.ineffective, harmful = excluded.harmful
       WHERE (c.healed, c.ineffective, c.harmful) <> (excluded.healed, excluded.ineffective, excluded.harmful)
          OR excluded.prior_at >= c.prior_at AND excluded.prior_at > 'epoch' AND excluded.prior <> c.prior
     RETURNING decided_by AS "decidedBy", action`,
    [given],
  );
  const keys = new Map([...days, ...sums].map((key) => [JSON.stringify([key.decidedBy, key.action]), key]));
  return [...keys.values()];
}

/** Outcomes of some actions by rule and cause. @param weights of the days that count, today first; what happened later counts as today. */
export async function weighedOutcomes(
  manager: Transaction,
  actions: readonly string[],
  weights: readonly { day: string; weight: number }[],
): Promise<WeighedOutcomes[]> {
  const [today] = weights;
  const oldest = weights.at(-1);
  if (today === undefined || oldest === undefined) return [];
  return await manager.query<WeighedOutcomes[]>(
    `SELECT decided_by AS "decidedBy", action, cause, sum(healed)::int AS healed, sum(ineffective)::int AS ineffective,
            sum(harmful)::int AS harmful, sum(healed * weight) AS helped,
            sum((healed + ineffective + harmful) * weight) AS tried
     FROM confidence_days
     JOIN unnest($2::date[], $3::float8[]) AS w (day, weight) ON w.day = least(confidence_days.day, $4::date)
     WHERE action = ANY($1::text[]) AND confidence_days.day >= $5::date
     GROUP BY decided_by, action, cause`,
    [[...actions], weights.map(({ day }) => day), weights.map(({ weight }) => weight), today.day, oldest.day],
  );
}

/** Rows as they stand, for this transaction alone until it ends. Those of `keys` that are not there are made first where `create` says so. */
export async function lockConfidence(
  transaction: Transaction,
  keys: readonly ConfidenceKey[],
  { create = false }: { create?: boolean } = {},
): Promise<ConfidenceRow[]> {
  if (keys.length === 0) return [];
  if (create) {
    await transaction.query(
      `INSERT INTO confidence (decided_by, action, prior, prior_weight, healed, ineffective, harmful, revision, updated_at)
       SELECT "decidedBy", action, 0, 0, 0, 0, 0, 0, now()
       FROM jsonb_to_recordset($1::jsonb) AS r ("decidedBy" text, action text)
       ORDER BY 1, 2
       ON CONFLICT DO NOTHING`,
      [storable(keys)],
    );
  }
  return await transaction
    .createQueryBuilder(ConfidenceRow, 'c')
    .where(
      `(c.decidedBy, c.action) IN (SELECT "decidedBy", action FROM jsonb_to_recordset(:keys::jsonb) AS r ("decidedBy" text, action text))`,
    )
    .setParameter('keys', storable(keys))
    .orderBy('c.decidedBy')
    .addOrderBy('c.action')
    .setLock('pessimistic_write')
    .getMany();
}

/** Writes what is believed of rows that this transaction has locked, and how they stand. Counts stay. */
export async function putBeliefs(transaction: Transaction, rows: readonly ConfidenceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.query(
    `UPDATE confidence c SET
       prior_weight = r."priorWeight", mean = r.mean, lower = r.lower, weight = r.weight, standing = r.standing,
       pinned = r.pinned, standing_event = r."standingEvent", standing_changes = r."standingChanges",
       samples_then = r."samplesThen", revision = r.revision, updated_at = r."updatedAt"
     FROM jsonb_to_recordset($1::jsonb) AS r (
       "decidedBy" text, action text, "priorWeight" float8, mean float8, lower float8, weight float8, standing text,
       pinned boolean, "standingEvent" jsonb, "standingChanges" int, "samplesThen" int, revision int, "updatedAt" timestamptz
     )
     WHERE c.decided_by = r."decidedBy" AND c.action = r.action`,
    [storable(rows)],
  );
}

/** All that was learnt, by rule and action. */
export async function listConfidence(manager: Transaction): Promise<ConfidenceRow[]> {
  return await manager.find(ConfidenceRow, { order: { decidedBy: 'ASC', action: 'ASC' } });
}

/** What was learnt of one rule and action; null: nothing. */
export async function findConfidence(manager: Transaction, key: ConfidenceKey): Promise<ConfidenceRow | null> {
  return await manager.findOneBy(ConfidenceRow, key);
}
