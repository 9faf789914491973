import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was decided, in a row each: what is compared with what was only watched, and what did not take effect. */
export class Decisions1796410000000 implements MigrationInterface {
  readonly name = 'Decisions1796410000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE decisions (
        id text PRIMARY KEY,
        incident_id text NOT NULL,
        at timestamptz NOT NULL,
        action text NOT NULL,
        status text NOT NULL,
        first boolean NOT NULL,
        arm text,
        chosen boolean NOT NULL,
        cause text NOT NULL,
        repository text NOT NULL,
        pipeline_key text,
        healed boolean,
        recovered_at timestamptz
      );
    `);
    await runner.query(decisionsOfEvents);
    await runner.query(`
      CREATE INDEX decisions_incident ON decisions (incident_id);
      CREATE INDEX decisions_compared ON decisions (at) WHERE first AND arm IS NOT NULL;
      CREATE INDEX decisions_keyed ON decisions (at) WHERE first AND arm <> 'treated' AND pipeline_key IS NOT NULL;
      CREATE STATISTICS decisions_alike (ndistinct)
        ON arm, chosen, cause, repository, action, (date_trunc('month', at AT TIME ZONE 'UTC')) FROM decisions;
      CREATE INDEX decisions_not_done ON decisions (at, action, status) WHERE status <> 'executed';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE decisions;');
  }
}

const holdOut = (allows: boolean) => `coalesce(e.data->'reasons', '[]') @> '[{"check":"hold-out","allows":${allows}}]'`;
const ACTS = `e.data->>'status' = 'executed' AND e.data->>'verdict' = 'acting'`;

/** What was decided before the table was there, from the events; what the auditor writes there later is the same. */
export const decisionsOfEvents = `
  INSERT INTO decisions
  SELECT e.id, e.incident_id, e.time, e.data->'action'->>'type', e.data->>'status',
         row_number() OVER (PARTITION BY e.incident_id ORDER BY e.time, e.id) = 1,
         CASE WHEN ${ACTS} THEN 'treated' WHEN e.data->>'status' = 'observed' AND ${holdOut(false)} THEN 'held_out'
              WHEN e.data->>'status' = 'recommended' THEN 'recommended' END,
         ${ACTS} AND ${holdOut(true)},
         CASE WHEN coalesce(e.data->>'cause', '') IN ('', 'cause_unspecified') THEN 'unknown' ELSE e.data->>'cause' END,
         coalesce(e.data->'run'->>'repository', ''), e.pipeline_key,
         CASE WHEN e.data->>'status' = 'executed' THEN h.outcome = 'healed' END, well.at
  FROM events e
  LEFT JOIN healings h ON h.incident_id = e.incident_id AND h.attempt = greatest((e.data->'run'->>'attempt')::int, 1)
    AND h.action = e.data->'action'->>'type'
  LEFT JOIN LATERAL (
    SELECT min(g.time) AS at FROM events g
    WHERE g.lasting AND g.incident_id = e.incident_id AND g.subject = 'pipeline.finished' AND g.data->>'conclusion' = 'success' AND g.time > e.time
      AND (g.data->>'kind' = 'deployment'
           OR g.data->>'kind' = 'run' AND greatest((g.data->>'attempt')::int, 1) > greatest((e.data->'run'->>'attempt')::int, 1))
  ) well ON true
  WHERE e.lasting AND e.subject = 'action.executed' AND coalesce(e.data->>'undoes', '') = '' AND e.incident_id IS NOT NULL
    AND e.data->'action'->>'type' NOT IN ('notify_human', 'none')
  ON CONFLICT DO NOTHING`;
