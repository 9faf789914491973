import pg from 'pg';

/** How much a store is to hold. */
export interface Amounts {
  incidents: number;
  /** In all: about five for each incident, the others of runs that never failed. */
  events: number;
}

/** So many days the incidents and the events of green runs go back; a little less than they are kept by default. */
export const SEEDED_DAYS = { incidents: 399, events: 89 };

/** So many connections fill tables beside each other: to make the rows is work for a core each. */
const AT_ONCE = 2;

/**
 * Fills a store as fast as Postgres can with made-up incidents, and with all that lists, pages and reports show: spread evenly over `SEEDED_DAYS`, in 500
 * repositories. Its tables and the partitions for that time are there already.
 */
export async function seedStore(url: string, { incidents, events }: Amounts): Promise<void> {
  const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => connected(url)));
  const [client] = clients;
  if (client === undefined) return;
  try {
    await asleep(clients, async () => {
      await client.query(madeUp(incidents));
      await eachBy(clients, [
        ...PER_INCIDENT.map(([table, columns, select]) => [`INSERT INTO ${table} (${columns}) ${select}`]),
        ...greenRuns(Math.max(0, events - 5 * incidents)).map((sql) => [sql]),
        TESTS,
        [...CONFIDENCE, QUARANTINE],
      ]);
      for (const sql of [...DEBTS, 'DROP TABLE made']) await client.query(sql);
    });
    // Index-only scans need the map of what everybody sees.
    await client.query('VACUUM ANALYZE');
  } finally {
    await Promise.all(clients.map((each) => each.end()));
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'`);
  return client;
}

/** Runs each group of statements, in its order, on whichever connection is free. */
async function eachBy(clients: readonly pg.Client[], groups: readonly (readonly string[])[]): Promise<void> {
  const waiting = [...groups];
  await Promise.all(
    clients.map(async (client) => {
      for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
        for (const sql of group) await client.query(sql);
      }
    }),
  );
}

/** Filling a table and indexing it afterwards is several times as fast, and nobody is to look after it meanwhile. */
async function asleep(clients: readonly pg.Client[], work: () => Promise<void>): Promise<void> {
  const [client] = clients;
  if (client === undefined) return;
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT c.relname AS name, pg_get_indexdef(c.oid) AS definition
     FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND NOT i.indisprimary AND NOT c.relispartition AND NOT i.indisunique`,
  );
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'`,
  );
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} SET (autovacuum_enabled = off)`);
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await work();
  await eachBy(
    clients,
    rows.map(({ definition }) => [definition.replace(' ON ONLY ', ' ON ')]),
  );
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} RESET (autovacuum_enabled)`);
}

const CAUSES = `ARRAY['network','test_failure','flaky_test','compile_error','dependency_error','oom','timeout','unknown','lint','rate_limit']`;
const ACTIONS = `ARRAY['retry_with_backoff','notify_human','retry','notify_human','wait_for_dependency','scale_resources','retry','none','notify_human','retry_with_backoff']`;

/** One row for each incident, of which all others are made. */
function madeUp(incidents: number): string {
  return `
    CREATE UNLOGGED TABLE made AS
    SELECT n, 'inc_' || lpad(n::text, 12, '0') AS id, 'octo/repo-' || (n % 500 * 7919 % 500) AS repository,
           'octo/repo-' || (n % 500 * 7919 % 500) || '/.github/workflows/' || (ARRAY['ci','release','nightly'])[n % 3 + 1] || '.yml' AS pipeline,
           (ARRAY['github','github','gitlab','jenkins'])[n % 4 + 1] AS platform, (${CAUSES})[n % 10 + 1] AS cause,
           (${ACTIONS})[n % 10 + 1] AS action, 'fp_' || (n % 10) || '_' || (n * 31 % 5000) AS fingerprint,
           CASE WHEN n % 100 = 6 THEN 'observed' WHEN n % 100 IN (26, 46) THEN 'recommended' ELSE 'executed' END AS status,
           CASE WHEN n % 10000 = 17 THEN 'awaiting_approval' WHEN n % 5000 = 8 THEN 'verifying' WHEN n % 10 IN (1, 3, 8) THEN 'handed_over'
                WHEN n % 10 = 7 OR n % 100 IN (26, 46) THEN 'recommended' ELSE 'closed' END AS state,
           CASE WHEN n % 10 IN (1, 3, 7, 8) OR n % 100 IN (6, 26, 46) OR n % 10000 = 17 OR n % 5000 = 8 THEN NULL
                ELSE (ARRAY['healed','healed','healed','ineffective','inconclusive'])[n / 10 % 5 + 1] END AS outcome,
           date_trunc('milliseconds', now() - (n::float8 / ${incidents}) * interval '${SEEDED_DAYS.incidents} days') AS at,
           md5(n::text) AS sha, 'feature/' || substr(md5((n / 3)::text), 1, 10) AS branch
    FROM generate_series(1, ${incidents}) AS n`;
}

const RUN = `jsonb_build_object('pipelineId', pipeline, 'platform', platform, 'repository', repository, 'runId', 'run-' || n, 'attempt', 1,
  'headSha', sha, 'branch', branch, 'name', 'CI', 'kind', 'run', 'url', 'https://ci.example/runs/' || n)`;
const EVIDENCE = `jsonb_build_array(jsonb_build_object('line', n % 4000 + 1, 'text', 'dial tcp 10.0.' || n % 255 || '.7:443: connect: connection timed out after 30 s', 'job', 'build'))`;
const SAYS = `'The build failed with ' || cause || ': connection to registry-' || (n % 97) || '.example timed out.'`;
const EVENT = 'id, incident_id, subject, source, event_id, time, seq, data, lasting';

function event(subject: string, minutes: number, data: string, where = 'true'): [string, string, string] {
  return [
    'events',
    EVENT,
    `SELECT 'evt_' || lpad(n::text, 12, '0') || '_${subject}_${minutes}', id, '${subject}', 'prunella/seed', id || '/${subject}/${minutes}',
            at + interval '${minutes} minutes', n * 8 + ${minutes}, ${data}, true FROM made WHERE ${where} ORDER BY n`,
  ];
}

const DECIDED = `'incidentId', id, 'run', ${RUN}, 'decidedBy', 'rule:' || cause || '-' || (n % 4), 'fingerprint', fingerprint, 'prior', 0.8`;

const PER_INCIDENT: [table: string, columns: string, select: string][] = [
  [
    'incidents',
    `id, pipeline_id, repository, platform, state, outcome, cause, fingerprint, verifying_since, opened_at, closed_at, changed_at, search, document`,
    `SELECT id, pipeline, repository, platform, state, outcome, cause, fingerprint, CASE WHEN state = 'verifying' THEN at + interval '2 minutes' END,
            at, CASE WHEN state = 'closed' THEN at + interval '9 minutes' END, at + interval '9 minutes',
            lower(concat_ws(E'\\n', id, pipeline, 'CI', repository, branch, sha, ${SAYS})),
            jsonb_build_object('id', id, 'pipelineId', pipeline, 'name', 'CI', 'repository', repository, 'platform', platform, 'source', platform,
              'runId', 'run-' || n, 'attempt', 1, 'branch', branch, 'headSha', sha, 'url', 'https://ci.example/runs/' || n, 'cause', cause)
            || jsonb_build_object('domain', 'platform', 'confidence', 0.83, 'transient', 0.7, 'decidedBy', 'rule:' || cause || '-' || (n % 4),
              'explanation', ${SAYS}, 'fingerprint', fingerprint, 'action', action, 'actionParameters', '{}'::jsonb,
              'status', status, 'verdict', 'acting', 'reason', 'a failure of this kind passes when it is tried again', 'state', state,
              'outcome', outcome, 'outcomeReason', 'attempt 2 succeeded after ' || action, 'openedAt', ${iso('at')},
              'closedAt', CASE WHEN state = 'closed' THEN ${iso(`at + interval '9 minutes'`)} END,
              'updatedAt', ${iso(`at + interval '9 minutes'`)}, 'simulated', false)
     FROM made ORDER BY n`,
  ],
  event(
    'pipeline.failed',
    0,
    `${RUN} || jsonb_build_object('incidentId', id, 'conclusion', 'failure', 'error', jsonb_build_object('message', ${SAYS}, 'type', ''), 'jobs', '[]'::jsonb)`,
  ),
  event(
    'diagnosis.made',
    1,
    `jsonb_build_object(${DECIDED}, 'cause', cause, 'confidence', 0.83, 'transient', 0.7, 'explanation', ${SAYS}, 'evidence', ${EVIDENCE},
      'alternatives', '[]'::jsonb, 'gaps', '[]'::jsonb, 'vetoes', '[]'::jsonb, 'metrics', '{}'::jsonb, 'action', jsonb_build_object('type', action))`,
  ),
  event(
    'action.executed',
    2,
    `jsonb_build_object(${DECIDED}, 'action', jsonb_build_object('type', action), 'status', status, 'cause', cause, 'verdict', 'acting',
      'reasons', jsonb_build_array(jsonb_build_object('check', 'hold-out', 'allows', status = 'executed', 'says', '')), 'explanation', 'it passes when it is tried again', 'effect', 'rerun-failed-jobs', 'undoes', '')`,
  ),
  event(
    'pipeline.finished',
    8,
    `${RUN} || jsonb_build_object('incidentId', id, 'attempt', 2, 'conclusion', 'success')`,
  ),
  event(
    'outcome.observed',
    9,
    `jsonb_build_object(${DECIDED}, 'action', action, 'outcome', outcome, 'reason', 'attempt 2 succeeded', 'reverses', '',
      'evidenceEventIds', '[]'::jsonb, 'provenAt', ${iso(`at + interval '8 minutes'`)})`,
    'outcome IS NOT NULL',
  ),
  [
    'healings',
    `incident_id, attempt, action, at, platform, repository, pipeline_id, name, environment, workload, target, fingerprint, cause, decided_by, outcome,
     healed, healed_after_ms, minutes, money, currency, estimated, expected_minutes, expected_money, actual_minutes, confidence`,
    `SELECT id, 1, action, at + interval '2 minutes', platform, repository, pipeline, 'CI', '', '', pipeline, fingerprint, cause,
            'rule:' || cause || '-' || (n % 4), outcome, coalesce(outcome = 'healed', false), CASE WHEN outcome = 'healed' THEN 480000 END, 6, 0.048,
            'EUR', true, 8, 0.064, 6, (n * 37 % 1000) / 1000.0
     FROM made WHERE action NOT IN ('notify_human', 'none') AND status = 'executed' ORDER BY n`,
  ],
  [
    'decisions',
    'id, incident_id, at, action, status, first, arm, chosen, cause, repository, healed, recovered_at',
    `SELECT 'evt_' || lpad(n::text, 12, '0') || '_action.executed_2', id, at + interval '2 minutes', action, status, true,
            CASE status WHEN 'executed' THEN 'treated' WHEN 'observed' THEN 'held_out' ELSE status END, status = 'executed', cause, repository,
            outcome = 'healed', at + interval '8 minutes'
     FROM made WHERE action NOT IN ('notify_human', 'none') ORDER BY n`,
  ],
  [
    'debt_entries',
    'id, debt_id, kind, what, incident_id, platform, repository, pipeline_id, fingerprint, workload, cause, at, minutes, money, currency',
    `SELECT 'due_' || n, 'debt_' || n % 500 * 7919 % 500 || fingerprint, 'retry_pass', 'CI fails with ' || cause, id, platform, repository, pipeline, fingerprint, '',
            cause, at + interval '9 minutes', 6, 0.05, 'EUR'
     FROM made WHERE outcome = 'healed' ORDER BY n`,
  ],
];

/** In parts, so that nobody is idle at the end. */
function greenRuns(count: number): string[] {
  const part = Math.ceil(count / AT_ONCE);
  return Array.from({ length: AT_ONCE }, (_, n) => greenPart(count, n * part + 1, Math.min((n + 1) * part, count)));
}

function greenPart(count: number, first: number, last: number): string {
  return `
    INSERT INTO events (${EVENT})
    SELECT 'evt_green_' || lpad(n::text, 12, '0'), 'run_' || lpad(n::text, 12, '0'), 'pipeline.finished', 'prunella/seed', 'green-' || n,
           now() - (n::float8 / ${Math.max(count, 1)}) * interval '${SEEDED_DAYS.events} days', n,
           jsonb_build_object('pipelineId', 'octo/repo-' || n % 500, 'platform', 'github', 'repository', 'octo/repo-' || n % 500,
             'runId', n::text, 'attempt', 1, 'headSha', md5(n::text), 'branch', 'main', 'name', 'CI', 'kind', 'run', 'conclusion', 'success'), false
    FROM generate_series(${first}, ${last}) AS n`;
}

/** As many as a large organisation has. */
const TESTS = [
  `INSERT INTO tests (id, hash, scope, repository, pipeline_id, job, suite, classname, name, file, first_seen, last_seen, state, sorted_at)
   SELECT 'test_' || n, hashtextextended('test_' || n, 0), 'scope-' || n % 500, 'octo/repo-' || n % 500, 'ci.yml', 'test', 'suite',
          'org.example.Case' || n % 3000, 'answers within ' || n || ' ms', 'src/case' || n % 3000 || '.ts', now() - interval '40 days', now(),
          CASE WHEN n % 500 = 3 THEN 'flaky' WHEN n % 700 = 5 THEN 'failing' ELSE 'passing' END,
          date_trunc('milliseconds', now() - n * interval '10 seconds')
   FROM (SELECT greatest(count(*) / 10, least(count(*), 20000)) AS most FROM made) m, generate_series(1, m.most) AS n`,
  `INSERT INTO test_reports (id, scope, run, attempt, sha, branch, main, at, passed, durations)
   SELECT 'rep_' || n, 'scope-' || n % 500, 'run-' || n, 1, md5(n::text), 'main', true, now() - n * interval '1 minute',
          ARRAY(SELECT hashtextextended('test_' || (n % 500 + 500 * k), 0) FROM generate_series(0, 199) AS k), array_fill(12, ARRAY[200])
   FROM generate_series(1, (SELECT least(50000, count(*) / 20) FROM made)) AS n`,
];

const DEBTS = [
  `CREATE INDEX seed_debts ON debt_entries (debt_id, at DESC, id DESC)`,
  `INSERT INTO debts
   SELECT s.debt_id, newest.kind, newest.repository, s.first_seen, s.last_seen, s.count, s.minutes,
          jsonb_build_array(jsonb_build_object('currency', 'EUR', 'amount', s.money)), to_jsonb(newest), '', NULL, '', ''
   FROM (SELECT debt_id, min(at) AS first_seen, max(at) AS last_seen, count(*) AS count, sum(minutes) AS minutes, sum(money) AS money
         FROM debt_entries GROUP BY debt_id) s
   CROSS JOIN LATERAL (SELECT * FROM debt_entries e WHERE e.debt_id = s.debt_id ORDER BY at DESC, id DESC LIMIT 1) newest`,
  'DROP INDEX seed_debts',
];

const CONFIDENCE = [
  `INSERT INTO confidence (decided_by, action, prior, prior_weight, healed, ineffective, harmful, revision, updated_at)
  SELECT 'rule:r' || n, 'retry', 0.8, 10, n, n / 3, 0, n, now() FROM generate_series(1, 200) AS n`,
  `INSERT INTO confidence_days (decided_by, action, cause, day, healed, ineffective, harmful)
   SELECT 'rule:r' || n, 'retry', 'network', (now() AT TIME ZONE 'UTC')::date - day, 1, 0, 0
   FROM generate_series(1, 200) AS n, generate_series(0, 99) AS day`,
];

const QUARANTINE = `
  INSERT INTO quarantine (id, repository, skipped, expires_at, changed_at, entry)
  SELECT 'q_' || n, 'octo/repo-' || n % 500, n % 10 = 0, now() + interval '5 days', now() - n * interval '1 hour',
         jsonb_build_object('entryId', 'q_' || n, 'test', 'answers within ' || n, 'repository', 'octo/repo-' || n % 500, 'owner', 'ada',
           'reason', 'flaky', 'change', CASE WHEN n % 10 = 0 THEN 'added' ELSE 'released' END, 'by', 'ada', 'at', ${iso(`now() - n * interval '1 hour'`)},
           'expiresAt', ${iso(`now() + interval '5 days'`)}, 'greens', 20, 'evidence', '[]'::jsonb, 'incidentIds', '[]'::jsonb, 'eventId', 'e')
  FROM generate_series(1, 2000) AS n`;

function iso(time: string): string {
  return `to_char((${time}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
