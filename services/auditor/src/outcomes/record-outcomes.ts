import type { OutcomeObserved } from '@prunella/contracts';
import { type EventRecord, insertEvents, putOutbox, type ReturnedFailure, type Transaction } from '@prunella/store';
import { eventRecord } from '../ledger/event-record.ts';
import type { History } from '../ledger/history.ts';
import type { AuditSettings } from '../settings.ts';
import { countedOutcomes, outcomeKey } from './actions.ts';
import { reverse } from './reverse.ts';
import { type Moment, settle } from './settle.ts';
import { type OutcomeTrace, traceOf } from './trace.ts';

type OutcomeEvent = EventRecord<'outcome.observed'>;

/**
 * Settles what can be settled, and takes back the heals of what returned. An outcome is recorded, added to its history and put into the
 * outbox at once; when it comes back from the bus it is known already.
 */
export async function recordOutcomes(
  transaction: Transaction,
  histories: readonly History[],
  moment: Moment,
  settings: AuditSettings,
  returned: readonly ReturnedFailure[] = [],
): Promise<OutcomeEvent[]> {
  const recorded: { event: OutcomeEvent; trace: OutcomeTrace | undefined }[] = [];
  for (const history of histories) {
    const back = returned.filter(({ incidentId }) => incidentId === history.incidentId);
    for (const data of [
      ...settle([...history.own, ...history.later], moment, settings.settleWithinMs),
      ...reverse(history.own, back, moment.now),
    ]) {
      const time = data.observedAt ?? '';
      const others = [...history.later, ...back.map((each) => each.returned)];
      const trace = traceOf(data, history.own, others);
      const told = {
        ...({ subject: 'outcome.observed', source: settings.source, id: idOf(data), time, data } as const),
        ...(trace && { traceparent: trace.traceparent }),
      };
      const event = eventRecord(told, moment.now) as OutcomeEvent;
      history.own.push(event);
      recorded.push({ event, trace });
    }
  }
  const events = recorded.map(({ event }) => event);
  await insertEvents(transaction, events);
  await putOutbox(
    transaction,
    recorded.map(({ event: { eventId, subject, time, data }, trace }) => ({
      ...{ id: eventId, subject },
      payload: { time, data, ...trace },
    })),
  );
  return events;
}

function idOf({ incidentId, run, action, reverses }: OutcomeObserved): string {
  const id = `${incidentId}/${Math.max(run.attempt, 1)}/${action}/outcome`;
  return reverses === '' ? id : `${id}/reversed`;
}

/** The outcome that counts for an action, where it is another one than before. */
export interface Verdict {
  /** Absent: there was none. */
  before?: OutcomeEvent;
  now: OutcomeEvent;
}

/** What the fresh events change of the outcomes that count. It depends on the events only, and not on the order in which they came. */
export function changedVerdicts(fresh: readonly EventRecord[], histories: readonly History[]): Verdict[] {
  const freshIds = new Set(fresh.map((event) => event.id));
  return histories.flatMap(({ own }) => {
    const old = countedOutcomes(own.filter((event) => !freshIds.has(event.id)));
    const before = new Map(old.map((outcome) => [outcomeKey(outcome), outcome]));
    return countedOutcomes(own).flatMap((now) => {
      const was = before.get(outcomeKey(now));
      return was?.id === now.id ? [] : [{ now, ...(was && { before: was }) }];
    });
  });
}
