import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What takes a heal back, and what heals leave to be repaired. */
export class Outcomes1795651200000 implements MigrationInterface {
  readonly name = 'Outcomes1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX events_fingerprint ON events ((data->>'fingerprint'), time) WHERE subject = 'diagnosis.made';
      CREATE INDEX events_healed ON events (time) WHERE subject = 'outcome.observed' AND data->>'outcome' = 'healed';
      CREATE INDEX events_deployed ON events (time) WHERE subject = 'pipeline.finished' AND data->>'kind' = 'deployment';
      CREATE INDEX events_debt ON events ((data->>'debtId'), time) WHERE subject = 'debt.changed';

      ALTER TABLE confidence ADD COLUMN revision int NOT NULL DEFAULT 0;
      UPDATE confidence SET revision = healed + ineffective + harmful;

      CREATE TABLE debt_entries (
        id text PRIMARY KEY,
        debt_id text NOT NULL,
        kind text NOT NULL,
        what text NOT NULL,
        incident_id text NOT NULL,
        platform text NOT NULL,
        repository text NOT NULL,
        pipeline_id text NOT NULL,
        fingerprint text NOT NULL,
        workload text NOT NULL,
        cause text NOT NULL,
        at timestamptz NOT NULL,
        minutes float8 NOT NULL,
        money float8 NOT NULL,
        currency text NOT NULL
      );
      CREATE INDEX debt_entries_debt ON debt_entries (debt_id, at DESC, id DESC);
      CREATE INDEX debt_entries_incident ON debt_entries (incident_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE debt_entries;
      ALTER TABLE confidence DROP COLUMN revision;
      DROP INDEX events_debt; DROP INDEX events_deployed; DROP INDEX events_healed; DROP INDEX events_fingerprint;
    `);
  }
}
