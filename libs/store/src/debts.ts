import { storable } from './json.ts';
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
  /** null: nobody said that it is repaired. */
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
  await transaction.query('DELETE FROM debt_entries WHERE incident_id = ANY($1::text[]) AND id <> ALL($2::text[])', [
    [...incidentIds],
    entries.map((entry) => entry.id),
  ]);
  if (entries.length === 0) return;
  await transaction.query(
    `INSERT INTO debt_entries (id, debt_id, kind, what, incident_id, platform, repository, pipeline_id, fingerprint, workload, cause,
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
       minutes = excluded.minutes, money = excluded.money, currency = excluded.currency`,
    [storable(entries)],
  );
}

/** Exact matches; absent: any. */
export interface DebtFilter {
  id?: string | undefined;
  kind?: string | undefined;
  repository?: string | undefined;
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
    `WITH summed AS (
       SELECT debt_id AS id, min(at) AS first_seen, max(at) AS last_seen, count(*)::int AS count,
              (count(*) FILTER (WHERE at > $1::timestamptz - ${WEEK}))::int AS recent,
              (count(*) FILTER (WHERE at <= $1::timestamptz - ${WEEK} AND at > $1::timestamptz - 2 * ${WEEK}))::int AS before,
              sum(minutes) AS minutes
       FROM debt_entries
       WHERE ($3::text IS NULL OR debt_id = $3) AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR repository = $5)
       GROUP BY debt_id
     )
     SELECT s.id, newest.kind, newest.what, newest.incident_id AS "incidentId", newest.platform, newest.repository,
            newest.pipeline_id AS "pipelineId", newest.fingerprint, newest.workload, newest.cause,
            s.first_seen AS "firstSeen", s.last_seen AS "lastSeen", s.count, s.recent, s.before, s.minutes,
            coalesce(paid.money, '[]') AS money, coalesce(claim.owner, '') AS owner,
            CASE WHEN ${RESOLVED} THEN resolution.at END AS "resolvedAt",
            coalesce(word.by, '') AS by, coalesce(word.reason, '') AS reason
     FROM summed s
     CROSS JOIN LATERAL (
       SELECT * FROM debt_entries e WHERE e.debt_id = s.id ORDER BY e.at DESC, e.id DESC LIMIT 1
     ) newest
     LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount) ORDER BY currency) AS money FROM (
         SELECT currency, sum(money) AS amount FROM debt_entries e WHERE e.debt_id = s.id AND currency <> '' GROUP BY currency
       ) sums
     ) paid ON true
     ${lastWord('claim', `e.data->>'owner' AS owner`, `e.data ? 'owner'`)}
     ${lastWord('resolution', `e.time AS at, (e.data->>'resolved')::boolean AS resolved`, `e.data ? 'resolved'`)}
     ${lastWord('word', `e.data->>'by' AS by, e.data->>'reason' AS reason`, 'true')}
     WHERE ($6::text IS NULL OR $6 = ${STATE}) AND ($7::int IS NULL OR (s.recent >= $7 AND ${STATE} <> 'resolved'))
       AND ($8::timestamptz IS NULL OR (s.last_seen, s.id) < ($8, $9))
     ORDER BY s.last_seen DESC, s.id DESC LIMIT $10`,
    [
      ...[page.now, page.dueMs, filter.id ?? null, filter.kind ?? null, filter.repository ?? null],
      ...[filter.state ?? null, filter.recentAtLeast ?? null],
      ...[page.after?.lastSeen ?? null, page.after?.id ?? null, page.limit],
    ],
  );
}

/** What is seen again after it was called resolved is not. */
const RESOLVED = 'coalesce(resolution.resolved AND resolution.at >= s.last_seen, false)';
const STATE = `CASE WHEN ${RESOLVED} THEN 'resolved'
  WHEN s.first_seen + $2 * interval '1 millisecond' <= $1::timestamptz THEN 'overdue' ELSE 'open' END`;

function lastWord(name: string, columns: string, where: string): string {
  return `LEFT JOIN LATERAL (
    SELECT ${columns} FROM events e WHERE e.subject = 'debt.changed' AND e.data->>'debtId' = s.id AND ${where}
    ORDER BY e.time DESC, e.id DESC LIMIT 1
  ) ${name} ON true`;
}
