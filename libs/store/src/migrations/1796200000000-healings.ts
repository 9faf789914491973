import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was done about failures, in a row each: what reports sum up. And failures by time, for what came before and after. */
export class Healings1796200000000 implements MigrationInterface {
  readonly name = 'Healings1796200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE healings (
        incident_id text NOT NULL,
        attempt int NOT NULL,
        action text NOT NULL,
        at timestamptz NOT NULL,
        platform text NOT NULL,
        repository text NOT NULL,
        pipeline_id text NOT NULL,
        name text NOT NULL,
        environment text NOT NULL,
        workload text NOT NULL,
        target text NOT NULL,
        fingerprint text NOT NULL,
        cause text NOT NULL,
        decided_by text NOT NULL,
        outcome text,
        healed boolean NOT NULL,
        healed_after_ms float8,
        minutes float8 NOT NULL,
        money float8 NOT NULL,
        currency text NOT NULL,
        estimated boolean NOT NULL,
        expected_minutes float8 NOT NULL,
        expected_money float8 NOT NULL,
        actual_minutes float8,
        PRIMARY KEY (incident_id, attempt, action)
      );
      CREATE INDEX healings_at ON healings (at, incident_id);
      CREATE INDEX healings_target ON healings (target, fingerprint, at DESC) WHERE healed;
      CREATE INDEX incidents_opened_outcome ON incidents (opened_at) INCLUDE (state, outcome);
      CREATE INDEX events_failed ON events_lasting (time) WHERE subject = 'pipeline.failed';
    `);
    await runner.query(healingsOfEvents);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX events_failed; DROP INDEX incidents_opened_outcome; DROP TABLE healings;');
  }
}

const outcome = (which: string) => `
  SELECT o.data->>'outcome' AS outcome, coalesce((o.data->>'provenAt')::timestamptz, o.time) AS at FROM events o
  WHERE o.lasting AND o.incident_id = e.incident_id AND o.subject = 'outcome.observed' AND o.data->>'action' = e.action
    AND greatest((o.data->'run'->>'attempt')::int, 1) = e.attempt AND ${which}
  ORDER BY o.time, o.id LIMIT 1`;

/** What was done before the table was there, from the events; what the auditor writes there later is the same. */
export const healingsOfEvents = `
  INSERT INTO healings
  SELECT e.incident_id, e.attempt, e.action, e.time, coalesce(run->>'platform', ''), coalesce(run->>'repository', ''), coalesce(run->>'pipelineId', ''),
         coalesce(nullif(run->>'name', ''), run->>'pipelineId', ''), coalesce(run->>'environment', ''), e.workload,
         CASE WHEN e.workload <> '' AND e.action IN ('rollback', 'scale_resources', 'reset_connections', 'raise_timeout')
              THEN e.workload ELSE coalesce(run->>'pipelineId', '') END,
         coalesce(e.data->>'fingerprint', ''),
         CASE WHEN coalesce(e.data->>'cause', '') IN ('', 'cause_unspecified') THEN 'unknown' ELSE e.data->>'cause' END,
         coalesce(e.data->>'decidedBy', ''), coalesce(back.outcome, first.outcome), coalesce(first.outcome = 'healed', false),
         CASE WHEN coalesce(back.outcome, first.outcome) = 'healed' AND first.at >= coalesce(failed.at, e.time)
              THEN extract(epoch FROM first.at - coalesce(failed.at, e.time))::float8 * 1000 END,
         coalesce(rerun.minutes, expected.minutes),
         CASE WHEN rerun.minutes IS NULL THEN expected.money
              WHEN expected.minutes > 0 THEN expected.money / expected.minutes * rerun.minutes ELSE 0 END,
         coalesce(e.data->'cost'->>'currency', ''), coalesce(jsonb_typeof(e.data->'cost') = 'object', false), expected.minutes,
         expected.money, rerun.minutes
  FROM (
    SELECT DISTINCT ON (incident_id, attempt, action) * FROM (
      SELECT id, incident_id, time, data, data->'run' AS run, data->'action'->>'type' AS action,
             greatest((data->'run'->>'attempt')::int, 1) AS attempt,
             CASE WHEN coalesce(data->'run'->'workload'->>'name', '') = '' THEN ''
                  ELSE concat_ws('/', nullif(data->'run'->'workload'->>'namespace', ''), data->'run'->'workload'->>'name') END AS workload
      FROM events
      WHERE lasting AND subject = 'action.executed' AND data->>'status' = 'executed' AND coalesce(data->>'undoes', '') = ''
        AND data->'action'->>'type' NOT IN ('notify_human', 'none') AND incident_id IS NOT NULL
    ) executed ORDER BY incident_id, attempt, action, time, id
  ) e
  CROSS JOIN LATERAL (
    SELECT coalesce((e.data->'cost'->>'minutes')::float8, 0) AS minutes, coalesce((e.data->'cost'->>'money')::float8, 0) AS money
  ) expected
  LEFT JOIN LATERAL (${outcome(`coalesce(o.data->>'reverses', '') = ''`)}) first ON true
  LEFT JOIN LATERAL (${outcome(`o.data->>'reverses' <> '' AND o.data->>'outcome' IN ('ineffective', 'harmful')`)}) back
    ON first.outcome = 'healed'
  LEFT JOIN LATERAL (
    SELECT min(f.time) AS at FROM events f
    WHERE f.lasting AND f.incident_id = e.incident_id AND f.subject = 'pipeline.failed' AND greatest((f.data->>'attempt')::int, 1) = e.attempt
  ) failed ON true
  LEFT JOIN LATERAL (
    SELECT extract(epoch FROM (f.data->>'finishedAt')::timestamptz - (f.data->>'startedAt')::timestamptz)::float8 / 60 AS minutes
    FROM events f
    WHERE f.incident_id = e.incident_id AND f.subject = 'pipeline.finished' AND f.data->>'kind' = 'run'
      AND e.action IN ('retry', 'retry_with_backoff', 'wait_for_dependency') AND coalesce(run->>'runId', '') <> ''
      AND greatest((f.data->>'attempt')::int, 1) = e.attempt + 1
      AND (f.data->>'finishedAt')::timestamptz >= (f.data->>'startedAt')::timestamptz
    ORDER BY f.time, f.id LIMIT 1
  ) rerun ON true
  ON CONFLICT DO NOTHING`;
