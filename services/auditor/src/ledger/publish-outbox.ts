import type { Bus } from '@prunella/bus';
import { ContractViolation } from '@prunella/contracts';
import { continueTrace, eventAttributes } from '@prunella/core';
import { deleteOutbox, isOutboxEmpty, type OutboxRow, type Store, takeOutbox } from '@prunella/store';

const AT_A_TIME = 100;

/**
 * Publishes what the outbox holds, oldest first, and removes it. Ids are deterministic: what was published before a crash and not
 * yet removed is published again and changes nothing.
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
      for (const row of rows) {
        try {
          await publish(row, bus);
        } catch (error) {
          if (!(error instanceof ContractViolation)) throw error;
          onRefused(row, error);
        }
      }
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
