import type { QuarantineChanged } from '@prunella/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The newest change of an entry, and the id of its event. */
export interface QuarantineEntry extends QuarantineChanged {
  eventId: string;
}

/** A test that is or was in quarantine. */
@Entity('quarantine')
export class QuarantineRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  repository!: string;

  /** Whether it was put in and not taken out; its expiry may be over all the same. */
  @Column('boolean')
  skipped!: boolean;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;

  @Column('jsonb')
  entry!: QuarantineEntry;
}
