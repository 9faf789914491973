import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Reports of tests, and the tests that they tell of. Which tests passed is kept by report, as hashes of their ids: a row for each test and run would be
 * a million rows a day. A history of its own has only a test that failed.
 */
export class TestHistory1795860000000 implements MigrationInterface {
  readonly name = 'TestHistory1795860000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tests (
        id text PRIMARY KEY,
        hash bigint NOT NULL,
        scope text NOT NULL,
        repository text NOT NULL,
        pipeline_id text NOT NULL,
        job text NOT NULL,
        suite text NOT NULL,
        classname text NOT NULL,
        name text NOT NULL,
        file text NOT NULL,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'passing',
        sorted_at timestamptz NOT NULL,
        oldest_failure timestamptz,
        history jsonb,
        judgement jsonb
      );
      CREATE INDEX tests_scope ON tests (scope) WHERE history IS NOT NULL;
      CREATE INDEX tests_state ON tests (state, sorted_at DESC, id DESC);
      CREATE INDEX tests_repository ON tests (repository, state, sorted_at DESC, id DESC);
      CREATE INDEX tests_seen ON tests (last_seen);
      CREATE INDEX tests_oldest_failure ON tests (oldest_failure) WHERE oldest_failure IS NOT NULL;

      CREATE TABLE test_reports (
        id text PRIMARY KEY,
        scope text NOT NULL,
        run text NOT NULL,
        attempt int NOT NULL,
        sha text NOT NULL,
        branch text NOT NULL,
        main boolean NOT NULL,
        at timestamptz NOT NULL,
        passed bigint[] NOT NULL,
        durations int[] NOT NULL
      );
      CREATE INDEX test_reports_scope ON test_reports (scope, at DESC);
      CREATE INDEX test_reports_at ON test_reports (at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE test_reports; DROP TABLE tests;');
  }
}
