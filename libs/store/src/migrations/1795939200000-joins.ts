import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attempts of incidents that turned out to be attempts of other ones. */
export class Joins1795939200000 implements MigrationInterface {
  readonly name = 'Joins1795939200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE joins (
        told_as text NOT NULL,
        told_attempt int NOT NULL,
        incident_id text NOT NULL,
        attempt int NOT NULL,
        PRIMARY KEY (told_as, told_attempt)
      );
      CREATE INDEX joins_incident ON joins (incident_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE joins;');
  }
}
