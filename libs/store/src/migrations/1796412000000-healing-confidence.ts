import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How sure each healing was when it was decided, so that what was said can be held against what came of it. */
export class HealingConfidence1796412000000 implements MigrationInterface {
  readonly name = 'HealingConfidence1796412000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE healings ADD COLUMN confidence float8');
    await runner.query(confidenceOfEvents);
    // All that counts of many healings is read from it alone.
    await runner.query('CREATE INDEX healings_ended ON healings (at) INCLUDE (action, outcome, confidence)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX healings_ended; ALTER TABLE healings DROP COLUMN confidence');
  }
}

/** Of healings that were there before, from the events; what the auditor writes there later is the same. */
export const confidenceOfEvents = `
  UPDATE healings h SET confidence = told.confidence
  FROM (
    SELECT DISTINCT ON (incident_id, attempt, action) * FROM (
      SELECT id, incident_id, time, greatest((data->'run'->>'attempt')::int, 1) AS attempt, data->'action'->>'type' AS action,
             nullif((data->>'confidence')::float8, 0) AS confidence
      FROM events
      WHERE lasting AND subject = 'action.executed' AND data->>'status' = 'executed' AND coalesce(data->>'undoes', '') = ''
        AND incident_id IS NOT NULL
    ) executed ORDER BY incident_id, attempt, action, time, id
  ) told
  WHERE told.incident_id = h.incident_id AND told.attempt = h.attempt AND told.action = h.action AND told.confidence IS NOT NULL`;
