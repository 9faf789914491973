import { changeOf, entryId, greensInARow, isInForce, neededGreens } from '@prunella/quarantine';
import { addResults, lock, quarantineById, resultsOf, type Transaction } from '@prunella/store';
import { makeChange } from './record-changes.ts';

/** How tests went in one run of the default branch. */
export interface Report {
  repository: string;
  /** The same however often it is reported, and for all attempts. */
  run: string;
  results: readonly { test: string; passed: boolean }[];
}

/** Where a test that was reported stands. */
export interface Counted {
  id: string;
  test: string;
  /** Runs that passed in a row. */
  greens: number;
  /** So many are needed. */
  of: number;
  released: boolean;
}

/** Counts the results of tests that are in quarantine, and releases those that passed often enough; others are passed over. */
export async function countResults(
  transaction: Transaction,
  { repository, run, results }: Report,
  about: { source: string; now: number },
): Promise<Counted[]> {
  const ids = new Map(results.map(({ test }) => [test, entryId(repository, test)]));
  await lock(transaction, ids.values());
  const entries = (await quarantineById(transaction, [...ids.values()])).filter((one) => isInForce(one, about.now));
  const skipped = new Set(entries.map((entry) => entry.entryId));
  await addResults(
    transaction,
    results
      .map(({ test, passed }) => ({ entryId: ids.get(test) ?? '', run, passed }))
      .filter((result) => skipped.has(result.entryId)),
  );
  const all = await resultsOf(transaction, [...skipped]);
  const counted: Counted[] = [];
  for (const entry of entries) {
    const greens = greensInARow(all.filter((result) => result.entryId === entry.entryId));
    const of = neededGreens(entry);
    const released = greens >= of;
    counted.push({ id: entry.entryId, test: entry.test, greens, of, released });
    if (!released) continue;
    const reason = `It passed in ${greens} runs of the default branch in a row.`;
    await makeChange(transaction, changeOf(entry, 'released', { by: 'prunella', reason, at: about.now }), about);
  }
  return counted;
}
