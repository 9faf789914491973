import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What pages read, ready beforehand: debts summed up. And an index for each way in which lists are filtered. */
export class Scale1796000100000 implements MigrationInterface {
  readonly name = 'Scale1796000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX incidents_outcome ON incidents (outcome, opened_at DESC, id DESC) WHERE outcome IS NOT NULL;
      CREATE INDEX incidents_cause ON incidents (cause, opened_at DESC, id DESC) WHERE cause IS NOT NULL;
      CREATE INDEX incidents_of_pipeline ON incidents (pipeline_id, opened_at DESC, id DESC);
      CREATE INDEX incidents_platform ON incidents (platform, opened_at DESC, id DESC);
      CREATE INDEX incidents_open ON incidents (state) WHERE state <> 'closed';

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

      UPDATE tests SET sorted_at = date_trunc('milliseconds', sorted_at) WHERE sorted_at <> date_trunc('milliseconds', sorted_at);
      CREATE INDEX tests_states ON tests (state);
      CREATE INDEX tests_sorted ON tests (sorted_at DESC, id DESC);
      CREATE INDEX tests_repository_sorted ON tests (repository, sorted_at DESC, id DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX tests_repository_sorted; DROP INDEX tests_sorted; DROP INDEX tests_states;
      DROP INDEX debt_entries_at; DROP TABLE debts;
      DROP INDEX incidents_open; DROP INDEX incidents_platform; DROP INDEX incidents_of_pipeline; DROP INDEX incidents_cause;
      DROP INDEX incidents_outcome;
    `);
  }
}

function word(name: string, columns: string, where: string): string {
  return `LEFT JOIN LATERAL (
    SELECT ${columns} FROM events e WHERE e.subject = 'debt.changed' AND e.data->>'debtId' = s.debt_id AND ${where}
    ORDER BY e.time DESC, e.id DESC LIMIT 1
  ) ${name} ON true`;
}
