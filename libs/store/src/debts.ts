import { storable } from './json.ts';
import { lock } from './locks.ts';
import type { Transaction } from './store.ts';

/** One occasion on which something was made to work without being repaired. */
export interface DebtEntry {
  /** Made of what it was derived from: the same occasion is the same entry. */
  id: string;
  /** The same for the same thing that wants repair. */
  debtId: string;
  kind: string;
  /** What wants repair, in one sentence. */
  what: string;
  incidentId: string;
  platform: string;
  repository: string;
  pipelineId: string;
  /** Empty: it is about no one failure. */
  fingerprint: string;
  /** `namespace/name`; empty: it is about a pipeline. */
  workload: string;
  cause: string;
  /** ISO 8601. */
  at: string;
  /** Runner minutes. */
  minutes: number;
  money: number;
  /** Empty: no price is set. */
  currency: string;
}

/** What people said about a debt. */
export interface DebtWord {
  /** Empty: nobody's. */
  owner: string;
  /** null: nobody said that it is repaired, or it was seen again since. */
  resolvedAt: Date | null;
  /** Who said the last of it, and why; empty: nobody said anything. */
  by: string;
  reason: string;
}

/** A debt with all its entries summed up. */
export interface Debt extends Omit<DebtEntry, 'id' | 'debtId' | 'at' | 'incidentId' | 'money' | 'currency'>, DebtWord {
  id: string;
  /** Of the newest entry. */
  incidentId: string;
  firstSeen: Date;
  lastSeen: Date;
  count: number;
  /** In the last week, and in the one before. */
  recent: number;
  before: number;
  /** One for each currency. */
  money: { currency: string; amount: number }[];
}

/** Makes the entries of some incidents those that are given; the same again changes nothing. */
export async function putDebtEntries(
  transaction: Transaction,
  incidentIds: readonly string[],
  entries: readonly DebtEntry[],
): Promise<void> {
  if (incidentIds.length === 0) return;
  const [gone] = await transaction.query<[{ debtId: string }[], number]>(
    'DELETE FROM debt_entries WHERE incident_id = ANY($1::text[]) AND id <> ALL($2::text[]) RETURNING debt_id AS "debtId"',
    [[...incidentIds], entries.map((entry) => entry.id)],
  );
  const written = await writeEntries(transaction, entries);
  await sumUpDebts(
    transaction,
    [...gone, ...written].map(({ debtId }) => debtId),
  );
}

/** @returns those that are new, or other than before. */
async function writeEntries(transaction: Transaction, entries: readonly DebtEntry[]): Promise<{ debtId: string }[]> {
  if (entries.length === 0) return [];
  return await transaction.query<{ debtId: string }[]>(
    `INSERT INTO debt_entries AS old (id, debt_id, kind, what, incident_id, platform, repository, pipeline_id, fingerprint, workload, cause,
                               at, minutes, money, currency)
     SELECT id, "debtId", kind, what, "incidentId", platform, repository, "pipelineId", fingerprint, workload, cause,
            at, minutes, money, currency
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, "debtId" text, kind text, what text, "incidentId" text, platform text, repository text, "pipelineId" text,
       fingerprint text, workload text, cause text, at timestamptz, minutes float8, money float8, currency text
     )
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET
       debt_id = excluded.debt_id, kind = excluded.kind, what = excluded.what, platform = excluded.platform,
       repository = excluded.repository, pipeline_id = excluded.pipeline_id, fingerprint = excluded.fingerprint,
       workload = excluded.workload, cause = excluded.cause, at = excluded.at,
       minutes = excluded.minutes, money = excluded.money, currency = excluded.currency
     WHERE old IS DISTINCT FROM excluded
     RETURNING debt_id AS "debtId"`,
    [storable(entries)],
  );
}

/**
 * Sums debts up from their entries and from what people said of them. A debt without entries is none. Two transactions that add to one debt do so one after
 * the other.
 */
export async function sumUpDebts(transaction: Transaction, debtIds: Iterable<string>): Promise<void> {
  const ids = [...new Set(debtIds)];
  if (ids.length === 0) return;
  await lock(
    transaction,
    ids.map((id) => `debt/${id}`),
  );
  await transaction.query(
    `INSERT INTO debts (id, kind, repository, first_seen, last_seen, count, minutes, money, newest, owner, resolved_at, said_by, said_why)
     SELECT s.id, entry.kind, entry.repository, s.first_seen, s.last_seen, s.count, s.minutes, coalesce(paid.money, '[]'), to_jsonb(entry),
            coalesce(said.owner, old.owner, ''),
            CASE WHEN said.resolved THEN said.resolved_at WHEN said.resolved IS NULL THEN old.resolved_at END,
            coalesce(said.by, old.said_by, ''), coalesce(said.reason, old.said_why, '')
     FROM (
       SELECT debt_id AS id, min(at) AS first_seen, max(at) AS last_seen, count(*)::int AS count, sum(minutes) AS minutes
       FROM debt_entries WHERE debt_id = ANY($1::text[]) GROUP BY debt_id
     ) s
     CROSS JOIN LATERAL (SELECT * FROM debt_entries e WHERE e.debt_id = s.id ORDER BY e.at DESC, e.id DESC LIMIT 1) entry
     LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount) ORDER BY currency) AS money FROM (
         SELECT currency, sum(money) AS amount FROM debt_entries e WHERE e.debt_id = s.id AND currency <> '' GROUP BY currency
       ) sums
     ) paid ON true
     -- What was said so long ago that its event is not kept any more still holds.
     LEFT JOIN debts old ON old.id = s.id
     LEFT JOIN (
       SELECT e.data->>'debtId' AS debt_id, ${lastOf(`e.data->>'owner'`, `e.data ? 'owner'`)} AS owner,
              ${lastOf(`(e.data->>'resolved')::boolean`, `e.data ? 'resolved'`)} AS resolved, ${lastOf('e.time', `e.data ? 'resolved'`)} AS resolved_at,
              ${lastOf(`e.data->>'by'`)} AS by, ${lastOf(`e.data->>'reason'`)} AS reason
       FROM events e WHERE e.lasting AND e.subject = 'debt.changed' AND e.data->>'debtId' = ANY($1::text[])
       GROUP BY 1
     ) said ON said.debt_id = s.id
     ORDER BY s.id
     ON CONFLICT (id) DO UPDATE SET
       kind = excluded.kind, repository = excluded.repository, first_seen = excluded.first_seen, last_seen = excluded.last_seen,
       count = excluded.count, minutes = excluded.minutes, money = excluded.money, newest = excluded.newest, owner = excluded.owner,
       resolved_at = excluded.resolved_at, said_by = excluded.said_by, said_why = excluded.said_why`,
    [ids],
  );
  await transaction.query(
    `DELETE FROM debts d WHERE id = ANY($1::text[]) AND NOT EXISTS (SELECT 1 FROM debt_entries e WHERE e.debt_id = d.id)`,
    [ids],
  );
}

/** Exact matches; absent: any. */
export interface DebtFilter {
  id?: string | undefined;
  kind?: string | undefined;
  repository?: string | undefined;
  /** Only what this incident added to. */
  incidentId?: string | undefined;
  state?: 'open' | 'overdue' | 'resolved' | undefined;
  /** Seen so often within the last week, and not resolved. */
  recentAtLeast?: number | undefined;
}

/** The place in a list after one debt. */
export interface DebtPosition {
  lastSeen: Date;
  id: string;
}

const WEEK = "interval '7 days'";

/**
 * Debts, the last seen first.
 *
 * @param page `now`: what weeks and due dates are counted from; `dueMs`: how long after it was first seen a debt is due;
 * `limit`: at most so many; `after`: only what comes after this place.
 */
export async function listDebts(
  manager: Transaction,
  filter: DebtFilter,
  page: { now: Date; dueMs: number; limit: number; after?: DebtPosition | undefined },
): Promise<Debt[]> {
  return await manager.query<Debt[]>(
    `SELECT d.id, d.kind, d.newest->>'what' AS what, d.newest->>'incident_id' AS "incidentId", d.newest->>'platform' AS platform,
            d.repository, d.newest->>'pipeline_id' AS "pipelineId", d.newest->>'fingerprint' AS fingerprint,
            d.newest->>'workload' AS workload, d.newest->>'cause' AS cause, d.first_seen AS "firstSeen", d.last_seen AS "lastSeen",
            d.count, weeks.recent, weeks.before, d.minutes, d.money, d.owner,
            CASE WHEN ${RESOLVED} THEN d.resolved_at END AS "resolvedAt", d.said_by AS by, d.said_why AS reason
     FROM (
       SELECT * FROM debts d
       WHERE ($3::text IS NULL OR d.id = $3) AND ($4::text IS NULL OR d.kind = $4) AND ($5::text IS NULL OR d.repository = $5)
         AND ($6::text IS NULL OR $6 = ${STATE})
         AND ($11::text IS NULL OR d.id = ANY(ARRAY(SELECT debt_id FROM debt_entries WHERE incident_id = $11)))
         -- Of entries there are few within a week.
         AND ($7::int IS NULL OR (${STATE} <> 'resolved' AND d.id IN (
           SELECT debt_id FROM debt_entries WHERE at > $1::timestamptz - ${WEEK} GROUP BY debt_id HAVING count(*) >= $7
         )))
         AND ($8::timestamptz IS NULL OR (d.last_seen, d.id) < ($8, $9))
       ORDER BY d.last_seen DESC, d.id DESC LIMIT $10
     ) d
     CROSS JOIN LATERAL (
       SELECT (count(*) FILTER (WHERE at > $1::timestamptz - ${WEEK}))::int AS recent,
              (count(*) FILTER (WHERE at <= $1::timestamptz - ${WEEK}))::int AS before
       FROM debt_entries e WHERE e.debt_id = d.id AND e.at > $1::timestamptz - 2 * ${WEEK}
     ) weeks
     ORDER BY d.last_seen DESC, d.id DESC`,
    [
      ...[page.now, page.dueMs, filter.id ?? null, filter.kind ?? null, filter.repository ?? null],
      ...[filter.state ?? null, filter.recentAtLeast ?? null],
      ...[page.after?.lastSeen ?? null, page.after?.id ?? null, page.limit],
      filter.incidentId ?? null,
    ],
  );
}

/** What is seen again after it was called resolved is not. */
const RESOLVED = 'coalesce(d.resolved_at >= d.last_seen, false)';
const STATE = `CASE WHEN ${RESOLVED} THEN 'resolved'
  WHEN d.first_seen + $2 * interval '1 millisecond' <= $1::timestamptz THEN 'overdue' ELSE 'open' END`;

/** A column of the newest of some words, within a group. */
function lastOf(column: string, where = 'true'): string {
  return `(array_agg(${column} ORDER BY e.time DESC, e.id DESC) FILTER (WHERE ${where}))[1]`;
}

/** Ids of all debts and of what could be one, in order, after `after`. */
export async function debtIds(manager: Transaction, after: string, limit: number): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `(SELECT id FROM debts WHERE id > $1 ORDER BY id LIMIT $2)
     UNION (SELECT DISTINCT debt_id FROM debt_entries WHERE debt_id > $1 ORDER BY 1 LIMIT $2)
     ORDER BY 1 LIMIT $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}
