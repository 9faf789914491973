import type { Events, Subject } from '@prunella/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One event of the bus. */
@Entity('events')
export class EventRow {
  /** Hash of subject, source and event id: an event is recorded once. */
  @PrimaryColumn('text')
  id!: string;

  /** null: the event belongs to no incident (`confidence.updated`). */
  @Column('text', { name: 'incident_id', nullable: true })
  incidentId!: string | null;

  /** Hash of the pipeline, for events whose publisher names no run: later ones are found by it. null: it names one. */
  @Column('text', { name: 'pipeline_key', nullable: true })
  pipelineKey!: string | null;

  @Column('text')
  subject!: Subject;

  @Column('text')
  source!: string;

  @Column('text', { name: 'event_id' })
  eventId!: string;

  /** When it happened, as its publisher says. */
  @Column('timestamptz')
  time!: Date;

  /** Sequence in the stream; null: we recorded it ourselves before it was published. A bigint, so text here. */
  @Column({ type: 'bigint', nullable: true })
  seq!: string | null;

  /** W3C trace context. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  @Column('jsonb')
  data!: object;

  @Column({ type: 'timestamptz', name: 'recorded_at', insert: false })
  recordedAt!: Date;
}

/** A recorded event, as the code beyond the database knows it. */
export type EventRecord<S extends Subject = Subject> = S extends Subject
  ? {
      id: string;
      /** Absent: it belongs to none. */
      incidentId?: string;
      /** Only where the publisher names no run. */
      pipelineKey?: string;
      subject: S;
      source: string;
      eventId: string;
      /** ISO 8601 in UTC. */
      time: string;
      /** Absent: not published yet. */
      seq?: number;
      traceparent?: string;
      data: Events[S];
    }
  : never;

/** The record of a row. */
export function recordOf(row: Omit<EventRow, 'recordedAt'>): EventRecord {
  return {
    id: row.id,
    ...(row.incidentId !== null && { incidentId: row.incidentId }),
    ...(row.pipelineKey !== null && { pipelineKey: row.pipelineKey }),
    subject: row.subject,
    source: row.source,
    eventId: row.eventId,
    time: row.time.toISOString(),
    ...(row.seq !== null && { seq: Number(row.seq) }),
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    data: row.data,
  } as EventRecord;
}
