import { INCIDENT_CHANNEL } from './incidents.ts';
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
 * Makes what pipelines told of these attempts a part of the incidents that they belong to. An incident of which nothing that failed is left is none, which
 * `listen`ers are told. The same again changes nothing.
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
  const [gone] = await transaction.query<[{ id: string }[], number]>(
    `DELETE FROM incidents i
     WHERE i.id = ANY($1::text[])
       AND NOT EXISTS (SELECT 1 FROM events e WHERE e.lasting AND e.incident_id = i.id AND e.subject IN ('pipeline.failed', 'diagnosis.made'))
     RETURNING i.id`,
    [[...toldAs]],
  );
  await transaction.query('SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id', [
    INCIDENT_CHANNEL,
    gone.map(({ id }) => id),
  ]);
}

/** An incident that is no more, because it turned out to be a part of another. */
export interface JoinedIncident {
  id: string;
  /** The one that it is a part of. */
  incidentId: string;
  /** When that was noted, by the database's clock. */
  at: Date;
}

/** Of attempts that went to different incidents, the newest says where a reader goes on. */
const JOINED = `SELECT DISTINCT ON (told_as) told_as AS id, incident_id AS "incidentId", noted_at AS at FROM joins j
  WHERE NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = j.told_as)`;

/** Which of these incidents are no more because they are parts of others. */
export async function joinedInto(manager: Transaction, ids: readonly string[]): Promise<JoinedIncident[]> {
  if (ids.length === 0) return [];
  return await manager.query<JoinedIncident[]>(
    `${JOINED} AND told_as = ANY($1::text[]) ORDER BY told_as, told_attempt DESC`,
    [[...ids]],
  );
}

/** Those that became parts of others since then, at most `limit`. */
export async function joinedSince(manager: Transaction, since: Date, limit: number): Promise<JoinedIncident[]> {
  return await manager.query<JoinedIncident[]>(
    `${JOINED} AND noted_at >= $1 ORDER BY told_as, told_attempt DESC LIMIT $2`,
    [since, limit],
  );
}
