import { In } from 'typeorm';
import { storable } from './json.ts';
import type { Transaction } from './store.ts';
import { type QuarantineEntry, QuarantineRow } from './tables/quarantine.ts';

export interface QuarantineFilter {
  /** undefined: of all repositories. */
  repository?: string;
  /** true: what is skipped at `at`; false: what is not any more. */
  inForce: boolean;
  at: Date;
}

/** How a test went in one run of the default branch. */
export interface ReportedResult {
  entryId: string;
  run: string;
  passed: boolean;
}

export async function quarantineById(manager: Transaction, ids: readonly string[]): Promise<QuarantineEntry[]> {
  if (ids.length === 0) return [];
  return (await manager.findBy(QuarantineRow, { id: In([...ids]) })).map(({ entry }) => entry);
}

/** Writes entries over what stood there. */
export async function putQuarantine(transaction: Transaction, entries: readonly QuarantineEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({
    id: entry.entryId,
    repository: entry.repository,
    skipped: entry.change === 'added' || entry.change === 'extended',
    expires_at: entry.expiresAt,
    changed_at: entry.at,
    entry,
  }));
  await transaction.query(
    `INSERT INTO quarantine (id, repository, skipped, expires_at, changed_at, entry)
     SELECT id, repository, skipped, expires_at, changed_at, entry
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, repository text, skipped boolean, expires_at timestamptz, changed_at timestamptz, entry jsonb
     )
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET
       skipped = excluded.skipped, expires_at = excluded.expires_at, changed_at = excluded.changed_at, entry = excluded.entry`,
    [storable(rows)],
  );
}

/** The entries that fit, those that changed last first, at most `limit`. */
export async function listQuarantine(
  manager: Transaction,
  { repository, inForce, at }: QuarantineFilter,
  limit: number,
): Promise<QuarantineEntry[]> {
  const rows = await manager.query<{ entry: QuarantineEntry }[]>(
    `SELECT entry FROM quarantine
     WHERE ($1::text IS NULL OR repository = $1)
       AND ${inForce ? 'skipped AND expires_at > $2' : '(NOT skipped OR expires_at <= $2)'}
     ORDER BY changed_at DESC, id LIMIT $3`,
    [repository ?? null, at, limit],
  );
  return rows.map(({ entry }) => entry);
}

/** Entries whose time is over and that nobody has taken out yet, the oldest first. */
export async function overdueQuarantine(manager: Transaction, at: Date, limit: number): Promise<QuarantineEntry[]> {
  const rows = await manager.query<{ entry: QuarantineEntry }[]>(
    'SELECT entry FROM quarantine WHERE skipped AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2',
    [at, limit],
  );
  return rows.map(({ entry }) => entry);
}

/** Notes results. A run counts once for each test: where it failed in one report, it failed. */
export async function addResults(transaction: Transaction, results: readonly ReportedResult[]): Promise<void> {
  if (results.length === 0) return;
  await transaction.query(
    `INSERT INTO quarantine_results (entry_id, run, passed)
     SELECT "entryId", run, bool_and(passed)
     FROM jsonb_to_recordset($1::jsonb) AS r ("entryId" text, run text, passed boolean)
     GROUP BY "entryId", run
     ORDER BY "entryId", run
     ON CONFLICT (entry_id, run) DO UPDATE SET passed = quarantine_results.passed AND excluded.passed`,
    [storable(results)],
  );
}

/** All results of some entries, in the order in which their runs were first heard of. */
export async function resultsOf(manager: Transaction, entryIds: readonly string[]): Promise<ReportedResult[]> {
  if (entryIds.length === 0) return [];
  return await manager.query<ReportedResult[]>(
    `SELECT entry_id AS "entryId", run, passed FROM quarantine_results
     WHERE entry_id = ANY($1::text[]) ORDER BY position`,
    [[...entryIds]],
  );
}

/** Forgets the results of entries: when a test comes back, it is counted anew. */
export async function forgetResults(transaction: Transaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return;
  await transaction.query('DELETE FROM quarantine_results WHERE entry_id = ANY($1::text[])', [[...entryIds]]);
}
