import { In, MoreThan } from 'typeorm';
import { storable } from './json.ts';
import { isLasting } from './partitions.ts';
import type { Transaction } from './store.ts';
import { type EventRecord, EventRow, recordOf } from './tables/event.ts';

/**
 * Records events. Those that are there already change nothing, also where they are told with another time now: of two transactions that bring the same
 * event with two times, the caller lets one go first. @returns the ids of the new ones.
 */
export async function insertEvents(
  transaction: Transaction,
  events: readonly EventRecord[],
): Promise<ReadonlySet<string>> {
  if (events.length === 0) return new Set();
  // No index holds an id alone over all partitions: where the same id stands with another time, only looking finds it.
  const known = await eventIds(
    transaction,
    events.map(({ id }) => id),
  );
  const rows = events
    .filter(({ id }) => !known.has(id))
    .map((event) => ({
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
      lasting: isLasting(event.subject),
    }));
  if (rows.length === 0) return new Set();
  const inserted = await transaction.query<{ id: string }[]>(
    `INSERT INTO events (id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data, lasting)
     SELECT id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data, lasting
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, incident_id text, pipeline_key text, subject text, source text, event_id text,
       time timestamptz, seq bigint, traceparent text, data jsonb, lasting boolean
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

/** Has the events of incidents, which may have been recorded before anybody knew that something was wrong, kept for as long as the incidents. */
export async function keepEvents(transaction: Transaction, incidentIds: readonly string[]): Promise<void> {
  if (incidentIds.length === 0) return;
  await transaction.query('UPDATE events SET lasting = true WHERE NOT lasting AND incident_id = ANY($1::text[])', [
    [...incidentIds],
  ]);
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
