import type { QuarantineChanged } from '@prunella/contracts';
import { type Entry, fold } from '@prunella/quarantine';
import {
  type EventRecord,
  forgetResults,
  insertEvents,
  lock,
  putOutbox,
  putQuarantine,
  quarantineById,
  type Transaction,
} from '@prunella/store';
import { ofSubject } from '../ledger/causal.ts';
import { eventRecord } from '../ledger/event-record.ts';

/** Brings entries up to date with what was newly recorded. The same events again, or in another order, change nothing. */
export async function recordChanges(transaction: Transaction, fresh: readonly EventRecord[]): Promise<void> {
  const changes = ofSubject(fresh, 'quarantine.changed').map(({ eventId, data }): Entry => ({ ...data, eventId }));
  if (changes.length === 0) return;
  const ids = [...new Set(changes.map((change) => change.entryId))];
  await lock(transaction, ids);
  const known = new Map((await quarantineById(transaction, ids)).map((entry) => [entry.entryId, entry]));
  const changed = [...fold(known, changes).values()].filter((entry) => known.get(entry.entryId) !== entry);
  await putQuarantine(transaction, changed);
  const countedAnew = changed.filter(({ change }) => change !== 'extended').map((entry) => entry.entryId);
  await forgetResults(transaction, countedAnew);
}

/** Makes a change here: it is recorded, holds at once, and is published afterwards. Its id follows from what it says. */
export async function makeChange(
  transaction: Transaction,
  data: QuarantineChanged,
  { source, now }: { source: string; now: number },
): Promise<void> {
  const id = `${data.entryId}/${data.change}/${data.at}`;
  const event = eventRecord({ subject: 'quarantine.changed', source, id, time: data.at, data }, now);
  await insertEvents(transaction, [event]);
  await recordChanges(transaction, [event]);
  await putOutbox(transaction, [{ id, subject: 'quarantine.changed', payload: { time: data.at, data } }]);
}
