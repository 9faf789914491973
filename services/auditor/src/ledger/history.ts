import { type EventRecord, eventsOfIncidents, laterRunsOfPipeline, type Transaction } from '@prunella/store';
import { unsettledActions } from '../outcomes/actions.ts';

/** What is recorded of one incident. */
export interface History {
  incidentId: string;
  /** Its own events. Grows when we observe an outcome. */
  own: EventRecord[];
  /** How its pipeline went on, where its publisher names no runs. */
  later: EventRecord[];
}

export async function historiesOf(transaction: Transaction, incidentIds: readonly string[]): Promise<History[]> {
  const byIncident = new Map<string, EventRecord[]>(incidentIds.map((id) => [id, []]));
  for (const event of await eventsOfIncidents(transaction, incidentIds)) {
    byIncident.get(event.incidentId ?? '')?.push(event);
  }
  const histories: History[] = [];
  for (const [incidentId, own] of byIncident) {
    histories.push({ incidentId, own, later: await laterRuns(transaction, own) });
  }
  return histories;
}

async function laterRuns(transaction: Transaction, own: readonly EventRecord[]): Promise<EventRecord[]> {
  const [oldest] = unsettledActions(own);
  if (oldest?.pipelineKey === undefined) return [];
  return await laterRunsOfPipeline(transaction, oldest.pipelineKey, new Date(oldest.time));
}
