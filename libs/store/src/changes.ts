import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** A change that was asked for through the API. */
export interface ApiChange {
  at: Date;
  /** Empty: nobody said. */
  who: string;
  role: string;
  /** How we know who it is: `token`, `session`; `shared` and `open`: it is only said. */
  via: string;
  /** `POST /v1/...` */
  what: string;
  reason: string;
  /** JSON, cut. */
  request: string;
}

export interface RecordedChange extends ApiChange {
  id: string;
  /** How it was answered; null: we were ended in the middle of it. */
  status: number | null;
}

/** Writes down that it was asked for. @returns its number. */
export async function noteChange(manager: Transaction, change: ApiChange): Promise<string> {
  const { at, ...texts } = change;
  // What people send may hold what Postgres takes in no text.
  const { who, role, via, what, reason, request } = JSON.parse(storable(texts)) as Omit<ApiChange, 'at'>;
  const [row] = await manager.query<{ id: string }[]>(
    `INSERT INTO api_changes (at, who, role, via, what, reason, request) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [at, who, role, via, what, reason, request],
  );
  return (row as { id: string }).id;
}

/** Writes down how it was answered. @param status of HTTP. */
export async function noteChangeEnded(manager: Transaction, id: string, status: number): Promise<void> {
  await manager.query('UPDATE api_changes SET status = $2 WHERE id = $1', [id, status]);
}

/** The newest first. @param before only those with a smaller number. */
export async function listChanges(
  manager: Transaction,
  { limit, before }: { limit: number; before?: string | undefined },
): Promise<RecordedChange[]> {
  return await manager.query<RecordedChange[]>(
    'SELECT * FROM api_changes WHERE $2::bigint IS NULL OR id < $2 ORDER BY id DESC LIMIT $1',
    [limit, before ?? null],
  );
}
