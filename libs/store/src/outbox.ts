import type { Subject } from '@prunella/contracts';
import { storable } from './json.ts';
import { tryLock } from './locks.ts';
import type { Transaction } from './store.ts';
import { type OutboxPayload, OutboxRow } from './tables/outbox.ts';

/** An event to publish after the transaction. */
export type OutboxWrite<S extends Subject = Subject> = S extends Subject
  ? { id: string; subject: S; payload: OutboxPayload<S> }
  : never;

/** Puts events into the outbox; one that waits there already stays as it is. */
export async function putOutbox(transaction: Transaction, events: readonly OutboxWrite[]): Promise<void> {
  if (events.length === 0) return;
  await transaction.query(
    `INSERT INTO outbox (id, subject, payload)
     SELECT id, subject, payload FROM jsonb_to_recordset($1::jsonb) AS r (id text, subject text, payload jsonb)
     ON CONFLICT DO NOTHING`,
    [storable(events)],
  );
}

/** The oldest events that wait, for this transaction alone: one replica publishes at a time, so that the order holds. */
export async function takeOutbox(transaction: Transaction, limit: number): Promise<OutboxRow[]> {
  if (!(await tryLock(transaction, ['outbox']))) return [];
  return await transaction.find(OutboxRow, { order: { position: 'ASC' }, take: limit });
}

/** Whether any event waits to be published. */
export async function isOutboxEmpty(manager: Transaction): Promise<boolean> {
  return (await manager.query<unknown[]>('SELECT 1 FROM outbox LIMIT 1')).length === 0;
}

/** How many events wait to be published. */
export async function countOutbox(manager: Transaction): Promise<number> {
  return await manager.count(OutboxRow);
}

export async function deleteOutbox(transaction: Transaction, ids: readonly string[]): Promise<void> {
  await transaction.query('DELETE FROM outbox WHERE id = ANY($1::text[])', [[...ids]]);
}
