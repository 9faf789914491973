import type { EventRecord } from '@prunella/store';
import { attemptOf, inCausalOrder, isReversal, isUndo, ofSubject } from '../ledger/causal.ts';
import { proofOf } from './proof.ts';

/** What an outcome is about: one outcome counts for each, and at most one reversal. */
export function outcomeKey(event: EventRecord<'action.executed' | 'outcome.observed'>): string {
  const action = event.subject === 'action.executed' ? event.data.action.type : event.data.action;
  return `${event.data.incidentId}/${attemptOf(event)}/${action}`;
}

/** The actions that took effect and heal something, one for each key, in causal order. What took one back heals nothing. */
export function executedActions(events: readonly EventRecord[]): EventRecord<'action.executed'>[] {
  return firstByKey(
    ofSubject(inCausalOrder(events), 'action.executed').filter(
      (event) => event.data.status === 'executed' && proofOf(event.data.action.type) !== 'nothing' && !isUndo(event),
    ),
  );
}

/** The outcome that counts for each key: the first, unless it was a heal that was taken back later. */
export function countedOutcomes(events: readonly EventRecord[]): EventRecord<'outcome.observed'>[] {
  const reversals = new Map(reversalsIn(events).map((reversal) => [outcomeKey(reversal), reversal]));
  return firstOutcomes(events).map((first) =>
    first.data.outcome === 'healed' ? (reversals.get(outcomeKey(first)) ?? first) : first,
  );
}

/** The first outcome for each key: what was said before anything was taken back. */
export function firstOutcomes(events: readonly EventRecord[]): EventRecord<'outcome.observed'>[] {
  return firstByKey(ofSubject(inCausalOrder(events), 'outcome.observed').filter((event) => !isReversal(event)));
}

function reversalsIn(events: readonly EventRecord[]): EventRecord<'outcome.observed'>[] {
  return firstByKey(
    ofSubject(inCausalOrder(events), 'outcome.observed').filter(
      (event) => isReversal(event) && (event.data.outcome === 'ineffective' || event.data.outcome === 'harmful'),
    ),
  );
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
