import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events in the order of time: what a backtest plays again. */
export class History1796000200000 implements MigrationInterface {
  readonly name = 'History1796000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX events_history ON events (time, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX events_history');
  }
}
