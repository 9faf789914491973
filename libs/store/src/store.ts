import 'reflect-metadata';
import { type Attributes, ConfigError, inSpan, systemClock, UnreachableError } from '@prunella/core';
import pg from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { kindOf, translated } from './errors.ts';
import { grantRuntimeRights } from './grants.ts';
import { Ledger1761955200000 } from './migrations/1761955200000-ledger.ts';
import { Coverage1795392000000 } from './migrations/1795392000000-coverage.ts';
import { Outcomes1795651200000 } from './migrations/1795651200000-outcomes.ts';
import { Quarantine1795849200000 } from './migrations/1795849200000-quarantine.ts';
import { TestHistory1795860000000 } from './migrations/1795860000000-test-history.ts';
import { Joins1795939200000 } from './migrations/1795939200000-joins.ts';
import { Partitions1796000000000 } from './migrations/1796000000000-partitions.ts';
import { Scale1796000100000 } from './migrations/1796000100000-scale.ts';
import { History1796000200000 } from './migrations/1796000200000-history.ts';
import { Learning1796100000000 } from './migrations/1796100000000-learning.ts';
import { Healings1796200000000 } from './migrations/1796200000000-healings.ts';
import { ApiChanges1796300000000 } from './migrations/1796300000000-api-changes.ts';
import { Backtests1796400000000 } from './migrations/1796400000000-backtests.ts';
import { Decisions1796410000000 } from './migrations/1796410000000-decisions.ts';
import { HealingConfidence1796412000000 } from './migrations/1796412000000-healing-confidence.ts';
import { Alike1796450000000 } from './migrations/1796450000000-alike.ts';
import { Dependencies1796500000000 } from './migrations/1796500000000-dependencies.ts';
import { PartitionUpkeep1796600000000 } from './migrations/1796600000000-partition-upkeep.ts';
import { makePartitions } from './partitions.ts';
import { ensureSearchIndexes } from './search-index.ts';
import { ConfidenceRow } from './tables/confidence.ts';
import { EventRow } from './tables/event.ts';
import { IncidentRow } from './tables/incident.ts';
import { OutboxRow } from './tables/outbox.ts';
import { QuarantineRow } from './tables/quarantine.ts';

/** A running transaction, or a connection outside of one: what the functions of this package work on. */
export type Transaction = EntityManager;

export interface StoreOptions {
  /** `postgres://user:password@host:port/database` */
  url: string;
  /**
   * The same database as the role that owns the tables: that brings them up to date and gives the role of `url` what it needs. Default: `url`, whose role
   * then owns them; where they are up to date it need not.
   */
  migrationUrl?: string;
  /** Shown by Postgres' own tools. */
  name: string;
  /** How long to wait for a server that is not there yet, before `open` throws. Default 30 s. */
  patienceMs?: number;
  /** Most connections. Default 10. */
  connections?: number;
  /** How long a statement may take, in ms. Default 30 s. */
  timeLimitMs?: number;
}

/** Any number that nobody else uses: replicas that start together migrate one after the other. */
const MIGRATION_LOCK = 7_100_000;
const COLLISION_ATTEMPTS = 5;

/** Our Postgres. Every error that says "Postgres is away" leaves as UnreachableError; connections come back by themselves. */
export class Store {
  private readonly database: string;
  /** Of each transaction that is part of a trace. */
  private readonly spanned: Attributes;

  private constructor(
    private readonly source: DataSource,
    /** Host, port and database; no password. */
    readonly address: string,
    readonly url: string,
    /** Whether there are indexes for searching text; false: it looks through all rows. */
    readonly isSearchIndexed: boolean,
  ) {
    const [host = '', database = ''] = address.split('/');
    const at = URL.parse(`postgres://${host}`);
    this.database = database;
    this.spanned = {
      'db.system.name': 'postgresql',
      'db.namespace': database,
      'server.address': at?.hostname,
      ...(at?.port !== undefined && at.port !== '' && { 'server.port': Number(at.port) }),
    };
  }

  /**
   * Connects and brings the tables up to date.
   *
   * @throws UnreachableError when no server answers in time, ConfigError when it refuses us.
   */
  static async open(options: StoreOptions): Promise<Store> {
    const address = addressOf(options.url);
    const deadline = systemClock.now() + (options.patienceMs ?? 30_000);
    for (;;) {
      const source = dataSource(options);
      try {
        const indexed = await migrate(options);
        await source.initialize();
        if (options.migrationUrl !== undefined) await mustSee(source, address, addressOf(options.migrationUrl));
        return new Store(source, address, options.url, indexed);
      } catch (error) {
        if (source.isInitialized) await source.destroy();
        const reason = translated(error, address);
        if (!(reason instanceof UnreachableError) || systemClock.now() > deadline) throw reason;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** Brings the tables up to date and gives rights, as `open` does, without staying. Throws as it does, at once. */
  static async migrate(options: StoreOptions): Promise<void> {
    const address = addressOf(options.migrationUrl ?? options.url);
    await migrate(options).catch((error: unknown) => {
      throw translated(error, address);
    });
  }

  /** Runs `work` outside of a transaction. */
  async read<T>(work: (manager: Transaction) => Promise<T>): Promise<T> {
    try {
      return await work(this.source.manager);
    } catch (error) {
      throw translated(error, this.address);
    }
  }

  /** Runs `work` in one transaction (read committed), again from the start when it collided with another one. */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inSpan(`transaction ${this.database}`, { kind: 'client', attributes: this.spanned }, () =>
          this.source.transaction(work),
        );
      } catch (error) {
        if (kindOf(error) === 'collision' && attempt < COLLISION_ATTEMPTS) continue;
        throw translated(error, this.address);
      }
    }
  }

  /** Resolves when Postgres answers. */
  async check(): Promise<void> {
    await this.read((manager) => manager.query('SELECT 1'));
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}

/** @param options `timeLimitMs` 0: none. */
function dataSource({ url, name, connections = 10, timeLimitMs = 30_000 }: StoreOptions): DataSource {
  // The server is to speak first.
  const limits = timeLimitMs > 0 ? { query_timeout: 2 * timeLimitMs, statement_timeout: timeLimitMs } : {};
  return new DataSource({
    type: 'postgres',
    // Otherwise it is asked for by name at run time, and no bundle or image would have it.
    driver: pg,
    url,
    applicationName: `prunella-${name}`,
    entities: [EventRow, IncidentRow, ConfidenceRow, OutboxRow, QuarantineRow],
    migrations: [
      Ledger1761955200000,
      Coverage1795392000000,
      Outcomes1795651200000,
      Quarantine1795849200000,
      TestHistory1795860000000,
      Joins1795939200000,
      Partitions1796000000000,
      Scale1796000100000,
      History1796000200000,
      Learning1796100000000,
      Healings1796200000000,
      ApiChanges1796300000000,
      Backtests1796400000000,
      Decisions1796410000000,
      HealingConfidence1796412000000,
      Alike1796450000000,
      Dependencies1796500000000,
      PartitionUpkeep1796600000000,
    ],
    synchronize: false,
    logging: false,
    connectTimeoutMS: 5_000,
    // A lost idle connection is replaced at its next use; the statement that needs it says so.
    poolErrorHandler: () => undefined,
    // To compile a statement over many partitions takes longer than to run it.
    extra: { max: connections, keepAlive: true, options: '-c jit=off', ...limits },
  });
}

/** Brings the tables up to date, on connections without a time limit: to move millions of rows takes minutes. @returns whether text is indexed. */
async function migrate(options: StoreOptions): Promise<boolean> {
  const url = options.migrationUrl ?? options.url;
  const source = dataSource({ ...options, url, name: `${options.name}-migrations`, connections: 2, timeLimitMs: 0 });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const [{ none }]: [{ none: boolean }] = await runner.query("SELECT to_regclass('migrations') IS NULL AS none");
    if (none || (await source.showMigrations())) await mustOwn(runner, addressOf(url));
    await source.runMigrations({ transaction: 'all' });
    const role = roleOf(options.url);
    if (role !== roleOf(url)) await grantRuntimeRights(runner, role);
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

/** Two addresses of different databases, or schemas, would fail at the first statement. */
async function mustSee(source: DataSource, address: string, migrated: string): Promise<void> {
  const [{ none }]: [{ none: boolean }] = await source.query("SELECT to_regclass('migrations') IS NULL AS none");
  if (!none) return;
  throw new ConfigError(
    `Postgres at ${address}: expected the tables that were brought up to date at ${migrated}, found none; ` +
      'DATABASE_URL and DATABASE_MIGRATION_URL must lead to the same database and schema, with different roles',
  );
}

function roleOf(url: string): string {
  return decodeURIComponent(URL.parse(url)?.username ?? '');
}

function addressOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL (which is no URL)';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
