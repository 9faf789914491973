import type { Events, Subject } from '@prunella/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An event that was decided in a transaction and is to be published after it. */
@Entity('outbox')
export class OutboxRow {
  /** The event's deterministic id. */
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  subject!: Subject;

  @Column('jsonb')
  payload!: { time: string; data: Events[Subject] };

  /** Order of publishing; given by the database. */
  @Column({ type: 'bigint', insert: false })
  position!: string;

  @Column({ type: 'timestamptz', name: 'created_at', insert: false })
  createdAt!: Date;
}
