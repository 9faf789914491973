import {
  type EventRecord,
  insertEvents,
  keepEvents,
  knownIncidents,
  lock,
  type Transaction,
  unsettledOfPipelines,
} from '@prunella/store';
import { isTrouble } from './chapter.ts';
import { belonging, toldAsIn } from './joins.ts';

/** What a transaction newly recorded. */
export interface Recorded {
  /** The new events, with all that they told. */
  fresh: EventRecord[];
  /** The same, as they are recorded. */
  kept: EventRecord[];
  /** The incidents that they change, in the order of their ids. */
  incidents: string[];
}

/**
 * Records the events that are new and finds the incidents that they change; their locks are held until the transaction ends, so
 * that two replicas never tell one incident from two halves of its events.
 */
export async function record(transaction: Transaction, events: readonly EventRecord[]): Promise<Recorded> {
  const once = [...new Map(events.map((event) => [event.id, event])).values()];
  // One that belongs to no incident is locked by itself: two replicas may bring it with two times.
  const keys = once.flatMap((event) => (event.incidentId === undefined ? [event.id] : lockKeys(event)));
  await lock(transaction, [...keys, ...toldAsIn(once)]);
  const placed = await belonging(transaction, once);
  const troubled = await incidentsIn(transaction, placed, toldAsIn(once));
  const inserted = await insertEvents(transaction, placed.map(asKept), troubled);
  const fresh = placed.filter((event) => inserted.has(event.id));
  const incidents = await changedBy(transaction, fresh, toldAsIn(once), troubled);
  await keepEvents(transaction, incidents);
  return { fresh, kept: [...inserted.values()], incidents };
}

/** Which tests passed is kept once, and smaller, with the tests. */
function asKept(event: EventRecord): EventRecord {
  return event.subject === 'tests.reported' ? { ...event, data: { ...event.data, passed: [] } } : event;
}

/** An incident, and the pipeline where its runs have no id: what happens there later settles it. */
export function lockKeys(of: { incidentId?: string | undefined; pipelineKey?: string | null | undefined }): string[] {
  return [of.incidentId, of.pipelineKey].filter((key) => typeof key === 'string');
}

/** Most runs never fail: of those whose events are no trouble, only the ones that are incidents already; and of what events `left` for another one. */
async function incidentsIn(
  transaction: Transaction,
  events: readonly EventRecord[],
  left: readonly string[],
): Promise<ReadonlySet<string>> {
  const certain = new Set(incidentIdsOf(events.filter(isTrouble)));
  const others = [...incidentIdsOf(events), ...left].filter((id) => !certain.has(id));
  return new Set([...certain, ...(await knownIncidents(transaction, others))]);
}

/** Of the `troubled`, those of which something is new, or which events `left`; and those whose actions wait for how their pipeline goes on. */
async function changedBy(
  transaction: Transaction,
  fresh: readonly EventRecord[],
  left: readonly string[],
  troubled: ReadonlySet<string>,
): Promise<string[]> {
  const waiting = await unsettledOfPipelines(transaction, present(fresh.map((event) => event.pipelineKey)));
  await lock(transaction, waiting);
  const changed = [...incidentIdsOf(fresh), ...left].filter((id) => troubled.has(id));
  return [...new Set([...changed, ...waiting])].sort();
}

function incidentIdsOf(events: readonly EventRecord[]): string[] {
  return present(events.map((event) => event.incidentId));
}

function present(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
