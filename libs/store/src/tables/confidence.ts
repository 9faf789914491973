import type { ActionType } from '@prunella/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What was observed of one rule (or model) and action. */
@Entity('confidence')
export class ConfidenceRow {
  /** `rule:<id>`, `model:<version>`, ... */
  @PrimaryColumn('text', { name: 'decided_by' })
  decidedBy!: string;

  @PrimaryColumn('text')
  action!: ActionType;

  /** The rule's own confidence, 0..1. */
  @Column('float8')
  prior!: number;

  /** How many observations the prior is worth. */
  @Column('float8', { name: 'prior_weight' })
  priorWeight!: number;

  @Column('int')
  healed!: number;

  @Column('int')
  ineffective!: number;

  @Column('int')
  harmful!: number;

  /** How often it changed: counts may come back to what they were. */
  @Column('int')
  revision!: number;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
