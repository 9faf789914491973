import { iso } from '@prunella/core';
import { addObservations, putOutbox, type Transaction } from '@prunella/store';
import type { Verdict } from '../outcomes/record-outcomes.ts';
import { confidenceUpdated, observations } from './posterior.ts';

/** Adds the outcomes that count now to what is known of their rules and actions, takes back those that count no more, and puts the new confidence into the outbox. */
export async function learn(transaction: Transaction, verdicts: readonly Verdict[], now: number): Promise<void> {
  const takenBack = verdicts.flatMap(({ before }) => (before === undefined ? [] : [before.data]));
  const changes = observations(
    verdicts.map(({ now: outcome }) => outcome.data),
    takenBack,
  );
  const rows = await addObservations(transaction, changes);
  const time = iso(now);
  await putOutbox(
    transaction,
    rows.map((row) => ({
      id: `${row.decidedBy}/${row.action}/${row.revision}`,
      subject: 'confidence.updated',
      payload: { time, data: confidenceUpdated(row, time) },
    })),
  );
}
