import { partitionsOf } from './partitions.ts';
import type { Transaction } from './store.ts';

/** How Postgres and our tables in it are. */
export interface StoreHealth {
  /** As Postgres says it: `16.4`. */
  version: string;
  /** Whether the extension that searching text wants is there. */
  hasTrigrams: boolean;
  /** Postgres' clock, ms since the epoch. */
  now: number;
  /** Of the whole database, in bytes. */
  bytes: number;
  /** Our largest tables, their indexes counted, partitions summed up, the largest first. */
  tables: { name: string; bytes: number }[];
  /** When the last partition that was made ahead ends, ms since the epoch; undefined: there is none. */
  partitionsUntil: number | undefined;
  /** Migrations that have run. */
  migrations: number;
  connections: { used: number; most: number };
}

const MOST_TABLES = 8;

/** Looks, and changes nothing. Reads catalogues only: it costs the same however much is stored. */
export async function storeHealth(manager: Transaction): Promise<StoreHealth> {
  const [about] = await manager.query<
    {
      version: string;
      trigrams: boolean;
      now: Date;
      bytes: string;
      migrations: string;
      used: string;
      most: string;
    }[]
  >(
    `SELECT current_setting('server_version') AS version,
       EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') AS trigrams,
       clock_timestamp() AS now,
       pg_database_size(current_database()) AS bytes,
       (SELECT count(*) FROM migrations) AS migrations,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS used,
       current_setting('max_connections') AS most`,
  );
  if (about === undefined) throw new Error('Postgres gave no row for a query that has one');
  // A partition counts as the table that people know.
  const tables = await manager.query<{ name: string; bytes: string }[]>(
    `SELECT coalesce(p.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid)) AS bytes
     FROM pg_class c LEFT JOIN pg_inherits h ON h.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = h.inhparent
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $1`,
    [MOST_TABLES],
  );
  const partitions = await Promise.all([partitionsOf(manager, 'lasting'), partitionsOf(manager, 'passing')]);
  const ends = partitions.map((those) => those.at(-1)?.to.getTime());
  return {
    version: about.version,
    hasTrigrams: about.trigrams,
    now: about.now.getTime(),
    bytes: Number(about.bytes),
    tables: tables.map(({ name, bytes }) => ({ name, bytes: Number(bytes) })),
    partitionsUntil: ends.every((end) => end !== undefined) ? Math.min(...ends) : undefined,
    migrations: Number(about.migrations),
    connections: { used: Number(about.used), most: Number(about.most) },
  };
}
