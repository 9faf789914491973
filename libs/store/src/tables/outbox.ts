import type { Events, Subject } from '@prunella/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is published, and the trace that it belongs to. */
export interface OutboxPayload<S extends Subject = Subject> {
  time: string;
  data: Events[S];
  /** W3C trace context of what it follows from; absent: it begins a trace of its own. */
  traceparent?: string;
  /** The same of what it was concluded from, in other traces. */
  evidence?: readonly string[];
}

/** An event that was decided in a transaction and is to be published after it. */
@Entity('outbox')
export class OutboxRow {
  /** The event's deterministic id. */
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  subject!: Subject;

  @Column('jsonb')
  payload!: OutboxPayload;

  /** Order of publishing; given by the database. */
  @Column({ type: 'bigint', insert: false })
  position!: string;

  @Column({ type: 'timestamptz', name: 'created_at', insert: false })
  createdAt!: Date;
}
