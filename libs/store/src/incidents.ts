import { In, LessThan, MoreThanOrEqual } from 'typeorm';
import { storable } from './json.ts';
import { containing, SHORTEST_INDEXED } from './search-index.ts';
import type { Transaction } from './store.ts';
import { IncidentRow } from './tables/incident.ts';

/** A projection to write; `changedAt` is the database's. Times are ISO 8601. */
export interface IncidentWrite {
  id: string;
  pipelineId: string;
  repository: string;
  platform: string;
  state: string;
  outcome: string | null;
  cause: string | null;
  /** null: nothing is diagnosed yet. */
  fingerprint: string | null;
  pipelineKey: string | null;
  verifyingSince: string | null;
  openedAt: string;
  closedAt: string | null;
  search: string;
  document: object;
}

/** Writes projections over what stood there, and tells `listen`ers about them when the transaction commits. @returns how many are new. */
export async function putIncidents(transaction: Transaction, incidents: readonly IncidentWrite[]): Promise<number> {
  if (incidents.length === 0) return 0;
  const rows = await transaction.query<{ id: string; fresh: boolean }[]>(
    `INSERT INTO incidents (id, pipeline_id, repository, platform, state, outcome, cause, fingerprint, pipeline_key, verifying_since,
                            opened_at, closed_at, changed_at, search, document)
     SELECT id, "pipelineId", repository, platform, state, outcome, cause, fingerprint, "pipelineKey", "verifyingSince",
            "openedAt", "closedAt", clock_timestamp(), search, document
     FROM jsonb_to_recordset($1::jsonb) AS r (
       id text, "pipelineId" text, repository text, platform text, state text, outcome text, cause text,
       fingerprint text, "pipelineKey" text, "verifyingSince" timestamptz, "openedAt" timestamptz, "closedAt" timestamptz,
       search text, document jsonb
     )
     ORDER BY id
     ON CONFLICT (id) DO UPDATE SET
       pipeline_id = excluded.pipeline_id, repository = excluded.repository, platform = excluded.platform,
       state = excluded.state, outcome = excluded.outcome, cause = excluded.cause,
       fingerprint = excluded.fingerprint,
       pipeline_key = excluded.pipeline_key, verifying_since = excluded.verifying_since,
       opened_at = excluded.opened_at, closed_at = excluded.closed_at, changed_at = excluded.changed_at,
       search = excluded.search, document = excluded.document
     RETURNING id, xmax = 0 AS fresh`,
    [storable(incidents)],
  );
  await transaction.query('SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id', [
    INCIDENT_CHANNEL,
    rows.map((row) => row.id),
  ]);
  return rows.filter((row) => row.fresh).length;
}

/** The channel on which the ids of changed incidents are told. */
export const INCIDENT_CHANNEL = 'prunella_incidents';

/** Exact matches; absent: any. */
export interface IncidentFilter {
  state?: string | undefined;
  outcome?: string | undefined;
  cause?: string | undefined;
  repository?: string | undefined;
  pipeline?: string | undefined;
  source?: string | undefined;
  /** Text that occurs somewhere in it, whatever the case; one of less than three characters is looked for in the next 10,000 only. */
  q?: string | undefined;
}

/** The place in a list after one incident. */
export interface IncidentPosition {
  openedAt: Date;
  id: string;
}

/** So many of the newest are looked through for a text without the index of text. */
const MOST_NEWEST = 10_000;

const COLUMNS = {
  state: 'state',
  outcome: 'outcome',
  cause: 'cause',
  repository: 'repository',
  pipeline: 'pipelineId',
  source: 'platform',
} as const;

/**
 * A page of incidents, newest first. A text that is the id of an incident finds that one alone. Any other is looked for in the newest ones first: what many
 * have in common fills the page at once, where the index of text would bring all of them to be sorted.
 */
export async function listIncidents(
  manager: Transaction,
  filter: IncidentFilter,
  page: { limit: number; after?: IncidentPosition | undefined },
): Promise<IncidentRow[]> {
  const { q } = filter;
  if (q === undefined) return await fitting(manager, filter, page).getMany();
  // Of the parts of an id each is in many others.
  const named = await fitting(manager, filter, page).andWhere('i.id = :q', { q }).getMany();
  if (named.length > 0) return named;
  const since = await oldestOfNewest(manager, page.after);
  const near = await fitting(manager, filter, page)
    .andWhere('strpos(i.search, :text) > 0 AND i.openedAt >= :since', { text: q.toLowerCase(), since })
    .getMany();
  // No index knows so short a text: all rows would be looked through for one that is rare.
  if (near.length >= page.limit || q.length < SHORTEST_INDEXED) return near;
  return await fitting(manager, filter, page)
    .andWhere('i.search LIKE :pattern', { pattern: containing(q) })
    .getMany();
}

/** Those that fit all of a filter but its text. */
function fitting(
  manager: Transaction,
  filter: IncidentFilter,
  page: { limit: number; after?: IncidentPosition | undefined },
) {
  const query = manager
    .createQueryBuilder(IncidentRow, 'i')
    .orderBy('i.openedAt', 'DESC')
    .addOrderBy('i.id', 'DESC')
    .limit(page.limit);
  for (const [name, column] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, string][]) {
    if (filter[name] !== undefined) query.andWhere(`i.${column} = :${name}`, { [name]: filter[name] });
  }
  if (page.after !== undefined) query.andWhere('(i.openedAt, i.id) < (:openedAt, :id)', { ...page.after });
  return query;
}

/** When the last of the newest (after a place) was opened; asked for by itself, so that the planner knows it. */
async function oldestOfNewest(manager: Transaction, after: IncidentPosition | undefined): Promise<Date> {
  const [row] = await manager.query<{ at: Date }[]>(
    `SELECT opened_at AS at FROM incidents WHERE ($1::timestamptz IS NULL OR opened_at <= $1)
     ORDER BY opened_at DESC, id DESC OFFSET ${MOST_NEWEST - 1} LIMIT 1`,
    [after?.openedAt ?? null],
  );
  return row?.at ?? new Date(0);
}

export async function incidentsById(manager: Transaction, ids: readonly string[]): Promise<IncidentRow[]> {
  return ids.length === 0 ? [] : await manager.findBy(IncidentRow, { id: In([...ids]) });
}

/** Which of these ids are incidents. */
export async function knownIncidents(manager: Transaction, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await manager.query<{ id: string }[]>('SELECT id FROM incidents WHERE id = ANY($1::text[])', [[...ids]]);
  return new Set(rows.map(({ id }) => id));
}

/** What was written since then, oldest change first. */
export async function incidentsChangedSince(manager: Transaction, since: Date, limit: number): Promise<IncidentRow[]> {
  return await manager.find(IncidentRow, {
    where: { changedAt: MoreThanOrEqual(since) },
    order: { changedAt: 'ASC' },
    take: limit,
  });
}

/** What the settling needs to know about an incident. */
export type Unsettled = Pick<IncidentRow, 'id' | 'pipelineKey'>;

/** Incidents with an executed action that waits for its outcome since before `before`. */
export async function unsettledSince(manager: Transaction, before: Date, limit: number): Promise<Unsettled[]> {
  return await manager.find(IncidentRow, {
    select: { id: true, pipelineKey: true },
    where: { verifyingSince: LessThan(before) },
    order: { verifyingSince: 'ASC' },
    take: limit,
  });
}

/** Ids of incidents of pipelines (by key) with an executed action that waits for its outcome. */
export async function unsettledOfPipelines(
  transaction: Transaction,
  pipelineKeys: readonly string[],
): Promise<string[]> {
  if (pipelineKeys.length === 0) return [];
  const rows = await transaction.query<{ id: string }[]>(
    'SELECT id FROM incidents WHERE verifying_since IS NOT NULL AND pipeline_key = ANY($1::text[])',
    [[...pipelineKeys]],
  );
  return rows.map((row) => row.id);
}

/** How many incidents stand in each state other than `closed`. */
export async function countOpen(manager: Transaction): Promise<{ state: string; count: number }[]> {
  return await manager.query<{ state: string; count: number }[]>(
    `SELECT state, count(*)::int AS count FROM incidents WHERE state <> 'closed' GROUP BY state`,
  );
}
