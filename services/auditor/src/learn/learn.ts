import { addObservations, lockConfidence, type Observation, type Transaction } from '@prunella/store';
import type { AuditSettings } from '../settings.ts';
import { beliefsOf, tellBeliefs } from './beliefs.ts';

/** Adds the outcomes that count now to what is known of their rules and actions, takes back those that count no more, and puts the new confidence into the outbox. */
export async function learn(
  transaction: Transaction,
  learnt: readonly Observation[],
  now: number,
  settings: Pick<AuditSettings, 'policy'>,
): Promise<void> {
  if (learnt.length === 0) return;
  await addObservations(transaction, learnt);
  const believed = await beliefsOf(
    transaction,
    await lockConfidence(transaction, learnt),
    now,
    settings.policy().learning,
  );
  await tellBeliefs(
    transaction,
    believed.map(({ row }) => row),
    now,
  );
}
