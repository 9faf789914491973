import { formatDuration } from '@prunella/core';
import { changeOf, isInForce } from '@prunella/quarantine';
import { lock, overdueQuarantine, quarantineById, type Store } from '@prunella/store';
import { makeChange } from './record-changes.ts';

const AT_A_TIME = 100;

/** Tells of entries whose time is over. Runners have not got them any more since then. */
export async function expireQuarantine(store: Store, about: { source: string; now: number }): Promise<void> {
  const overdue = await store.read((manager) => overdueQuarantine(manager, new Date(about.now), AT_A_TIME));
  for (const { entryId } of overdue) {
    await store.transaction(async (transaction) => {
      await lock(transaction, [entryId]);
      // Somebody may have extended it, or told of it, meanwhile.
      const [entry] = await quarantineById(transaction, [entryId]);
      if (entry === undefined || isInForce(entry, about.now)) return;
      if (entry.change !== 'added' && entry.change !== 'extended') return;
      const expiry = Date.parse(entry.expiresAt);
      const lasted = formatDuration(Math.max(0, expiry - Date.parse(entry.at)));
      const reason = `Its time (${lasted}) is over, and it is not known to be mended: it is run again.`;
      await makeChange(transaction, changeOf(entry, 'expired', { by: 'prunella', reason, at: expiry }), about);
    });
  }
}
