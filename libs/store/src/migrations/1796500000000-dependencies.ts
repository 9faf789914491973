import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of each dependency, found by its name. There are few such events: the index is small. */
export class Dependencies1796500000000 implements MigrationInterface {
  readonly name = 'Dependencies1796500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX events_dependencies ON events_passing ((data->>'name'), time) WHERE subject = 'dependency.changed'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX events_dependencies');
  }
}
