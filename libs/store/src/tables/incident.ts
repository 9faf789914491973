import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The projection of one incident's events: columns for what lists filter and sort by, the rest in `document`. */
@Entity('incidents')
export class IncidentRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'pipeline_id' })
  pipelineId!: string;

  @Column('text')
  repository!: string;

  @Column('text')
  platform!: string;

  @Column('text')
  state!: string;

  @Column('text', { nullable: true })
  outcome!: string | null;

  @Column('text', { nullable: true })
  cause!: string | null;

  /** The same for the same cause; null: nothing is diagnosed yet. */
  @Column('text', { nullable: true })
  fingerprint!: string | null;

  /** As in `events`. */
  @Column('text', { name: 'pipeline_key', nullable: true })
  pipelineKey!: string | null;

  /** Time of the oldest executed action without an outcome; null: nothing is to be settled. */
  @Column('timestamptz', { name: 'verifying_since', nullable: true })
  verifyingSince!: Date | null;

  @Column('timestamptz', { name: 'opened_at' })
  openedAt!: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  /** When this row was last written, by the database's clock. */
  @Column('timestamptz', { name: 'changed_at' })
  changedAt!: Date;

  /** What a free-text search looks at, in lower case. */
  @Column('text')
  search!: string;

  /** The incident as the API shows it in lists. */
  @Column('jsonb')
  document!: object;
}
