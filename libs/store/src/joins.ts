import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** An attempt of an incident, and which attempt of which incident it turned out to be. */
export interface Join {
  toldAs: string;
  toldAttempt: number;
  incidentId: string;
  attempt: number;
}

/** Notes joins. The first that is noted of an attempt stays. */
export async function putJoins(transaction: Transaction, joins: readonly Join[]): Promise<void> {
  if (joins.length === 0) return;
  await transaction.query(
    `INSERT INTO joins (told_as, told_attempt, incident_id, attempt)
     SELECT "toldAs", "toldAttempt", "incidentId", attempt
     FROM jsonb_to_recordset($1::jsonb) AS r ("toldAs" text, "toldAttempt" int, "incidentId" text, attempt int)
     ORDER BY 1, 2
     ON CONFLICT DO NOTHING`,
    [storable(joins)],
  );
}

/** What is known of attempts of these incidents. */
export async function joinsOf(transaction: Transaction, incidentIds: readonly string[]): Promise<Join[]> {
  if (incidentIds.length === 0) return [];
  return await transaction.query<Join[]>(
    `SELECT told_as AS "toldAs", told_attempt AS "toldAttempt", incident_id AS "incidentId", attempt
     FROM joins WHERE told_as = ANY($1::text[])`,
    [[...incidentIds]],
  );
}

/**
 * Makes what pipelines told of these attempts a part of the incidents that they belong to. An incident of which nothing that failed is left is none.
 * The same again changes nothing.
 */
export async function moveJoined(transaction: Transaction, toldAs: readonly string[]): Promise<void> {
  if (toldAs.length === 0) return;
  await transaction.query(
    `UPDATE events e
     SET incident_id = j.incident_id,
         data = e.data || jsonb_build_object('incidentId', j.incident_id, 'attempt', j.attempt)
                || CASE WHEN e.subject = 'pipeline.failed'
                        THEN jsonb_build_object('runAttempt', coalesce(e.data->'runAttempt', e.data->'attempt')) ELSE '{}' END
     FROM joins j
     WHERE j.told_as = ANY($1::text[]) AND e.incident_id = j.told_as AND e.subject LIKE 'pipeline.%'
       AND (e.data->>'attempt')::int = j.told_attempt`,
    [[...toldAs]],
  );
  await transaction.query(
    `DELETE FROM incidents i
     WHERE i.id = ANY($1::text[])
       AND NOT EXISTS (SELECT 1 FROM events e WHERE e.lasting AND e.incident_id = i.id AND e.subject IN ('pipeline.failed', 'diagnosis.made'))`,
    [[...toldAs]],
  );
}
