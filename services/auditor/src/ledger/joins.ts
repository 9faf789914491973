import { type EventRecord, type Join, joinsOf, lock, moveJoined, putJoins, type Transaction } from '@prunella/store';

/**
 * The events as parts of the incidents that they belong to: a diagnosis says so where the publisher of a failure could not know (ADR 0029). What was
 * recorded before is moved as well. Locks of the incidents told as are to be held; those of the ones they belong to are taken.
 */
export async function belonging(transaction: Transaction, events: readonly EventRecord[]): Promise<EventRecord[]> {
  const told = events.map(joinIn).filter((join) => join !== undefined);
  await putJoins(transaction, told);
  await moveJoined(
    transaction,
    told.map(({ toldAs }) => toldAs),
  );
  const ids = new Set(events.filter(isPipelines).map(({ incidentId }) => incidentId));
  const joins = await joinsOf(
    transaction,
    [...ids].filter((id) => id !== undefined),
  );
  if (joins.length === 0) return [...events];
  await lock(
    transaction,
    joins.map(({ incidentId }) => incidentId),
  );
  return events.map((event) => moved(event, joins));
}

/** What a diagnosis says of where its failure was told; undefined: it was told there. */
function joinIn({ subject, data }: EventRecord): Join | undefined {
  if (subject !== 'diagnosis.made' || data.toldAs === undefined) return undefined;
  const { toldAs, incidentId, run } = data;
  return { toldAs: toldAs.incidentId, toldAttempt: toldAs.attempt, incidentId, attempt: run.attempt };
}

function isPipelines(
  event: EventRecord,
): event is EventRecord<'pipeline.started' | 'pipeline.finished' | 'pipeline.failed'> {
  return event.subject.startsWith('pipeline.');
}

/** As `moveJoined` moves what is recorded. */
function moved(event: EventRecord, joins: readonly Join[]): EventRecord {
  if (!isPipelines(event)) return event;
  const { data } = event;
  const join = joins.find(
    ({ toldAs, toldAttempt }) => toldAs === event.incidentId && toldAttempt === Math.max(data.attempt, 1),
  );
  if (join === undefined) return event;
  const { incidentId, attempt } = join;
  const runAttempt = event.subject === 'pipeline.failed' && { runAttempt: event.data.runAttempt ?? data.attempt };
  return { ...event, incidentId, data: { ...data, incidentId, attempt, ...runAttempt } } as EventRecord;
}

/** The incidents that failures were told as, which the diagnoses among these events say belong to others. */
export function toldAsIn(events: readonly EventRecord[]): string[] {
  return events.flatMap((event) => joinIn(event)?.toldAs ?? []);
}
