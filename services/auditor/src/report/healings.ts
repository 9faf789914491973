import type { EventRecord, Healing } from '@prunella/store';
import { causeOf } from '../debts/cause.ts';
import { attemptOf, inCausalOrder, ofSubject } from '../ledger/causal.ts';
import { countedOutcomes, executedActions, firstOutcomes, outcomeKey } from '../outcomes/actions.ts';
import { workloadActions } from '../outcomes/proof.ts';
import { rerunMinutes, spent } from './spent.ts';

/** What was done about an incident, from its events: one for each attempt and action. */
export function healingsOf(events: readonly EventRecord[]): Healing[] {
  const first = new Map(firstOutcomes(events).map((outcome) => [outcomeKey(outcome), outcome]));
  const counted = new Map(countedOutcomes(events).map((outcome) => [outcomeKey(outcome), outcome]));
  return executedActions(events).map((action) => {
    const { incidentId, run, fingerprint, decidedBy, cost } = action.data;
    const { type } = action.data.action;
    const key = outcomeKey(action);
    const outcome = counted.get(key)?.data.outcome ?? null;
    const workload = workloadOf(run);
    const onWorkload = workload !== '' && workloadActions.some((one) => one === type);
    return {
      ...{ incidentId, attempt: attemptOf(action), action: type, at: action.time },
      ...{ platform: run.platform, repository: run.repository, pipelineId: run.pipelineId },
      ...{ name: run.name || run.pipelineId, environment: run.environment, workload },
      target: onWorkload ? workload : run.pipelineId,
      ...{ fingerprint, cause: causeOf(action), decidedBy, outcome },
      healed: first.get(key)?.data.outcome === 'healed',
      healedAfterMs: outcome === 'healed' ? healedAfterMs(action, first.get(key), events) : null,
      ...spent(action, events),
      estimated: cost !== undefined,
      expectedMinutes: cost?.minutes ?? 0,
      expectedMoney: cost?.money ?? 0,
      actualMinutes: rerunMinutes(action, events) ?? null,
      // Events of old, and of what no diagnosis decided, carry none: that is no word that it never heals.
      confidence: action.data.confidence || null,
    };
  });
}

/** `namespace/name`; empty: none is known. */
export function workloadOf({ workload }: { workload?: { namespace: string; name: string } }): string {
  return workload === undefined || workload.name === ''
    ? ''
    : [workload.namespace, workload.name].filter(Boolean).join('/');
}

/** From when the failure was told, else the action, to what proves the heal. Clocks differ: what would be negative is not known. */
function healedAfterMs(
  action: EventRecord<'action.executed'>,
  outcome: EventRecord<'outcome.observed'> | undefined,
  events: readonly EventRecord[],
): number | null {
  if (outcome === undefined) return null;
  const failures = ofSubject(inCausalOrder(events), 'pipeline.failed')
    .filter((event) => attemptOf(event) === attemptOf(action))
    .map(({ time }) => Date.parse(time));
  const failed = failures.length > 0 ? Math.min(...failures) : Date.parse(action.time);
  const took = Date.parse(outcome.data.provenAt ?? outcome.time) - failed;
  return took >= 0 ? took : null;
}
