import { iso } from '@prunella/core';
import { type DigestSettings, digestDue } from '@prunella/policy';
import { eventIds, insertEvents, putOutbox, type Store } from '@prunella/store';
import { eventRecord, recordId } from '../ledger/event-record.ts';
import { type SummaryDeps, summaryReport } from '../report/summary.ts';
import { digestOf } from './digest.ts';

/** News does not get better by age: one that was due before that is left out. */
const GRACE_MS = 24 * 3_600_000;

/** When it is, and what is known by then. */
export interface DigestMoment {
  /** In ms since the epoch. */
  now: number;
  /** All events up to then are recorded, in ms since the epoch. */
  heardUntil: number;
  /** The CloudEvents source of what we publish. */
  source: string;
}

/**
 * Makes the digest that is due, once: its id follows from when it became due, and it is recorded and put into the outbox in one transaction. Whatever
 * replica comes first, and whatever is started again, tells it; the others find it told.
 *
 * @param settings undefined: nobody wants one.
 * @returns whether one was made now.
 */
export async function makeDigest(
  d: SummaryDeps & { store: Store },
  settings: DigestSettings | undefined,
  { now, heardUntil, source }: DigestMoment,
): Promise<boolean> {
  if (settings === undefined) return false;
  const { from, to } = digestDue(settings, now);
  // Some of what happened may still be on its way.
  if (now - to > GRACE_MS || heardUntil < to) return false;
  const id = `digest/${iso(to)}`;
  const known = await d.store.read((manager) => eventIds(manager, [recordId('digest.made', { source, id })]));
  if (known.size > 0) return false;
  const summary = await summaryReport(d, { from: new Date(from), to: new Date(to) }, to);
  const data = digestOf(summary, settings.channel ?? '');
  const event = eventRecord({ subject: 'digest.made', source, id, time: iso(to), data }, now);
  return await d.store.transaction(async (transaction) => {
    const fresh = await insertEvents(transaction, [event]);
    if (fresh.size === 0) return false;
    await putOutbox(transaction, [{ id, subject: 'digest.made', payload: { time: iso(to), data } }]);
    return true;
  });
}
