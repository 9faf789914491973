import { storable } from './json.ts';
import type { Transaction } from './store.ts';
import { ConfidenceRow } from './tables/confidence.ts';

/** Observations to add to what is known of one rule and action; negative counts take back. */
export type Observation = Omit<ConfidenceRow, 'updatedAt' | 'revision'>;

/** Adds observations and takes over their prior. One entry for each rule and action. @returns the rows as they stand now. */
export async function addObservations(
  transaction: Transaction,
  observations: readonly Observation[],
): Promise<ConfidenceRow[]> {
  if (observations.length === 0) return [];
  return await transaction.query<ConfidenceRow[]>(
    `INSERT INTO confidence (decided_by, action, prior, prior_weight, healed, ineffective, harmful, revision, updated_at)
     SELECT "decidedBy", action, prior, "priorWeight", healed, ineffective, harmful, 1, now()
     FROM jsonb_to_recordset($1::jsonb) AS r (
       "decidedBy" text, action text, prior float8, "priorWeight" float8, healed int, ineffective int, harmful int
     )
     ORDER BY "decidedBy", action
     ON CONFLICT (decided_by, action) DO UPDATE SET
       prior = excluded.prior, prior_weight = excluded.prior_weight,
       healed = confidence.healed + excluded.healed,
       ineffective = confidence.ineffective + excluded.ineffective,
       harmful = confidence.harmful + excluded.harmful,
       revision = confidence.revision + 1,
       updated_at = excluded.updated_at
     RETURNING decided_by AS "decidedBy", action, prior, prior_weight AS "priorWeight", healed, ineffective, harmful,
               revision, updated_at AS "updatedAt"`,
    [storable(observations)],
  );
}

/** Waits until nobody else is learning, and has everybody wait who begins to; until the transaction ends. */
export async function lockConfidence(transaction: Transaction): Promise<void> {
  await transaction.query('LOCK TABLE confidence IN EXCLUSIVE MODE');
}

/** Writes what is known over what stood there. One entry for each rule and action. @returns the rows as they stand now. */
export async function putConfidence(transaction: Transaction, known: readonly Observation[]): Promise<ConfidenceRow[]> {
  if (known.length === 0) return [];
  return await transaction.query<ConfidenceRow[]>(
    `INSERT INTO confidence (decided_by, action, prior, prior_weight, healed, ineffective, harmful, revision, updated_at)
     SELECT "decidedBy", action, prior, "priorWeight", healed, ineffective, harmful, 1, now()
     FROM jsonb_to_recordset($1::jsonb) AS r (
       "decidedBy" text, action text, prior float8, "priorWeight" float8, healed int, ineffective int, harmful int
     )
     ORDER BY "decidedBy", action
     ON CONFLICT (decided_by, action) DO UPDATE SET
       prior = excluded.prior, prior_weight = excluded.prior_weight, healed = excluded.healed, ineffective = excluded.ineffective,
       harmful = excluded.harmful, revision = confidence.revision + 1, updated_at = excluded.updated_at
     RETURNING decided_by AS "decidedBy", action, prior, prior_weight AS "priorWeight", healed, ineffective, harmful,
               revision, updated_at AS "updatedAt"`,
    [storable(known)],
  );
}

/** All that was learnt, by rule and action. */
export async function listConfidence(manager: Transaction): Promise<ConfidenceRow[]> {
  return await manager.find(ConfidenceRow, { order: { decidedBy: 'ASC', action: 'ASC' } });
}
