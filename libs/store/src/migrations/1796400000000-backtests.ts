import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backtests that were asked for, with their reports: every replica knows them, also after a restart. */
export class Backtests1796400000000 implements MigrationInterface {
  readonly name = 'Backtests1796400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE backtests (
        id text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        ended_at timestamptz,
        state text NOT NULL,
        events int NOT NULL,
        share double precision NOT NULL,
        problem text,
        plan jsonb NOT NULL,
        totals jsonb,
        against_totals jsonb,
        report jsonb
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE backtests;');
  }
}
