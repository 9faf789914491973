import { type EventRecord, eventsOfIncidents, laterRunsOfPipeline, type Transaction } from '@prunella/store';
import { unsettledActions } from '../outcomes/actions.ts';
import { inCausalOrder } from './causal.ts';

/** What is recorded of one incident. */
export interface History {
  incidentId: string;
  /** Its own events, in causal order. Grows at its end when we observe an outcome. */
  own: EventRecord[];
  /** How its pipeline went on, where its publisher names no runs. */
  later: EventRecord[];
}

/** @param kept what this transaction recorded of them, and maybe of others: it need not be read again. */
export async function historiesOf(
  transaction: Transaction,
  incidentIds: readonly string[],
  kept: readonly EventRecord[] = [],
): Promise<History[]> {
  const byIncident = new Map<string, EventRecord[]>(incidentIds.map((id) => [id, []]));
  const ids = kept.map(({ id }) => id);
  for (const event of [...(await eventsOfIncidents(transaction, incidentIds, ids)), ...kept]) {
    byIncident.get(event.incidentId ?? '')?.push(event);
  }
  const histories: History[] = [];
  for (const [incidentId, own] of byIncident) {
    const ordered = inCausalOrder(own);
    histories.push({ incidentId, own: ordered, later: await laterRuns(transaction, ordered) });
  }
  return histories;
}

async function laterRuns(transaction: Transaction, own: readonly EventRecord[]): Promise<EventRecord[]> {
  const [oldest] = unsettledActions(own);
  if (oldest?.pipelineKey === undefined) return [];
  return await laterRunsOfPipeline(transaction, oldest.pipelineKey, new Date(oldest.time));
}
