import type { Transaction } from './store.ts';

/** Ids of incidents that were opened before that, the oldest first. */
export async function incidentsOpenedBefore(manager: Transaction, before: Date, limit: number): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    'SELECT id FROM incidents WHERE opened_at < $1 ORDER BY opened_at, id LIMIT $2',
    [before, limit],
  );
  return rows.map(({ id }) => id);
}

/** Deletes incidents with their events and all that was derived from them. @returns ids of the debts that they had a part in. */
export async function deleteIncidents(transaction: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const parameters = [[...ids]];
  await transaction.query('DELETE FROM incidents WHERE id = ANY($1::text[])', parameters);
  await transaction.query('DELETE FROM healings WHERE incident_id = ANY($1::text[])', parameters);
  await transaction.query('DELETE FROM decisions WHERE incident_id = ANY($1::text[])', parameters);
  await transaction.query('DELETE FROM joins WHERE incident_id = ANY($1::text[])', parameters);
  await transaction.query('DELETE FROM events WHERE incident_id = ANY($1::text[])', parameters);
  const [entries] = await transaction.query<[{ id: string }[], number]>(
    'DELETE FROM debt_entries WHERE incident_id = ANY($1::text[]) RETURNING debt_id AS id',
    parameters,
  );
  return [...new Set(entries.map(({ id }) => id))];
}
