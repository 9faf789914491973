import type { Bus } from '@prunella/bus';
import { ContractViolation } from '@prunella/contracts';
import { continueTrace, eventAttributes } from '@prunella/core';
import { deleteOutbox, isOutboxEmpty, type OutboxRow, type Store, takeOutbox } from '@prunella/store';

const AT_A_TIME = 200;

/**
 * Publishes what the outbox holds, and removes it: what is about one incident in the order in which it was put there, and so what is about none; different
 * incidents at once. Ids are deterministic: what was published before a crash and not yet removed is published again and changes nothing.
 *
 * @param onRefused told about events that do not fit the contract; they are removed, or nothing would come after them.
 */
export async function publishOutbox(
  store: Store,
  bus: Bus,
  onRefused: (row: OutboxRow, reason: ContractViolation) => void,
): Promise<number> {
  // After most of what is recorded nothing is to be told: one statement says so, where the transaction has four.
  if (await store.read(isOutboxEmpty)) return 0;
  for (let published = 0; ; ) {
    const count = await store.transaction(async (transaction) => {
      const rows = await takeOutbox(transaction, AT_A_TIME);
      const lines = [...Map.groupBy(rows, aboutOf).values()];
      const ends = await Promise.allSettled(lines.map((line) => publishInOrder(line, bus, onRefused)));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      if (rows.length > 0)
        await deleteOutbox(
          transaction,
          rows.map((row) => row.id),
        );
      return rows.length;
    });
    published += count;
    if (count < AT_A_TIME) return published;
  }
}

function aboutOf({ payload: { data } }: OutboxRow): string {
  return 'incidentId' in data ? data.incidentId : '';
}

async function publishInOrder(
  rows: readonly OutboxRow[],
  bus: Bus,
  onRefused: (row: OutboxRow, reason: ContractViolation) => void,
): Promise<void> {
  for (const row of rows) {
    try {
      await publish(row, bus);
    } catch (error) {
      if (!(error instanceof ContractViolation)) throw error;
      onRefused(row, error);
    }
  }
}

/** What follows from something in a trace is published as a part of that, also where it was proven by something in another one. */
async function publish({ id, subject, payload }: OutboxRow, bus: Bus): Promise<void> {
  const { time, data, traceparent, evidence = [] } = payload;
  if (traceparent === undefined) return void (await bus.publish(subject, { id, time, data }));
  const [name = subject] = subject.split('.', 1);
  await continueTrace(traceparent, name, { links: evidence, startedAt: Date.parse(time) }, async (span) => {
    if (span.isRecorded) span.set(eventAttributes(subject, data));
    await bus.publish(subject, { id, time, data });
  });
}
