import { putDecisions, type Transaction } from '@prunella/store';
import type { History } from '../ledger/history.ts';
import { decisionsOf } from './decisions.ts';

/** Writes what the events of some incidents tell of decisions over what they told before. */
export async function putDecisionsOf(transaction: Transaction, histories: readonly History[]): Promise<void> {
  await putDecisions(
    transaction,
    histories.map(({ incidentId }) => incidentId),
    histories.flatMap(({ own }) => decisionsOf(own)),
  );
}
