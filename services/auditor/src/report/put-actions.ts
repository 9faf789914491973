import { type EventRecord, type HealingAction, putHealingActions, type Transaction } from '@prunella/store';
import type { History } from '../ledger/history.ts';
import { countedOutcomes, executedActions, outcomeKey } from '../outcomes/actions.ts';
import { rerunMinutes } from './spent.ts';

/** Writes which actions took effect, what they helped and what they cost, over what stood there of some incidents: reports add that up. */
export async function putActions(transaction: Transaction, histories: readonly History[]): Promise<void> {
  await putHealingActions(
    transaction,
    histories.map(({ incidentId }) => incidentId),
    histories.flatMap(({ own }) => actionsOf(own)),
  );
}

/** The actions among the events of one incident. */
export function actionsOf(events: readonly EventRecord[]): HealingAction[] {
  const outcomes = new Map(countedOutcomes(events).map((outcome) => [outcomeKey(outcome), outcome.data.outcome]));
  return executedActions(events).map((action) => {
    const { incidentId, run, cause, cost } = action.data;
    return {
      id: outcomeKey(action),
      incidentId,
      action: action.data.action.type,
      at: action.time,
      outcome: outcomes.get(outcomeKey(action)) ?? null,
      repository: run.repository,
      // What its publisher left out arrives as the zero of its enum.
      cause: cause.endsWith('_unspecified') ? '' : cause,
      estimated: cost !== undefined,
      currency: cost?.currency ?? '',
      expectedMinutes: cost?.minutes ?? 0,
      expectedMoney: cost?.money ?? 0,
      actualMinutes: rerunMinutes(action, events) ?? null,
    };
  });
}
