import type { Transaction } from './store.ts';

/** Waits until this transaction alone works on all of `keys`. Locks are taken in one order, and let go at its end. */
export async function lock(transaction: Transaction, keys: Iterable<string>): Promise<void> {
  await transaction.query(
    `SELECT pg_advisory_xact_lock(key) FROM (
       SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key
     ) AS keys`,
    [[...keys]],
  );
}

/** Takes the locks of all of `keys` without waiting; false: another transaction has one of them. */
export async function tryLock(transaction: Transaction, keys: Iterable<string>): Promise<boolean> {
  const rows = await transaction.query<{ mine: boolean }[]>(
    `SELECT pg_try_advisory_xact_lock(key) AS mine FROM (
       SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key
     ) AS keys`,
    [[...keys]],
  );
  return rows.every((row) => row.mine);
}
