import type { Conclusion, Outcome, OutcomeObserved } from '@prunella/contracts';
import { formatDuration, iso } from '@prunella/core';
import type { EventRecord } from '@prunella/store';
import { attemptOf, inCausalOrder, ofSubject } from '../ledger/causal.ts';
import { unsettledActions } from './actions.ts';
import { proofOf } from './proof.ts';

type Action = EventRecord<'action.executed'>;
type Ending = EventRecord<'pipeline.finished' | 'pipeline.failed'>;
interface Finding {
  outcome: Outcome;
  reason: string;
  evidence: EventRecord[];
}

const FAILURES: readonly Conclusion[] = ['failure', 'timed_out', 'startup_failure'];

/** When something is judged; epoch ms. */
export interface Moment {
  now: number;
  /**
   * Every event published until then is known. Of what happened later, that nothing was heard says nothing: an auditor that was away for
   * days has the proof still before it.
   */
  heardUntil: number;
}

/**
 * What the events prove about the executed actions that have no outcome yet. `events` are those of one incident and, where
 * its publisher names no runs, how its pipeline went on. An action of which nothing is heard for `withinMs` after it is
 * inconclusive: no data is never a success.
 */
export function settle(events: readonly EventRecord[], moment: Moment, withinMs: number): OutcomeObserved[] {
  return unsettledActions(events).flatMap((action) => {
    const finding =
      (proofOf(action.data.action.type) === 'later-run' ? byLaterRun(action, events) : undefined) ??
      byTime(action, moment.heardUntil, withinMs);
    return finding === undefined ? [] : [observed(action, finding, moment.now)];
  });
}

/** What the end of the run that an action led to proves; undefined: nothing yet. */
export function byLaterRun(action: Action, events: readonly EventRecord[]): Finding | undefined {
  const ending = firstEndingAfter(action, events);
  if (ending === undefined) return undefined;
  const { conclusion } = ending.data;
  const what = action.data.run.runId === '' ? 'the next run' : `attempt ${attemptOf(ending)}`;
  if (conclusion === 'success') {
    return { outcome: 'healed', reason: `${what} succeeded after ${action.data.action.type}`, evidence: [ending] };
  }
  if (!FAILURES.includes(conclusion)) {
    return { outcome: 'inconclusive', reason: `${what} ended ${conclusion}, which proves nothing`, evidence: [ending] };
  }
  const diagnosis = ofSubject(inCausalOrder(events), 'diagnosis.made').findLast(
    (event) => event.incidentId === ending.incidentId && attemptOf(event) === attemptOf(ending),
  );
  if (diagnosis === undefined) return undefined;
  const evidence = [ending, diagnosis];
  return diagnosis.data.fingerprint === action.data.fingerprint
    ? { outcome: 'ineffective', reason: `${what} failed in the same way: ${diagnosis.data.cause}`, evidence }
    : {
        outcome: 'inconclusive',
        reason: `it failed differently: ${what} with ${diagnosis.data.cause}, ${diagnosis.data.explanation}`,
        evidence,
      };
}

/**
 * The end of the run that the action led to: the same run's next attempt (a later one is somebody else's, also while nothing is
 * known of the next), or the pipeline's next run where runs have no id.
 */
function firstEndingAfter(action: Action, events: readonly EventRecord[]): Ending | undefined {
  const endings = inCausalOrder(events).filter(
    (event): event is Ending =>
      (event.subject === 'pipeline.finished' || event.subject === 'pipeline.failed') && event.data.kind === 'run',
  );
  if (action.data.run.runId !== '') {
    return endings.find(
      (event) => event.incidentId === action.incidentId && attemptOf(event) === attemptOf(action) + 1,
    );
  }
  return endings
    .filter((event) => event.pipelineKey === action.pipelineKey && event.incidentId !== action.incidentId)
    .filter((event) => timeOf(event) > timeOf(action))
    .sort((a, b) => timeOf(a) - timeOf(b))[0];
}

function byTime(action: Action, heardUntil: number, withinMs: number): Finding | undefined {
  if (heardUntil - timeOf(action) < withinMs) return undefined;
  const type = action.data.action.type;
  return {
    outcome: 'inconclusive',
    reason: `nothing proved within ${formatDuration(withinMs)} that ${type} helped; no data is not success`,
    evidence: [action],
  };
}

function observed(action: Action, finding: Finding, now: number): OutcomeObserved {
  const { incidentId, run, decidedBy, fingerprint, prior } = action.data;
  return {
    incidentId,
    run,
    action: action.data.action.type,
    outcome: finding.outcome,
    reason: finding.reason,
    decidedBy,
    fingerprint,
    prior,
    observedAt: iso(now),
    evidenceEventIds: finding.evidence.map((event) => event.eventId),
    reverses: '',
    provenAt: iso(Math.max(...finding.evidence.map(timeOf))),
  };
}

function timeOf(event: EventRecord): number {
  return Date.parse(event.time);
}
