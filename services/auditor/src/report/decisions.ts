import type { Decision, EventRecord } from '@prunella/store';
import { causeOf } from '../debts/cause.ts';
import { attemptOf, isUndo, ofSubject } from '../ledger/causal.ts';
import { countedOutcomes, outcomeKey } from '../outcomes/actions.ts';
import { proofOf } from '../outcomes/proof.ts';

type Executed = EventRecord<'action.executed'>;

/** What was decided about an incident that an action could heal, from its events, in the order of time. */
export function decisionsOf(events: readonly EventRecord[]): Decision[] {
  const counted = new Map(countedOutcomes(events).map((outcome) => [outcomeKey(outcome), outcome.data.outcome]));
  return ofSubject(events, 'action.executed')
    .filter((event) => !isUndo(event) && proofOf(event.data.action.type) !== 'nothing')
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1))
    .map((event, place) => {
      const { incidentId, action, status, run } = event.data;
      const outcome = status === 'executed' ? counted.get(outcomeKey(event)) : undefined;
      return {
        ...{ id: event.id, incidentId, at: event.time, action: action.type, status, first: place === 0 },
        arm: armOf(event),
        chosen: armOf(event) === 'treated' && isHoldOut(event, { allows: true }),
        ...{ cause: causeOf(event), repository: run.repository, pipelineKey: event.pipelineKey ?? null },
        healed: outcome === undefined ? null : outcome === 'healed',
        recoveredAt: recoveredAt(event, events),
      };
    });
}

function armOf(event: Executed): Decision['arm'] {
  const { status, verdict } = event.data;
  if (status === 'executed' && verdict === 'acting') return 'treated';
  if (status === 'observed' && isHoldOut(event, { allows: false })) return 'held_out';
  return status === 'recommended' ? 'recommended' : null;
}

/** Whether chance had a say in it, and said that. */
function isHoldOut({ data }: Executed, { allows }: { allows: boolean }): boolean {
  return data.reasons.some((reason) => reason.check === 'hold-out' && reason.allows === allows);
}

/** A later attempt of the same run that succeeded, or a deployment that became well. */
function recoveredAt(event: Executed, events: readonly EventRecord[]): string | null {
  const times = ofSubject(events, 'pipeline.finished')
    .filter(({ data }) => data.conclusion === 'success')
    .filter((end) => end.data.kind === 'deployment' || (end.data.kind === 'run' && attemptOf(end) > attemptOf(event)))
    .map(({ time }) => Date.parse(time))
    .filter((time) => time > Date.parse(event.time));
  return times.length === 0 ? null : new Date(Math.min(...times)).toISOString();
}
