import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Events by how long they are kept, and by month or quarter (ADR 0030). The key of a partitioned table holds what it is partitioned by: that an id
 * is there once in all of them is seen to by `insertEvents`.
 */
export class Partitions1796000000000 implements MigrationInterface {
  readonly name = 'Partitions1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE events RENAME TO events_before;
      ALTER TABLE events_before RENAME CONSTRAINT events_pkey TO events_before_pkey;
      ${INDEXES.map((name) => `DROP INDEX IF EXISTS ${name};`).join('\n')}

      CREATE TABLE events (
        id text NOT NULL,
        incident_id text,
        pipeline_key text,
        subject text NOT NULL,
        source text NOT NULL,
        event_id text NOT NULL,
        time timestamptz NOT NULL,
        seq bigint,
        traceparent text,
        data jsonb NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        lasting boolean NOT NULL,
        PRIMARY KEY (id, lasting, time)
      ) PARTITION BY LIST (lasting);
      CREATE TABLE events_lasting PARTITION OF events FOR VALUES IN (true) PARTITION BY RANGE (time);
      CREATE TABLE events_passing PARTITION OF events FOR VALUES IN (false) PARTITION BY RANGE (time);
      CREATE TABLE events_lasting_other PARTITION OF events_lasting DEFAULT;
      CREATE TABLE events_passing_other PARTITION OF events_passing DEFAULT;
    `);
    // Those of the times of which there are events; the others are made when the store is opened.
    await runner.query(`
      DO $$
      DECLARE part record;
      BEGIN
        FOR part IN
          SELECT DISTINCT date_trunc('quarter', time AT TIME ZONE 'UTC') AS first, true AS lasting FROM events_before
          WHERE time >= now() - interval '3 years' AND time < now() + interval '1 month'
          UNION ALL
          SELECT DISTINCT date_trunc('month', time AT TIME ZONE 'UTC'), false FROM events_before
          WHERE time >= now() - interval '1 year' AND time < now() + interval '1 month'
        LOOP
          EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
            CASE WHEN part.lasting THEN to_char(part.first, '"events_lasting_"YYYY"q"Q') ELSE to_char(part.first, '"events_passing_"YYYY"m"MM') END,
            CASE WHEN part.lasting THEN 'events_lasting' ELSE 'events_passing' END,
            to_char(part.first, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(part.first + CASE WHEN part.lasting THEN interval '3 months' ELSE interval '1 month' END, 'YYYY-MM-DD') || ' 00:00:00+00');
        END LOOP;
      END $$;

      INSERT INTO events (id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data, recorded_at, lasting)
      SELECT e.id, e.incident_id, e.pipeline_key, e.subject, e.source, e.event_id, e.time, e.seq, e.traceparent, e.data, e.recorded_at,
             i.id IS NOT NULL OR e.subject NOT IN ('pipeline.started', 'pipeline.finished', 'anomaly.detected', 'watch.ended', 'tests.reported',
                                                   'flakiness.updated', 'confidence.updated', 'dependency.changed')
      FROM events_before e LEFT JOIN incidents i ON i.id = e.incident_id;
      DROP TABLE events_before;

      CREATE INDEX events_incident ON events (incident_id, seq);
      CREATE INDEX events_pipeline ON events (pipeline_key, time) WHERE pipeline_key IS NOT NULL;
      CREATE INDEX events_deployed ON events (time) WHERE subject = 'pipeline.finished' AND data->>'kind' = 'deployment';
      CREATE INDEX events_executed ON events_lasting (time) WHERE subject = 'action.executed';
      CREATE INDEX events_outcomes ON events_lasting (time, id) WHERE subject = 'outcome.observed';
      CREATE INDEX events_fingerprint ON events_lasting ((data->>'fingerprint'), time) WHERE subject = 'diagnosis.made';
      CREATE INDEX events_healed ON events_lasting (time) WHERE subject = 'outcome.observed' AND data->>'outcome' = 'healed';
      CREATE INDEX events_debt ON events_lasting ((data->>'debtId'), time) WHERE subject = 'debt.changed';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE events_before (
        id text CONSTRAINT events_before_pkey PRIMARY KEY, incident_id text, pipeline_key text, subject text NOT NULL, source text NOT NULL,
        event_id text NOT NULL, time timestamptz NOT NULL, seq bigint, traceparent text, data jsonb NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
      );
      INSERT INTO events_before
      SELECT id, incident_id, pipeline_key, subject, source, event_id, time, seq, traceparent, data, recorded_at FROM events;
      DROP TABLE events;
      ALTER TABLE events_before RENAME TO events;
      ALTER TABLE events RENAME CONSTRAINT events_before_pkey TO events_pkey;
      CREATE INDEX events_incident ON events (incident_id, seq);
      CREATE INDEX events_pipeline ON events (pipeline_key, time) WHERE pipeline_key IS NOT NULL;
      CREATE INDEX events_executed ON events (time) WHERE subject = 'action.executed';
      CREATE INDEX events_fingerprint ON events ((data->>'fingerprint'), time) WHERE subject = 'diagnosis.made';
      CREATE INDEX events_healed ON events (time) WHERE subject = 'outcome.observed' AND data->>'outcome' = 'healed';
      CREATE INDEX events_deployed ON events (time) WHERE subject = 'pipeline.finished' AND data->>'kind' = 'deployment';
      CREATE INDEX events_debt ON events ((data->>'debtId'), time) WHERE subject = 'debt.changed';
    `);
  }
}

const INDEXES = [
  'events_incident',
  'events_pipeline',
  'events_executed',
  'events_fingerprint',
  'events_healed',
  'events_deployed',
  'events_debt',
];
