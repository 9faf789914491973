import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what through the API. */
export class ApiChanges1796300000000 implements MigrationInterface {
  readonly name = 'ApiChanges1796300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        who text NOT NULL,
        role text NOT NULL,
        via text NOT NULL,
        what text NOT NULL,
        reason text NOT NULL,
        request text NOT NULL,
        status int
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_changes;');
  }
}
