import type { EventRecord, Store, Transaction } from '@prunella/store';
import { learn } from './learn/learn.ts';
import { historiesOf } from './ledger/history.ts';
import { putProjections } from './ledger/put-projections.ts';
import { record } from './ledger/record.ts';
import { countedAmong, recordOutcomes } from './outcomes/record-outcomes.ts';
import { recordChanges } from './quarantine/record-changes.ts';
import type { AuditSettings } from './settings.ts';

/** What a transaction newly brought into the ledger. */
export interface Audited {
  recorded: EventRecord[];
  /** The outcomes that count: the first of each action. */
  outcomes: EventRecord<'outcome.observed'>[];
  /** How many incidents are new. */
  opened: number;
}

/** Records events and all that follows from them in one transaction. The same events again change nothing. */
export async function audit(
  store: Store,
  events: readonly EventRecord[],
  now: number,
  settings: AuditSettings,
): Promise<Audited> {
  return await store.transaction(async (transaction) => {
    const { fresh, incidents } = await record(transaction, events);
    await recordChanges(transaction, fresh);
    const { outcomes, opened, observed } = await conclude(transaction, incidents, fresh, now, settings);
    return { recorded: [...fresh, ...observed], outcomes, opened };
  });
}

/** What follows for some incidents, whose locks are held, from their events; `fresh` are those that are new. */
export async function conclude(
  transaction: Transaction,
  incidents: readonly string[],
  fresh: readonly EventRecord[],
  now: number,
  settings: AuditSettings,
) {
  const histories = await historiesOf(transaction, incidents);
  const observed = await recordOutcomes(transaction, histories, now, settings);
  const outcomes = countedAmong([...fresh, ...observed], histories);
  await learn(transaction, outcomes, now);
  const opened = await putProjections(transaction, histories);
  return { observed, outcomes, opened };
}
