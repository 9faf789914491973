import { ConfigError, systemClock } from '@prunella/core';
import type { DataSource, QueryRunner } from 'typeorm';
import { addressOf, dataSource, type StoreOptions } from './data-source.ts';
import { translated } from './errors.ts';
import { grantRuntimeRights } from './grants.ts';
import { makePartitions } from './partitions.ts';
import { ensureSearchIndexes } from './search-index.ts';

/** Any number that nobody else uses: replicas that start together migrate one after the other. */
const MIGRATION_LOCK = 7_100_000;

/** Brings the tables up to date, on connections without a time limit: to move millions of rows takes minutes. @returns whether text is indexed. */
export async function migrate(options: StoreOptions): Promise<boolean> {
  const url = options.migrationUrl ?? options.url;
  const source = dataSource({ ...options, url, name: `${options.name}-migrations`, connections: 2, timeLimitMs: 0 });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const [{ none }]: [{ none: boolean }] = await runner.query("SELECT to_regclass('migrations') IS NULL AS none");
    if (none || (await source.showMigrations())) await mustOwn(runner, addressOf(url));
    await source.runMigrations({ transaction: 'all' });
    if (options.migrationUrl !== undefined) {
      const role = await roleAtRunTime(options);
      if (role !== (await currentUser(runner))) await grantRuntimeRights(runner, role);
    }
    for (const kept of ['lasting', 'passing'] as const) {
      await source.transaction((transaction) => makePartitions(transaction, kept, { now: systemClock.now() }));
    }
    return await ensureSearchIndexes(runner);
  } finally {
    // Its lock goes with its connection.
    await runner.release();
    await source.destroy();
  }
}

/** A role without rights would fail at some statement in the middle, which tells nobody what to do. */
async function mustOwn(runner: QueryRunner, address: string): Promise<void> {
  const [{ owns, role }]: [{ owns: boolean; role: string }] = await runner.query(
    `SELECT current_user AS role, has_schema_privilege(current_schema(), 'CREATE') AND NOT EXISTS (
       SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'incidents' AND NOT pg_has_role(current_user, tableowner, 'USAGE')
     ) AS owns`,
  );
  if (owns) return;
  throw new ConfigError(
    `Postgres at ${address}: the tables are older than this version, and the role ${role} may not change them; ` +
      "set DATABASE_MIGRATION_URL to the address with their owner's role, or run npm run store:migrate with it first",
  );
}

/** The role that is signed in as at run time. It need not stand in the address (PGUSER, `?user=`), and a pool of connections may give another. */
async function roleAtRunTime(options: StoreOptions): Promise<string> {
  const source = dataSource({ ...options, connections: 1 });
  try {
    await source.initialize();
    return await currentUser(source);
  } catch (error) {
    throw translated(error, addressOf(options.url));
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}

async function currentUser(on: Pick<QueryRunner | DataSource, 'query'>): Promise<string> {
  const [{ role }]: [{ role: string }] = await on.query('SELECT current_user AS role');
  return role;
}
