import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outcomes by day, so that old ones can count less; how rules stand, and each change of that. */
export class Learning1796100000000 implements MigrationInterface {
  readonly name = 'Learning1796100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE confidence
        ADD COLUMN prior_at timestamptz NOT NULL DEFAULT 'epoch',
        ADD COLUMN mean float8 NOT NULL DEFAULT 0,
        ADD COLUMN lower float8 NOT NULL DEFAULT 0,
        ADD COLUMN weight float8 NOT NULL DEFAULT 0,
        ADD COLUMN standing text NOT NULL DEFAULT 'trusted',
        ADD COLUMN pinned boolean NOT NULL DEFAULT false,
        ADD COLUMN standing_event jsonb,
        ADD COLUMN standing_changes int NOT NULL DEFAULT 0,
        ADD COLUMN samples_then int NOT NULL DEFAULT 0;
      UPDATE confidence SET
        mean = (prior * prior_weight + healed) / (prior_weight + healed + ineffective + harmful),
        weight = healed + ineffective + harmful;
      UPDATE confidence SET lower = mean;

      CREATE TABLE confidence_days (
        decided_by text NOT NULL,
        action text NOT NULL,
        cause text NOT NULL,
        day date NOT NULL,
        healed int NOT NULL,
        ineffective int NOT NULL,
        harmful int NOT NULL,
        forgotten boolean NOT NULL DEFAULT false,
        PRIMARY KEY (action, day, decided_by, cause, forgotten)
      );
      INSERT INTO confidence_days (decided_by, action, cause, day, healed, ineffective, harmful)
      SELECT decided_by, action, cause, day, count(*) FILTER (WHERE outcome = 'healed'),
             count(*) FILTER (WHERE outcome = 'ineffective'), count(*) FILTER (WHERE outcome = 'harmful')
      FROM (
        SELECT DISTINCT ON (o.incident_id, o.data->'run'->'attempt', o.data->>'action')
               o.data->>'decidedBy' AS decided_by, o.data->>'action' AS action, o.data->>'outcome' AS outcome,
               coalesce(e.data->>'cause', 'unknown') AS cause,
               (coalesce((o.data->>'provenAt')::timestamptz, o.time) AT TIME ZONE 'UTC')::date AS day
        FROM events o
        LEFT JOIN LATERAL (
          SELECT data FROM events WHERE lasting AND incident_id = o.incident_id AND subject = 'action.executed'
            AND data->'run'->'attempt' = o.data->'run'->'attempt' LIMIT 1
        ) e ON true
        WHERE o.lasting AND o.subject = 'outcome.observed'
        ORDER BY o.incident_id, o.data->'run'->'attempt', o.data->>'action',
                 (coalesce(o.data->>'reverses', '') <> '') DESC, o.time, o.id
      ) AS counted
      WHERE coalesce(decided_by, '') <> '' AND outcome <> 'inconclusive'
      GROUP BY decided_by, action, cause, day;

      CREATE TABLE standing_changes (
        id text PRIMARY KEY,
        decided_by text NOT NULL,
        action text NOT NULL,
        at timestamptz NOT NULL,
        change jsonb NOT NULL
      );
      CREATE INDEX standing_changes_time ON standing_changes (at DESC, id DESC);
      CREATE INDEX standing_changes_rule ON standing_changes (decided_by, action, at DESC, id DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE standing_changes; DROP TABLE confidence_days;
      ALTER TABLE confidence DROP COLUMN prior_at, DROP COLUMN mean, DROP COLUMN lower, DROP COLUMN weight,
        DROP COLUMN standing, DROP COLUMN pinned, DROP COLUMN standing_event, DROP COLUMN standing_changes,
        DROP COLUMN samples_then;
    `);
  }
}
