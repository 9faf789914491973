import type { EventRecord } from '@prunella/store';
import { attemptOf, inCausalOrder, ofSubject } from '../ledger/causal.ts';
import { proofOf } from './proof.ts';

/** What an outcome is about: one outcome counts for each. */
export function outcomeKey(event: EventRecord<'action.executed' | 'outcome.observed'>): string {
  const action = event.subject === 'action.executed' ? event.data.action.type : event.data.action;
  return `${event.data.incidentId}/${attemptOf(event)}/${action}`;
}

/** The actions that took effect and heal something, one for each key, in causal order. */
export function executedActions(events: readonly EventRecord[]): EventRecord<'action.executed'>[] {
  return firstByKey(
    ofSubject(inCausalOrder(events), 'action.executed').filter(
      (event) => event.data.status === 'executed' && proofOf(event.data.action.type) !== 'nothing',
    ),
  );
}

/** The outcome that counts for each key: the first. */
export function countedOutcomes(events: readonly EventRecord[]): EventRecord<'outcome.observed'>[] {
  return firstByKey(ofSubject(inCausalOrder(events), 'outcome.observed'));
}

/** The executed actions that have no outcome yet. */
export function unsettledActions(events: readonly EventRecord[]): EventRecord<'action.executed'>[] {
  const settled = new Set(countedOutcomes(events).map(outcomeKey));
  return executedActions(events).filter((action) => !settled.has(outcomeKey(action)));
}

function firstByKey<E extends EventRecord<'action.executed' | 'outcome.observed'>>(events: readonly E[]): E[] {
  const seen = new Set<string>();
  return events.filter((event) => {
    const key = outcomeKey(event);
    return !seen.has(key) && seen.add(key);
  });
}
