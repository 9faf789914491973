import {
  deleteIncidents,
  deleteStrays,
  dropPartitions,
  eventsOfIncidents,
  forgetObservations,
  incidentsOpenedBefore,
  lock,
  makePartitions,
  type Store,
  sumUpDebts,
  type Transaction,
  tryLock,
} from '@prunella/store';
import { observationsIn } from '../learn/evidence.ts';
import type { RetentionSettings } from '../settings.ts';

/** Whose transaction holds this lock is the only one to forget. */
export const RETENTION = 'retention';
const INCIDENTS_AT_A_TIME = 500;
const STRAYS_AT_A_TIME = 5_000;

/** What one sweep took away, and made for what is to come. */
export interface Forgotten {
  incidents: number;
  /** Events that were in no partition. */
  strays: number;
  /** Names. */
  dropped: string[];
  made: string[];
}

/**
 * Makes partitions ahead, and forgets what is older than it is kept: at most so much at a time, and in one replica at a time. What the outcomes of
 * forgotten incidents taught is remembered by itself: learning loses nothing (ADR 0030).
 */
export async function forgetOld(
  store: Store,
  now: number,
  kept: RetentionSettings,
  { incidentsAtATime = INCIDENTS_AT_A_TIME } = {},
): Promise<Forgotten> {
  const [incidentsBefore, eventsBefore] = [new Date(now - kept.incidentsKeptMs), new Date(now - kept.eventsKeptMs)];
  const alone = <T>(work: (transaction: Transaction) => Promise<T>, otherwise: T) =>
    store.transaction(async (transaction) =>
      (await tryLock(transaction, [RETENTION])) ? await work(transaction) : otherwise,
    );
  // Each in a transaction of its own: dropping waits for readers, and nobody is to wait for it meanwhile.
  const made = [
    ...(await alone((transaction) => makePartitions(transaction, 'lasting', { now }), [])),
    ...(await alone((transaction) => makePartitions(transaction, 'passing', { now }), [])),
  ];
  // What is left of incidents goes after them: only before that is it known what it taught. Some may be left, or another replica may be at them.
  const once = <T>(work: (transaction: Transaction) => Promise<T>, otherwise: T) =>
    alone(
      async (tx) => ((await incidentsOpenedBefore(tx, incidentsBefore, 1)).length > 0 ? otherwise : await work(tx)),
      otherwise,
    );
  const incidents = await alone((tx) => forgetIncidents(tx, incidentsBefore, incidentsAtATime), 0);
  const strays =
    (await alone((tx) => deleteStrays(tx, 'passing', { before: eventsBefore, limit: STRAYS_AT_A_TIME }), 0)) +
    (await once((tx) => deleteStrays(tx, 'lasting', { before: incidentsBefore, limit: STRAYS_AT_A_TIME }), 0));
  const dropped = [
    ...(await alone((tx) => dropPartitions(tx, 'passing', { before: eventsBefore, limit: 1 }), [])),
    ...(await once((tx) => dropPartitions(tx, 'lasting', { before: incidentsBefore, limit: 1 }), [])),
  ];
  return { incidents, strays, dropped, made };
}

async function forgetIncidents(transaction: Transaction, before: Date, limit: number): Promise<number> {
  const due = await incidentsOpenedBefore(transaction, before, limit);
  if (due.length === 0) return 0;
  await lock(transaction, due);
  await forgetObservations(transaction, observationsIn(await eventsOfIncidents(transaction, due)));
  await sumUpDebts(transaction, await deleteIncidents(transaction, due));
  return due.length;
}
