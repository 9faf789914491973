import type { Subject } from '@prunella/contracts';
import type { EventRecord } from '@prunella/store';

/**
 * Within one attempt things happen in this order. An outcome belongs to the attempt that proves it, the one after the
 * action's: it follows that attempt's end and diagnosis, and comes before what is decided next. One that takes a heal back is
 * proven by what may belong to another incident: it comes last.
 */
const STEPS: readonly Subject[] = [
  'pipeline.started',
  'tests.reported',
  'pipeline.finished',
  'anomaly.detected',
  'pipeline.failed',
  'diagnosis.made',
  'outcome.observed',
  'action.requested',
  'action.approved',
  'action.scheduled',
  'action.executed',
];

/** The attempt an event is about, from 1. */
export function attemptOf(event: EventRecord): number {
  switch (event.subject) {
    case 'pipeline.started':
    case 'pipeline.finished':
    case 'pipeline.failed':
    case 'action.approved':
      return Math.max(event.data.attempt, 1);
    case 'breaker.closed':
    case 'confidence.updated':
    case 'standing.changed':
    case 'debt.changed':
    case 'quarantine.changed':
    case 'dependency.changed':
    case 'flakiness.updated':
    case 'digest.made':
      return 1;
    default:
      return Math.max(event.data.run.attempt, 1);
  }
}

/**
 * The events in the order in which one led to the other, each once. Clocks of publishers differ and messages overtake
 * each other: the order depends on neither, and is the same whatever the order they come in.
 */
export function inCausalOrder(events: readonly EventRecord[]): EventRecord[] {
  // All that is told of an incident begins with this, and what one sorted another sorts again.
  if (events.every((event, at) => at === 0 || compare(events[at - 1] as EventRecord, event) < 0)) return [...events];
  const once = new Map(events.map((event) => [event.id, event]));
  return [...once.values()].sort(compare);
}

function compare(a: EventRecord, b: EventRecord): number {
  return (
    placeOf(a) - placeOf(b) ||
    STEPS.indexOf(a.subject) - STEPS.indexOf(b.subject) ||
    Date.parse(a.time) - Date.parse(b.time) ||
    (a.seq ?? 0) - (b.seq ?? 0) ||
    (a.id < b.id ? -1 : 1)
  );
}

function placeOf(event: EventRecord): number {
  if (isReversal(event)) return Number.MAX_SAFE_INTEGER;
  return attemptOf(event) + (event.subject === 'outcome.observed' ? 1 : 0);
}

/** Whether an event takes a heal back. */
export function isReversal(event: EventRecord): boolean {
  // What was recorded before there were reversals does not have the field.
  return event.subject === 'outcome.observed' && Boolean(event.data.reverses);
}

/** Whether an event says that the effect of an action was taken back, or could not be. */
export function isUndo(event: EventRecord): boolean {
  return event.subject === 'action.executed' && Boolean(event.data.undoes);
}

/** The events of one subject, in the order given. */
export function ofSubject<S extends Subject>(events: readonly EventRecord[], subject: S): EventRecord<S>[] {
  return events.filter((event): event is EventRecord<S> => event.subject === subject);
}
