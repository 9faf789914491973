import type { Subject } from '@prunella/contracts';
import type { EntityManager, QueryRunner } from 'typeorm';

/**
 * What most runs tell, of which most never fail: kept for a shorter time, unless their run becomes an incident. All other subjects last, also those
 * that are yet to come.
 */
const PASSING: readonly Subject[] = [
  'pipeline.started',
  'pipeline.finished',
  'anomaly.detected',
  'watch.ended',
  'tests.reported',
  'flakiness.updated',
  'confidence.updated',
  'dependency.changed',
];

/** Whether events of a subject are kept for as long as incidents, whatever becomes of their run. */
export function isLasting(subject: Subject): boolean {
  return !PASSING.includes(subject);
}

/** How the events of one kind are cut into partitions. */
interface Cut {
  table: 'events_lasting' | 'events_passing';
  /** Of the calendar, UTC. */
  months: number;
}
const CUTS = {
  lasting: { table: 'events_lasting', months: 3 },
  passing: { table: 'events_passing', months: 1 },
} as const satisfies Record<string, Cut>;
export type Kept = keyof typeof CUTS;

/** So long before an event that holds a partition is an error; longer than any query takes, and shorter than a client waits. */
const LOCK_PATIENCE = "SET LOCAL lock_timeout = '5s'";
/** So much is made before its time, so that an auditor may sweep late. */
const AHEAD_MS = 45 * 86_400_000;
/** Behind a clock that is wrong by years there is no partition: such events are in the one for all others. */
const MOST_BACK_MS = 3 * 366 * 86_400_000;

interface Partition {
  name: string;
  from: Date;
  to: Date;
}

/**
 * Makes the partitions for events from `since` (none: from now) on that are not there yet, ahead of their time. Events of that time that found no
 * partition are moved there. The same again changes nothing.
 */
export async function makePartitions(
  transaction: Pick<EntityManager | QueryRunner, 'query'>,
  kept: Kept,
  { now, since = now }: { now: number; since?: number },
): Promise<string[]> {
  const cut = CUTS[kept];
  const there = new Set((await partitionsOf(transaction, kept)).map(({ name }) => name));
  const missing = partitionsBetween(cut, Math.max(since, now - MOST_BACK_MS), now + AHEAD_MS).filter(
    ({ name }) => !there.has(name),
  );
  if (missing.length > 0) await transaction.query(LOCK_PATIENCE);
  for (const partition of missing) await make(transaction, cut, partition);
  return missing.map(({ name }) => name);
}

/** Drops the partitions of which all events are older, one after the other, the oldest first, and at most `limit`. @returns their names. */
export async function dropPartitions(
  transaction: EntityManager,
  kept: Kept,
  { before, limit }: { before: Date; limit: number },
): Promise<string[]> {
  const old = (await partitionsOf(transaction, kept)).filter(({ to }) => to <= before).slice(0, limit);
  if (old.length > 0) await transaction.query(LOCK_PATIENCE);
  for (const { name } of old) await transaction.query('SELECT prunella_drop_partition($1)', [name]);
  return old.map(({ name }) => name);
}

/** Deletes events that found no partition and were recorded before that, at most `limit`. @returns how many. */
export async function deleteStrays(
  transaction: EntityManager,
  kept: Kept,
  { before, limit }: { before: Date; limit: number },
): Promise<number> {
  const [, count] = await transaction.query<[unknown, number]>(
    `DELETE FROM ${CUTS[kept].table}_other WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM ${CUTS[kept].table}_other WHERE recorded_at < $1 AND time < $1 LIMIT $2
     ))`,
    [before, limit],
  );
  return count;
}

/** The partitions, the oldest first; not the one for all others. */
export async function partitionsOf(
  transaction: Pick<EntityManager | QueryRunner, 'query'>,
  kept: Kept,
): Promise<Partition[]> {
  const rows: { name: string }[] = await transaction.query(
    'SELECT c.relname AS name FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = $1::regclass',
    [CUTS[kept].table],
  );
  return rows
    .flatMap(({ name }) => partitionNamed(CUTS[kept], name) ?? [])
    .sort((a, b) => a.from.getTime() - b.from.getTime());
}

/** With the rights of the tables' owner, see the migration of 1796600000000. */
async function make(transaction: Pick<EntityManager | QueryRunner, 'query'>, { table }: Cut, partition: Partition) {
  const [from, to] = [partition.from.toISOString(), partition.to.toISOString()];
  await transaction.query('SELECT prunella_make_partition($1, $2, $3, $4)', [table, partition.name, from, to]);
}

function partitionsBetween(cut: Cut, since: number, until: number): Partition[] {
  const partitions: Partition[] = [];
  for (let from = startOf(cut, since); from.getTime() <= until; from = plus(from, cut.months)) {
    partitions.push({ name: nameOf(cut, from), from, to: plus(from, cut.months) });
  }
  return partitions;
}

function startOf({ months }: Cut, ms: number): Date {
  const date = new Date(ms);
  return new Date(Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / months) * months));
}

function plus(date: Date, months: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months));
}

/** `events_lasting_2026q4`, `events_passing_2026m11` */
function nameOf({ table, months }: Cut, from: Date): string {
  const month = from.getUTCMonth();
  const part = months === 3 ? `q${month / 3 + 1}` : `m${String(month + 1).padStart(2, '0')}`;
  return `${table}_${from.getUTCFullYear()}${part}`;
}

function partitionNamed(cut: Cut, name: string): Partition | undefined {
  const [, year, kind, place] = /_(\d{4})([mq])(\d{1,2})$/.exec(name) ?? [];
  if (year === undefined) return undefined;
  const from = new Date(Date.UTC(Number(year), kind === 'q' ? (Number(place) - 1) * 3 : Number(place) - 1));
  return { name, from, to: plus(from, cut.months) };
}
