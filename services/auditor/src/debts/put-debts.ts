import { putDebtEntries, type Transaction } from '@prunella/store';
import type { History } from '../ledger/history.ts';
import { debtKinds } from './kinds/index.ts';

/** Writes what the events of some incidents leave to be repaired over what they left before. */
export async function putDebts(transaction: Transaction, histories: readonly History[]): Promise<void> {
  await putDebtEntries(
    transaction,
    histories.map(({ incidentId }) => incidentId),
    histories.flatMap(({ own }) => debtKinds.flatMap((kind) => kind.entriesOf(own))),
  );
}
