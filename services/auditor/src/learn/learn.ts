import { iso } from '@prunella/core';
import { addObservations, type EventRecord, putOutbox, type Transaction } from '@prunella/store';
import { confidenceUpdated, observations, samplesOf } from './posterior.ts';

/** Adds outcomes to what is known of their rules and actions, and puts the new confidence into the outbox. */
export async function learn(
  transaction: Transaction,
  outcomes: readonly EventRecord<'outcome.observed'>[],
  now: number,
): Promise<void> {
  const rows = await addObservations(transaction, observations(outcomes.map((outcome) => outcome.data)));
  const time = iso(now);
  await putOutbox(
    transaction,
    rows.map((row) => ({
      id: `${row.decidedBy}/${row.action}/${samplesOf(row)}`,
      subject: 'confidence.updated',
      payload: { time, data: confidenceUpdated(row, time) },
    })),
  );
}
