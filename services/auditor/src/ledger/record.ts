import {
  type EventRecord,
  incidentsById,
  insertEvents,
  keepEvents,
  lock,
  type Transaction,
  unsettledOfPipelines,
} from '@prunella/store';
import { isTrouble } from './chapter.ts';
import { belonging, toldAsIn } from './joins.ts';

/**
 * Records the events that are new and finds the incidents that they change; their locks are held until the transaction ends, so
 * that two replicas never tell one incident from two halves of its events.
 */
export async function record(
  transaction: Transaction,
  events: readonly EventRecord[],
): Promise<{ fresh: EventRecord[]; incidents: string[] }> {
  const once = [...new Map(events.map((event) => [event.id, event])).values()];
  // One that belongs to no incident is locked by itself: two replicas may bring it with two times.
  const keys = once.flatMap((event) => (event.incidentId === undefined ? [event.id] : lockKeys(event)));
  await lock(transaction, [...keys, ...toldAsIn(once)]);
  const placed = await belonging(transaction, once);
  const inserted = await insertEvents(transaction, placed.map(asKept));
  const fresh = placed.filter((event) => inserted.has(event.id));
  const incidents = await changedBy(transaction, fresh, toldAsIn(once));
  await keepEvents(transaction, incidents);
  return { fresh, incidents };
}

/** Which tests passed is kept once, and smaller, with the tests. */
function asKept(event: EventRecord): EventRecord {
  return event.subject === 'tests.reported' ? { ...event, data: { ...event.data, passed: [] } } : event;
}

/** An incident, and the pipeline where its runs have no id: what happens there later settles it. */
export function lockKeys(of: { incidentId?: string | undefined; pipelineKey?: string | null | undefined }): string[] {
  return [of.incidentId, of.pipelineKey].filter((key) => typeof key === 'string');
}

/** Most runs never fail: of those whose events are no trouble, only the ones that are incidents already; and what events `left` for another one. */
async function changedBy(
  transaction: Transaction,
  fresh: readonly EventRecord[],
  left: readonly string[],
): Promise<string[]> {
  const ids = (events: readonly EventRecord[]) => present(events.map((event) => event.incidentId));
  const certain = new Set(ids(fresh.filter(isTrouble)));
  const others = [...ids(fresh), ...left].filter((id) => !certain.has(id));
  const known = (await incidentsById(transaction, others)).map((incident) => incident.id);
  const waiting = await unsettledOfPipelines(transaction, present(fresh.map((event) => event.pipelineKey)));
  await lock(transaction, waiting);
  return [...new Set([...certain, ...known, ...waiting])].sort();
}

function present(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
