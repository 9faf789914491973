import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events, the projection of incidents, learnt confidence and the outbox. */
export class Ledger1761955200000 implements MigrationInterface {
  readonly name = 'Ledger1761955200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE events (
        id text PRIMARY KEY,
        incident_id text,
        pipeline_key text,
        subject text NOT NULL,
        source text NOT NULL,
        event_id text NOT NULL,
        time timestamptz NOT NULL,
        seq bigint,
        traceparent text,
        data jsonb NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX events_incident ON events (incident_id, seq);
      CREATE INDEX events_pipeline ON events (pipeline_key, time) WHERE pipeline_key IS NOT NULL;
      CREATE INDEX events_executed ON events (time) WHERE subject = 'action.executed';

      CREATE TABLE incidents (
        id text PRIMARY KEY,
        pipeline_id text NOT NULL,
        repository text NOT NULL,
        platform text NOT NULL,
        state text NOT NULL,
        outcome text,
        cause text,
        pipeline_key text,
        verifying_since timestamptz,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        changed_at timestamptz NOT NULL,
        search text NOT NULL,
        document jsonb NOT NULL
      );
      CREATE INDEX incidents_opened ON incidents (opened_at DESC, id DESC);
      CREATE INDEX incidents_state ON incidents (state, opened_at DESC, id DESC);
      CREATE INDEX incidents_repository ON incidents (repository, opened_at DESC, id DESC);
      CREATE INDEX incidents_changed ON incidents (changed_at);
      CREATE INDEX incidents_verifying ON incidents (verifying_since) WHERE verifying_since IS NOT NULL;
      CREATE INDEX incidents_pipeline ON incidents (pipeline_key) WHERE pipeline_key IS NOT NULL AND verifying_since IS NOT NULL;

      CREATE TABLE confidence (
        decided_by text NOT NULL,
        action text NOT NULL,
        prior float8 NOT NULL,
        prior_weight float8 NOT NULL,
        healed int NOT NULL,
        ineffective int NOT NULL,
        harmful int NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (decided_by, action)
      );

      CREATE TABLE outbox (
        id text PRIMARY KEY,
        subject text NOT NULL,
        payload jsonb NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX outbox_position ON outbox (position);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox; DROP TABLE confidence; DROP TABLE incidents; DROP TABLE events;');
  }
}
