import { In, MoreThan } from 'typeorm';
import { storable } from './json.ts';
import type { Transaction } from './store.ts';
import { type EventRecord, EventRow, recordOf } from './tables/event.ts';

/** Records events in one statement. Those that are there already change nothing. @returns the ids of the new ones. */
export async function insertEvents(
  transaction: Transaction,
  events: readonly EventRecord[],
): Promise<ReadonlySet<string>> {
  if (events.length === 0) return new Set();
  const rows = events.map((event) => ({
    id: event.id,
    incident_id: event.incidentId,
    pipeline_key: event.pipelineKey,
    subject: event.subject,
    source: event.source,
    event_id: event.eventId,
    time: event.time,
    seq: event.seq,
    traceparent: event.traceparent,
    data: event.data,
  }));
  const inserted = await transaction.query<{ id: string }[]>(
    `INSERT INTO events (id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data)
     SELECT id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, incident_id text, pipeline_key text, subject text, source text, event_id text,
       time timestamptz, seq bigint, traceparent text, data jsonb
     )
     ORDER BY id
     ON CONFLICT DO NOTHING
     RETURNING id`,
    [storable(rows)],
  );
  return new Set(inserted.map((row) => row.id));
}

/** Which of these ids are recorded. */
export async function eventIds(manager: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await manager.query<{ id: string }[]>('SELECT id FROM events WHERE id = ANY($1::text[])', [[...ids]]);
  return new Set(rows.map((row) => row.id));
}

/** All events of some incidents, in no particular order. */
export async function eventsOfIncidents(
  transaction: Transaction,
  incidentIds: readonly string[],
): Promise<EventRecord[]> {
  if (incidentIds.length === 0) return [];
  return (await transaction.findBy(EventRow, { incidentId: In([...incidentIds]) })).map(recordOf);
}

/** How runs of a pipeline ended after `since`, and why, for a pipeline whose publisher names no runs. */
export async function laterRunsOfPipeline(
  transaction: Transaction,
  pipelineKey: string,
  since: Date,
): Promise<EventRecord[]> {
  const rows = await transaction.findBy(EventRow, {
    pipelineKey,
    subject: In(['pipeline.finished', 'pipeline.failed', 'diagnosis.made']),
    time: MoreThan(since),
  });
  return rows.map(recordOf);
}

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
    `SELECT e.data->'action'->>'type' AS action, coalesce(r.outcome, o.outcome) AS outcome, count(*)::int AS count
     FROM events e
     LEFT JOIN LATERAL (${firstOutcome("coalesce(o.data->>'reverses', '') = ''")}) o ON true
     LEFT JOIN LATERAL (${firstOutcome(`o.data->>'reverses' <> '' AND o.data->>'outcome' IN ('ineffective', 'harmful')`)}) r
       ON o.outcome = 'healed'
     WHERE e.subject = 'action.executed' AND e.data->>'status' = 'executed' AND coalesce(e.data->>'undoes', '') = ''
       AND e.time >= $1 AND e.time < $2 AND e.data->'action'->>'type' = ANY($3::text[])
     GROUP BY 1, 2`,
    [range.from, range.to, [...actions]],
  );
}

function firstOutcome(which: string): string {
  return `SELECT o.data->>'outcome' AS outcome FROM events o
          WHERE o.incident_id = e.incident_id AND o.subject = 'outcome.observed'
            AND o.data->>'action' = e.data->'action'->>'type'
            AND o.data->'run'->'attempt' = e.data->'run'->'attempt' AND ${which}
          ORDER BY o.time, o.id LIMIT 1`;
}
