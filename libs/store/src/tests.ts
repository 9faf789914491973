import { storable } from './json.ts';
import { containing } from './search-index.ts';
import type { Transaction } from './store.ts';

/** A test as reports tell of it. */
export interface TestRecord {
  id: string;
  scope: string;
  repository: string;
  pipelineId: string;
  job: string;
  suite: string;
  classname: string;
  name: string;
  file: string;
}

/** Which tests passed in a report, or in a part of it. */
export interface TestReport {
  /** Of the event that told it. */
  id: string;
  scope: string;
  run: string;
  attempt: number;
  sha: string;
  branch: string;
  main: boolean;
  at: Date;
  passed: readonly { id: string; durationMs: number }[];
}

/** A success of a test, out of the reports. */
export interface TestPass {
  testId: string;
  run: string;
  attempt: number;
  sha: string;
  branch: string;
  main: boolean;
  at: Date;
  durationMs: number;
}

/** A test with what is known of it; `H` and `J` are whatever the caller keeps. */
export interface StoredTest<H = unknown, J = unknown> extends TestRecord {
  firstSeen: Date;
  lastSeen: Date;
  state: string;
  /** When it failed last; of one that never did, when it was first seen. */
  sortedAt: Date;
  /** null: it never failed as far as it is kept. */
  history: H[] | null;
  judgement: J | null;
}

/** What is written of a test that failed. */
export interface TestVerdict {
  id: string;
  state: string;
  sortedAt: Date;
  /** null: none of its failures is kept any more. */
  oldestFailure: Date | null;
  history: readonly unknown[] | null;
  judgement: unknown;
}

export interface TestFilter {
  repository?: string | undefined;
  state?: string | undefined;
  /** Part of its name, its class or its file. */
  q?: string | undefined;
  after?: { at: Date; id: string } | undefined;
}

/** A test's last sight is written down so often: each report would rewrite all rows of its tests. */
const SEEN_EVERY = '6 hours';

const COLUMNS = `id, scope, repository, pipeline_id AS "pipelineId", job, suite, classname, name, file,
  first_seen AS "firstSeen", last_seen AS "lastSeen", state, sorted_at AS "sortedAt", history, judgement`;

/** Writes tests down, each once, however often it is reported. */
export async function putTests(transaction: Transaction, tests: readonly TestRecord[], at: Date): Promise<void> {
  if (tests.length === 0) return;
  await transaction.query(
    `INSERT INTO tests (id, hash, scope, repository, pipeline_id, job, suite, classname, name, file, first_seen, last_seen, sorted_at)
     SELECT DISTINCT ON (id) id, hashtextextended(id, 0), scope, repository, "pipelineId", job, suite, classname, name, file, $2, $2, $2
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, scope text, repository text, "pipelineId" text, job text, suite text, classname text, name text, file text
     )
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET last_seen = excluded.last_seen
     WHERE tests.last_seen < excluded.last_seen - interval '${SEEN_EVERY}'`,
    [storable(tests), at],
  );
}

/** Writes down which tests passed in a report; again changes nothing. */
export async function putTestReport(transaction: Transaction, report: TestReport): Promise<void> {
  await transaction.query(
    `INSERT INTO test_reports (id, scope, run, attempt, sha, branch, main, at, passed, durations)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8,
       coalesce((SELECT array_agg(hashtextextended(t.id, 0) ORDER BY t.place) FROM unnest($9::text[]) WITH ORDINALITY AS t (id, place)), '{}'),
       $10::int[]
     ON CONFLICT DO NOTHING`,
    [
      ...[report.id, report.scope, plain(report.run), report.attempt, plain(report.sha), plain(report.branch)],
      ...[report.main, report.at],
      report.passed.map(({ id }) => id),
      report.passed.map(({ durationMs }) => durationMs),
    ],
  );
}

/** Postgres knows no NUL in a text. */
function plain(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** Those of some tests, by id. `onlyFailed`: those alone that have a history. */
export async function testsById<H, J>(
  manager: Transaction,
  ids: readonly string[],
  { onlyFailed }: { onlyFailed: boolean },
): Promise<StoredTest<H, J>[]> {
  if (ids.length === 0) return [];
  return await manager.query<StoredTest<H, J>[]>(
    `SELECT ${COLUMNS} FROM tests WHERE id = ANY($1::text[]) ${onlyFailed ? 'AND history IS NOT NULL' : ''} ORDER BY id`,
    [[...ids]],
  );
}

/** When some tests of one scope passed, in its newest `reports` reports. */
export async function passesOf(
  manager: Transaction,
  scope: string,
  testIds: readonly string[],
  reports: number,
): Promise<TestPass[]> {
  if (testIds.length === 0) return [];
  return await manager.query<TestPass[]>(
    `SELECT t.id AS "testId", r.run, r.attempt, r.sha, r.branch, r.main, r.at, p.ms AS "durationMs"
     FROM (SELECT * FROM test_reports WHERE scope = $1 ORDER BY at DESC, id LIMIT $3) r
     CROSS JOIN LATERAL unnest(r.passed, r.durations) AS p (hash, ms)
     JOIN (SELECT id, hashtextextended(id, 0) AS hash FROM unnest($2::text[]) AS id) t ON t.hash = p.hash
     ORDER BY r.at, r.id`,
    [scope, [...testIds], reports],
  );
}

/** Writes down what is known of tests that failed. */
export async function putVerdicts(transaction: Transaction, verdicts: readonly TestVerdict[]): Promise<void> {
  if (verdicts.length === 0) return;
  await transaction.query(
    `UPDATE tests SET state = r.state, sorted_at = r."sortedAt", oldest_failure = r."oldestFailure", judgement = r.judgement,
       history = CASE WHEN jsonb_typeof(r.history) = 'array' THEN r.history END
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, state text, "sortedAt" timestamptz, "oldestFailure" timestamptz, history jsonb, judgement jsonb
     )
     WHERE tests.id = r.id`,
    [storable(verdicts)],
  );
}

/** The tests that fit, those first that failed last. */
export async function listTests<H, J>(
  manager: Transaction,
  { repository, state, q, after }: TestFilter,
  limit: number,
): Promise<StoredTest<H, J>[]> {
  return await manager.query<StoredTest<H, J>[]>(
    `SELECT ${COLUMNS} FROM tests
     WHERE ($1::text IS NULL OR repository = $1) AND ($2::text IS NULL OR state = $2)
       AND ($3::text IS NULL OR lower(classname || ' ' || name || ' ' || file) LIKE $3)
       AND ($4::timestamptz IS NULL OR (sorted_at, id) < ($4, $5))
     ORDER BY sorted_at DESC, id DESC LIMIT $6`,
    [
      ...[repository ?? null, state ?? null, q === undefined ? null : containing(q)],
      ...[after?.at ?? null, after?.id ?? null, limit],
    ],
  );
}

/** How many tests there are, by state. */
export async function countTests(
  manager: Transaction,
  repository: string | undefined,
): Promise<{ state: string; count: number }[]> {
  return await manager.query<{ state: string; count: number }[]>(
    'SELECT state, count(*)::int AS count FROM tests WHERE ($1::text IS NULL OR repository = $1) GROUP BY state',
    [repository ?? null],
  );
}

/** Forgets, at most `limit` of each, reports and tests that are older. */
export async function forgetTests(transaction: Transaction, before: Date, limit: number): Promise<void> {
  for (const [table, column] of [
    ['test_reports', 'at'],
    ['tests', 'last_seen'],
  ]) {
    await transaction.query(
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${column} < $1 ORDER BY ${column} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [before, limit],
    );
  }
}

/** Ids and scopes of tests that failed before a time, the oldest failure first. */
export async function testsWithFailuresBefore(
  manager: Transaction,
  before: Date,
  limit: number,
): Promise<{ id: string; scope: string }[]> {
  return await manager.query<{ id: string; scope: string }[]>(
    'SELECT id, scope FROM tests WHERE oldest_failure < $1 ORDER BY oldest_failure, id LIMIT $2',
    [before, limit],
  );
}
