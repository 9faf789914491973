import type { EventRecord } from '@prunella/store';
import { countedOutcomes, executedActions } from '../outcomes/actions.ts';
import { attemptOf, inCausalOrder, isUndo, ofSubject } from './causal.ts';

/** What happened around the newest attempt that is in trouble: what an incident's list entry is about. */
export interface Chapter {
  attempt: number;
  diagnosis: EventRecord<'diagnosis.made'> | undefined;
  requested: EventRecord<'action.requested'> | undefined;
  /** What was answered to the request, also by those who may not. */
  answers: EventRecord<'action.approved'>[];
  scheduled: EventRecord<'action.scheduled'> | undefined;
  /** The action that took effect; where none did, the last one that was decided. */
  executed: EventRecord<'action.executed'> | undefined;
  /** Of that action. */
  outcome: EventRecord<'outcome.observed'> | undefined;
  /** The end of a later attempt that succeeded, or of a deployment that was bad and became well again. */
  green: EventRecord<'pipeline.finished'> | undefined;
}

/** What makes a run an incident: something failed, or was diagnosed or decided. */
export function isTrouble(event: EventRecord): boolean {
  return (
    event.subject !== 'pipeline.started' &&
    event.subject !== 'pipeline.finished' &&
    event.subject !== 'anomaly.detected' &&
    event.subject !== 'breaker.closed' &&
    event.subject !== 'confidence.updated' &&
    event.subject !== 'standing.changed' &&
    event.subject !== 'debt.changed' &&
    event.subject !== 'watch.ended' &&
    event.subject !== 'tests.reported' &&
    event.subject !== 'flakiness.updated' &&
    event.subject !== 'digest.made'
  );
}

/** The newest chapter; undefined: there is no trouble. */
export function newestChapter(events: readonly EventRecord[]): Chapter | undefined {
  const ordered = inCausalOrder(events);
  const attempt = Math.max(0, ...ordered.filter(isTrouble).map(attemptOf));
  if (attempt === 0) return undefined;
  const own = ordered.filter((event) => attemptOf(event) === attempt);
  const executed = executedActions(own).at(-1) ?? ofSubject(own, 'action.executed').findLast((event) => !isUndo(event));
  const outcomes = countedOutcomes(own);
  return {
    attempt,
    diagnosis: ofSubject(own, 'diagnosis.made').at(-1),
    requested: ofSubject(own, 'action.requested').at(-1),
    answers: ofSubject(own, 'action.approved'),
    scheduled: ofSubject(own, 'action.scheduled').at(-1),
    executed,
    outcome: outcomes.find((outcome) => outcome.data.action === executed?.data.action.type) ?? outcomes.at(-1),
    green: ofSubject(ordered, 'pipeline.finished').find((event) => isEnd(event, attempt, own)),
  };
}

/**
 * Whether a success ends the trouble of an attempt. A run does as a later attempt; what was deployed is the same afterwards, so what was told after its trouble counts
 * there. That a job or a check passed says nothing about the rest.
 */
function isEnd(event: EventRecord<'pipeline.finished'>, attempt: number, own: readonly EventRecord[]): boolean {
  const { kind, conclusion } = event.data;
  if (conclusion !== 'success') return false;
  if (kind === 'run') return attemptOf(event) > attempt;
  if (kind !== 'deployment' || attemptOf(event) < attempt) return false;
  const troubles = ofSubject(own, 'pipeline.failed').map(({ time }) => Date.parse(time));
  return troubles.length > 0 && Date.parse(event.time) > Math.max(...troubles);
}
