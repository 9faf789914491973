import { storable } from './json.ts';
import type { Transaction } from './store.ts';
import type { StandingEntry } from './tables/confidence.ts';

/** A change of a standing, by the id under which its event is recorded. */
export interface StandingRecord {
  id: string;
  entry: StandingEntry;
}

/** The place in the list of changes after one. */
export interface StandingPosition {
  at: Date;
  id: string;
}

/** Writes changes down. Those that are there already stay. @returns how many are new. */
export async function putStandingChanges(
  transaction: Transaction,
  changes: readonly StandingRecord[],
): Promise<number> {
  if (changes.length === 0) return 0;
  const rows = changes.map(({ id, entry }) => {
    const { eventId: _, ...change } = entry;
    return { id, decided_by: change.decidedBy, action: change.action, at: change.at, change };
  });
  const written = await transaction.query<unknown[]>(
    `INSERT INTO standing_changes (id, decided_by, action, at, change)
     SELECT id, decided_by, action, at, change
     FROM jsonb_to_recordset($1::jsonb) AS r (id text, decided_by text, action text, at timestamptz, change jsonb)
     ORDER BY id
     ON CONFLICT DO NOTHING
     RETURNING id`,
    [storable(rows)],
  );
  return written.length;
}

/** Changes of standings, the newest first. @param filter exact matches; absent: any. */
export async function listStandingChanges(
  manager: Transaction,
  filter: { decidedBy?: string | undefined; action?: string | undefined },
  page: { limit: number; after?: StandingPosition | undefined },
): Promise<{ id: string; at: Date; change: Omit<StandingEntry, 'eventId'> }[]> {
  return await manager.query(
    `SELECT id, at, change FROM standing_changes
     WHERE ($1::text IS NULL OR decided_by = $1) AND ($2::text IS NULL OR action = $2)
       AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4))
     ORDER BY at DESC, id DESC LIMIT $5`,
    [filter.decidedBy ?? null, filter.action ?? null, page.after?.at ?? null, page.after?.id ?? null, page.limit],
  );
}
