import type { ActionType, Standing, StandingChanged } from '@prunella/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A change of how a rule stands, and the id of its event. */
export interface StandingEntry extends StandingChanged {
  eventId: string;
}

/** What was observed of one rule (or model) and action, and what is believed of it. */
@Entity('confidence')
export class ConfidenceRow {
  /** `rule:<id>`, `model:<version>`, ... */
  @PrimaryColumn('text', { name: 'decided_by' })
  decidedBy!: string;

  @PrimaryColumn('text')
  action!: ActionType;

  /** The rule's own confidence at its newest outcome, 0..1. */
  @Column('float8')
  prior!: number;

  /** When that was; the epoch: there is no outcome. */
  @Column('timestamptz', { name: 'prior_at' })
  priorAt!: Date;

  /** How many observations the prior is worth. */
  @Column('float8', { name: 'prior_weight' })
  priorWeight!: number;

  @Column('int')
  healed!: number;

  @Column('int')
  ineffective!: number;

  @Column('int')
  harmful!: number;

  /** As it was published last, as `lower` and `weight`. */
  @Column('float8')
  mean!: number;

  @Column('float8')
  lower!: number;

  @Column('float8')
  weight!: number;

  @Column('text')
  standing!: Standing;

  @Column('boolean')
  pinned!: boolean;

  /** The change that made it so; null: it never changed. */
  @Column('jsonb', { name: 'standing_event' })
  standingEvent!: StandingEntry | null;

  /** How often that changed. */
  @Column('int', { name: 'standing_changes' })
  standingChanges!: number;

  /** How many outcomes there were when it changed. */
  @Column('int', { name: 'samples_then' })
  samplesThen!: number;

  /** How often it changed: counts may come back to what they were. */
  @Column('int')
  revision!: number;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
