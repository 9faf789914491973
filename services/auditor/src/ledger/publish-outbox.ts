import type { Bus } from '@prunella/bus';
import { ContractViolation } from '@prunella/contracts';
import { deleteOutbox, type OutboxRow, type Store, takeOutbox } from '@prunella/store';

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
  for (let published = 0; ; ) {
    const count = await store.transaction(async (transaction) => {
      const rows = await takeOutbox(transaction, AT_A_TIME);
      for (const row of rows) {
        try {
          await bus.publish(row.subject, { id: row.id, ...row.payload });
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
