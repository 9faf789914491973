import { inSpan } from '@prunella/core';
import { type EventRecord, type ReturnedFailure, type Store, sumUpDebts, type Transaction } from '@prunella/store';
import { putDebts } from './debts/put-debts.ts';
import { learntFrom } from './learn/evidence.ts';
import { learn } from './learn/learn.ts';
import { recordStandings } from './learn/standings.ts';
import { ofSubject } from './ledger/causal.ts';
import { type History, historiesOf } from './ledger/history.ts';
import { putProjections } from './ledger/put-projections.ts';
import { record } from './ledger/record.ts';
import { changedVerdicts, recordOutcomes, type Verdict } from './outcomes/record-outcomes.ts';
import type { Moment } from './outcomes/settle.ts';
import { recordChanges } from './quarantine/record-changes.ts';
import { putDecisionsOf } from './report/put-decisions.ts';
import { putHealingsOf } from './report/put-healings.ts';
import type { AuditSettings } from './settings.ts';
import { recordTests } from './tests/record-tests.ts';

/** What a transaction newly brought into the ledger. */
export interface Audited {
  recorded: EventRecord[];
  /** The outcomes that count, where they changed. */
  verdicts: Verdict[];
  /** How many incidents are new. */
  opened: number;
  /** Whether anything was learnt of any rule. */
  learnt: boolean;
}

/** Records events and all that follows from them in one transaction. The same events again change nothing. */
export async function audit(
  store: Store,
  events: readonly EventRecord[],
  now: number,
  settings: AuditSettings,
): Promise<Audited> {
  return await inSpan('record', { attributes: { 'prunella.events': events.length } }, () =>
    recordIn(store, events, now, settings),
  );
}

async function recordIn(
  store: Store,
  events: readonly EventRecord[],
  now: number,
  settings: AuditSettings,
): Promise<Audited> {
  return await store.transaction(async (transaction) => {
    const { fresh, kept, incidents } = await record(transaction, events);
    await recordChanges(transaction, fresh);
    await recordStandings(transaction, fresh, now, settings);
    await recordTests(transaction, fresh, now, settings);
    // What proves an action may be in the next batch: only the sweep knows what is silence.
    const moment = { now, heardUntil: Number.NEGATIVE_INFINITY };
    const { verdicts, opened, observed, learnt } = await conclude(transaction, incidents, kept, moment, settings);
    await sumUpDebts(
      transaction,
      ofSubject(fresh, 'debt.changed').map(({ data }) => data.debtId),
    );
    return { recorded: [...fresh, ...observed], verdicts, opened, learnt };
  });
}

/**
 * What follows for some incidents, whose locks are held, from their events.
 *
 * @param kept those of their events that are new, as they are recorded; `returned`: failures that came back after these incidents had healed.
 */
export async function conclude(
  transaction: Transaction,
  incidents: readonly string[],
  kept: readonly EventRecord[],
  moment: Moment,
  settings: AuditSettings,
  returned: readonly ReturnedFailure[] = [],
) {
  const histories = await historiesOf(transaction, incidents, kept);
  const observed = await recordOutcomes(transaction, histories, moment, settings, returned);
  const news = [...kept, ...observed];
  const verdicts = changedVerdicts(news, histories);
  const observations = learntFrom(news, histories);
  await learn(transaction, observations, moment.now, settings);
  const opened = await derive(transaction, histories);
  return { observed, verdicts, opened, learnt: observations.length > 0 };
}

/** Writes what the events of some incidents tell over what they told before: all that can be told again from them. @returns how many incidents are new. */
export async function derive(transaction: Transaction, histories: readonly History[]): Promise<number> {
  const opened = await putProjections(transaction, histories);
  await putHealingsOf(transaction, histories);
  await putDecisionsOf(transaction, histories);
  await putDebts(transaction, histories);
  return opened;
}
