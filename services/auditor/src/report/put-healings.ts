import { putHealings, type Transaction } from '@prunella/store';
import type { History } from '../ledger/history.ts';
import { healingsOf } from './healings.ts';

/** Writes what the events of some incidents tell of healing over what they told before. */
export async function putHealingsOf(transaction: Transaction, histories: readonly History[]): Promise<void> {
  await putHealings(
    transaction,
    histories.map(({ incidentId }) => incidentId),
    histories.flatMap(({ own }) => healingsOf(own)),
  );
}
