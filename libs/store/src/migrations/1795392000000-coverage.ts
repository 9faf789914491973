import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which failures nobody knew a cause of, and which of those are the same. */
export class Coverage1795392000000 implements MigrationInterface {
  readonly name = 'Coverage1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE incidents ADD COLUMN fingerprint text;
      UPDATE incidents SET fingerprint = document->>'fingerprint' WHERE document->>'fingerprint' IS NOT NULL;
      CREATE INDEX incidents_unknown ON incidents (fingerprint, opened_at DESC, id DESC) WHERE cause = 'unknown';
      CREATE INDEX incidents_unknown_opened ON incidents (opened_at, fingerprint) WHERE cause = 'unknown';
      CREATE INDEX incidents_caused ON incidents (opened_at, cause) WHERE cause IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX incidents_caused; DROP INDEX incidents_unknown_opened; DROP INDEX incidents_unknown;
      ALTER TABLE incidents DROP COLUMN fingerprint;
    `);
  }
}
