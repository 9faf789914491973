import 'reflect-metadata';
import { type Attributes, ConfigError, inSpan, systemClock, UnreachableError } from '@prunella/core';
import type { DataSource, EntityManager } from 'typeorm';
import { addressOf, dataSource, type StoreOptions } from './data-source.ts';
import { kindOf, translated } from './errors.ts';
import { migrate } from './migrate.ts';

/** A running transaction, or a connection outside of one: what the functions of this package work on. */
export type Transaction = EntityManager;

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

/** Two addresses of different databases, or schemas, would fail at the first statement. */
async function mustSee(source: DataSource, address: string, migrated: string): Promise<void> {
  const [{ none }]: [{ none: boolean }] = await source.query("SELECT to_regclass('migrations') IS NULL AS none");
  if (!none) return;
  throw new ConfigError(
    `Postgres at ${address}: expected the tables that were brought up to date at ${migrated}, found none; ` +
      'DATABASE_URL and DATABASE_MIGRATION_URL must lead to the same database and schema, with different roles',
  );
}
