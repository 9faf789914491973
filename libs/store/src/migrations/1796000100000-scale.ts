import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What pages read, ready beforehand: actions with their outcomes and costs, and debts summed up. And an index for each way in which lists are filtered. */
export class Scale1796000100000 implements MigrationInterface {
  readonly name = 'Scale1796000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX incidents_outcome ON incidents (outcome, opened_at DESC, id DESC) WHERE outcome IS NOT NULL;
      CREATE INDEX incidents_cause ON incidents (cause, opened_at DESC, id DESC) WHERE cause IS NOT NULL;
      CREATE INDEX incidents_of_pipeline ON incidents (pipeline_id, opened_at DESC, id DESC);
      CREATE INDEX incidents_platform ON incidents (platform, opened_at DESC, id DESC);
      CREATE INDEX incidents_open ON incidents (state) WHERE state <> 'closed';

      CREATE TABLE healing_actions (
        id text PRIMARY KEY,
        incident_id text NOT NULL,
        action text NOT NULL,
        at timestamptz NOT NULL,
        outcome text,
        repository text NOT NULL,
        cause text NOT NULL,
        estimated boolean NOT NULL,
        currency text NOT NULL,
        expected_minutes float8 NOT NULL,
        expected_money float8 NOT NULL,
        actual_minutes float8
      );
      CREATE INDEX healing_actions_at ON healing_actions (at);
      CREATE INDEX healing_actions_incident ON healing_actions (incident_id);

      INSERT INTO healing_actions
      SELECT DISTINCT ON (1)
             e.incident_id || '/' || greatest((e.data->'run'->>'attempt')::int, 1) || '/' || (e.data->'action'->>'type'), e.incident_id,
             e.data->'action'->>'type', e.time, coalesce(r.outcome, o.outcome), coalesce(e.data->'run'->>'repository', ''),
             coalesce(nullif(e.data->>'cause', 'cause_unspecified'), ''), coalesce(jsonb_typeof(e.data->'cost') = 'object', false),
             coalesce(e.data->'cost'->>'currency', ''), coalesce((e.data->'cost'->>'minutes')::float8, 0),
             coalesce((e.data->'cost'->>'money')::float8, 0), rerun.minutes
      FROM events e
      LEFT JOIN LATERAL (${outcome("coalesce(o.data->>'reverses', '') = ''")}) o ON true
      LEFT JOIN LATERAL (${outcome(`o.data->>'reverses' <> '' AND o.data->>'outcome' IN ('ineffective', 'harmful')`)}) r
        ON o.outcome = 'healed'
      LEFT JOIN LATERAL (
        SELECT extract(epoch FROM (f.data->>'finishedAt')::timestamptz - (f.data->>'startedAt')::timestamptz)::float8 / 60 AS minutes
        FROM events f
        WHERE f.incident_id = e.incident_id AND f.subject = 'pipeline.finished' AND f.data->>'kind' = 'run'
          AND e.data->'action'->>'type' IN ('retry', 'retry_with_backoff', 'wait_for_dependency') AND e.data->'run'->>'runId' <> ''
          AND (f.data->>'attempt')::int = greatest((e.data->'run'->>'attempt')::int, 1) + 1
          AND (f.data->>'finishedAt')::timestamptz >= (f.data->>'startedAt')::timestamptz
        ORDER BY f.time, f.id LIMIT 1
      ) rerun ON true
      WHERE e.subject = 'action.executed' AND e.data->>'status' = 'executed' AND coalesce(e.data->>'undoes', '') = ''
        AND e.data->'action'->>'type' NOT IN ('notify_human', 'none') AND e.incident_id IS NOT NULL
      ORDER BY 1, e.time, e.id;

      CREATE TABLE debts (
        id text PRIMARY KEY,
        kind text NOT NULL,
        repository text NOT NULL,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        count int NOT NULL,
        minutes float8 NOT NULL,
        money jsonb NOT NULL,
        newest jsonb NOT NULL,
        owner text NOT NULL,
        resolved_at timestamptz,
        said_by text NOT NULL,
        said_why text NOT NULL
      );
      CREATE INDEX debts_seen ON debts (last_seen DESC, id DESC);
      CREATE INDEX debts_repository ON debts (repository, last_seen DESC, id DESC);
      CREATE INDEX debts_kind ON debts (kind, last_seen DESC, id DESC);
      CREATE INDEX debt_entries_at ON debt_entries (at);

      INSERT INTO debts
      SELECT s.debt_id, newest.kind, newest.repository, s.first_seen, s.last_seen, s.count, s.minutes, coalesce(paid.money, '[]'),
             to_jsonb(newest), coalesce(claim.owner, ''), CASE WHEN resolution.resolved THEN resolution.time END,
             coalesce(word.by, ''), coalesce(word.reason, '')
      FROM (
        SELECT debt_id, min(at) AS first_seen, max(at) AS last_seen, count(*)::int AS count, sum(minutes) AS minutes
        FROM debt_entries GROUP BY debt_id
      ) s
      CROSS JOIN LATERAL (SELECT * FROM debt_entries e WHERE e.debt_id = s.debt_id ORDER BY e.at DESC, e.id DESC LIMIT 1) newest
      LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount) ORDER BY currency) AS money FROM (
          SELECT currency, sum(money) AS amount FROM debt_entries e WHERE e.debt_id = s.debt_id AND currency <> '' GROUP BY currency
        ) sums
      ) paid ON true
      ${word('claim', `e.data->>'owner' AS owner`, `e.data ? 'owner'`)}
      ${word('resolution', `e.time, (e.data->>'resolved')::boolean AS resolved`, `e.data ? 'resolved'`)}
      ${word('word', `e.data->>'by' AS by, e.data->>'reason' AS reason`, 'true')};

      CREATE TABLE outcome_tallies (
        decided_by text NOT NULL,
        action text NOT NULL,
        outcome text NOT NULL,
        month date NOT NULL,
        prior float8 NOT NULL,
        count int NOT NULL,
        PRIMARY KEY (decided_by, action, outcome, month)
      );

      UPDATE tests SET sorted_at = date_trunc('milliseconds', sorted_at) WHERE sorted_at <> date_trunc('milliseconds', sorted_at);
      CREATE INDEX tests_states ON tests (state);
      CREATE INDEX tests_sorted ON tests (sorted_at DESC, id DESC);
      CREATE INDEX tests_repository_sorted ON tests (repository, sorted_at DESC, id DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX tests_repository_sorted; DROP INDEX tests_sorted; DROP INDEX tests_states;
      DROP TABLE outcome_tallies; DROP INDEX debt_entries_at; DROP TABLE debts; DROP TABLE healing_actions;
      DROP INDEX incidents_open; DROP INDEX incidents_platform; DROP INDEX incidents_of_pipeline; DROP INDEX incidents_cause;
      DROP INDEX incidents_outcome;
    `);
  }
}

function outcome(which: string): string {
  return `SELECT o.data->>'outcome' AS outcome FROM events o
          WHERE o.incident_id = e.incident_id AND o.subject = 'outcome.observed'
            AND o.data->>'action' = e.data->'action'->>'type'
            AND o.data->'run'->'attempt' = e.data->'run'->'attempt' AND ${which}
          ORDER BY o.time, o.id LIMIT 1`;
}

function word(name: string, columns: string, where: string): string {
  return `LEFT JOIN LATERAL (
    SELECT ${columns} FROM events e WHERE e.subject = 'debt.changed' AND e.data->>'debtId' = s.debt_id AND ${where}
    ORDER BY e.time DESC, e.id DESC LIMIT 1
  ) ${name} ON true`;
}
