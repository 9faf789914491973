import { type EventRecord, insertEvents, putOutbox, type Transaction } from '@prunella/store';
import { eventRecord } from '../ledger/event-record.ts';
import type { History } from '../ledger/history.ts';
import type { AuditSettings } from '../settings.ts';
import { countedOutcomes, outcomeKey } from './actions.ts';
import { settle } from './settle.ts';

/**
 * Settles what can be settled. An outcome is recorded, added to its history and put into the outbox at once; when it comes back
 * from the bus it is known already.
 */
export async function recordOutcomes(
  transaction: Transaction,
  histories: readonly History[],
  now: number,
  settings: AuditSettings,
): Promise<EventRecord<'outcome.observed'>[]> {
  const recorded: EventRecord<'outcome.observed'>[] = [];
  for (const history of histories) {
    for (const data of settle([...history.own, ...history.later], now, settings.settleWithinMs)) {
      const id = `${data.incidentId}/${Math.max(data.run.attempt, 1)}/${data.action}/outcome`;
      const time = data.observedAt ?? '';
      const event = eventRecord({ subject: 'outcome.observed', source: settings.source, id, time, data }, now);
      history.own.push(event);
      recorded.push(event as EventRecord<'outcome.observed'>);
    }
  }
  await insertEvents(transaction, recorded);
  await putOutbox(
    transaction,
    recorded.map(({ eventId, subject, time, data }) => ({ id: eventId, subject, payload: { time, data } })),
  );
  return recorded;
}

/** Of the fresh events the outcomes that count: an action's first, when none was recorded before. */
export function countedAmong(
  fresh: readonly EventRecord[],
  histories: readonly History[],
): EventRecord<'outcome.observed'>[] {
  const freshIds = new Set(fresh.map((event) => event.id));
  return histories.flatMap(({ own }) => {
    const before = countedOutcomes(own.filter((event) => !freshIds.has(event.id)));
    const taken = new Set(before.map(outcomeKey));
    return countedOutcomes(own.filter((event) => freshIds.has(event.id))).filter(
      (outcome) => !taken.has(outcomeKey(outcome)),
    );
  });
}
