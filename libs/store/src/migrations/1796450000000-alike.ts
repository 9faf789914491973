import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which incidents are alike, whatever their cause; and since when one is a part of another. */
export class Alike1796450000000 implements MigrationInterface {
  readonly name = 'Alike1796450000000';

  async up(runner: QueryRunner): Promise<void> {
    // A fingerprint is of one cause: the index of those that are unknown is a part of this one.
    await runner.query(`
      CREATE INDEX incidents_fingerprint ON incidents (fingerprint, opened_at DESC, id DESC) WHERE fingerprint IS NOT NULL;
      DROP INDEX incidents_unknown;
      ALTER TABLE joins ADD COLUMN noted_at timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z';
      ALTER TABLE joins ALTER COLUMN noted_at SET DEFAULT clock_timestamp();
      CREATE INDEX joins_noted ON joins (noted_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX joins_noted;
      ALTER TABLE joins DROP COLUMN noted_at;
      CREATE INDEX incidents_unknown ON incidents (fingerprint, opened_at DESC, id DESC) WHERE cause = 'unknown';
      DROP INDEX incidents_fingerprint;
    `);
  }
}
