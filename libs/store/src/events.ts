import { In, MoreThan } from 'typeorm';
import { REPLACED, storable, storableText } from './json.ts';
import { isLasting } from './partitions.ts';
import type { Transaction } from './store.ts';
import { type EventRecord, EventRow, recordOf } from './tables/event.ts';

/**
 * Records events. Those that are there already change nothing, also where they are told with another time now: of two transactions that bring the same
 * event with two times, the caller lets one go first.
 *
 * @param incidentIds incidents whose events are kept for as long as they are, whatever the subject.
 * @returns the new ones by their ids, as `eventsOfIncidents` would find them now.
 */
export async function insertEvents(
  transaction: Transaction,
  events: readonly EventRecord[],
  incidentIds: ReadonlySet<string> = new Set(),
): Promise<ReadonlyMap<string, EventRecord>> {
  if (events.length === 0) return new Map();
  // No index holds an id alone over all partitions: where the same id stands with another time, only looking finds it.
  const known = await eventIds(
    transaction,
    events.map(({ id }) => id),
  );
  const fresh = events.filter(({ id }) => !known.has(id)).map(asRecorded);
  if (fresh.length === 0) return new Map();
  const inserted = await transaction.query<{ id: string }[]>(
    // An array for each column: Postgres reads the data of events once then, where it reads JSON of whole events twice.
    `INSERT INTO events (id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data, lasting)
     SELECT id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data::jsonb, lasting
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[], $9::text[], $10::text[],
                 $11::boolean[])
          AS r (id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data, lasting)
     ORDER BY id
     ON CONFLICT DO NOTHING
     RETURNING id`,
    [
      fresh.map(({ event }) => event.id),
      fresh.map(({ event }) => event.incidentId ?? null),
      fresh.map(({ event }) => event.pipelineKey ?? null),
      fresh.map(({ event }) => event.subject),
      fresh.map(({ event }) => event.source),
      fresh.map(({ event }) => event.eventId),
      fresh.map(({ event }) => event.time),
      fresh.map(({ event }) => event.seq ?? null),
      fresh.map(({ event }) => event.traceparent ?? null),
      fresh.map(({ data }) => data),
      fresh.map(({ event }) => isLasting(event.subject) || incidentIds.has(event.incidentId ?? '')),
    ],
  );
  const written = new Set(inserted.map((row) => row.id));
  return new Map(fresh.filter(({ event }) => written.has(event.id)).map(({ event }) => [event.id, event]));
}

/** An event with what stands for the characters that Postgres refuses, and its data as JSON text. */
function asRecorded(event: EventRecord): { event: EventRecord; data: string } {
  const data = storable(event.data);
  const { source, eventId, traceparent } = event;
  const stored = {
    ...event,
    ...{ source: storableText(source), eventId: storableText(eventId) },
    ...(traceparent !== undefined && { traceparent: storableText(traceparent) }),
    ...(data.includes(REPLACED) && { data: JSON.parse(data) }),
  } as EventRecord;
  return { event: stored, data };
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

/** All events of some incidents, in no particular order. @param except ids of those that the caller has already. */
export async function eventsOfIncidents(
  transaction: Transaction,
  incidentIds: readonly string[],
  except: readonly string[] = [],
): Promise<EventRecord[]> {
  if (incidentIds.length === 0) return [];
  const rows = await transaction.query<Omit<EventRow, 'recordedAt'>[]>(
    `SELECT id, incident_id AS "incidentId", pipeline_key AS "pipelineKey", subject, source, event_id AS "eventId", time, seq, traceparent, data
     FROM events WHERE incident_id = ANY($1::text[]) AND id <> ALL($2::text[])`,
    [[...incidentIds], [...except]],
  );
  return rows.map(recordOf);
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
