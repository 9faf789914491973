import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tests in quarantine, and how they go on the default branch. */
export class Quarantine1795849200000 implements MigrationInterface {
  readonly name = 'Quarantine1795849200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE quarantine (
        id text PRIMARY KEY,
        repository text NOT NULL,
        skipped boolean NOT NULL,
        expires_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        entry jsonb NOT NULL
      );
      CREATE INDEX quarantine_skipped ON quarantine (repository, expires_at) WHERE skipped;
      CREATE INDEX quarantine_overdue ON quarantine (expires_at) WHERE skipped;
      CREATE INDEX quarantine_over ON quarantine (changed_at) WHERE NOT skipped;

      CREATE TABLE quarantine_results (
        entry_id text NOT NULL,
        run text NOT NULL,
        passed boolean NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (entry_id, run)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE quarantine_results; DROP TABLE quarantine;');
  }
}
