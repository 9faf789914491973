import pg from 'pg';

const MB = 1_000_000;

/** Sizes with their indexes and large values. Partitions count for their parent. */
const TABLES = `
  SELECT coalesce(parent.relname, own.relname) AS name, sum(pg_total_relation_size(own.oid)) AS bytes, sum(coalesce(stat.n_dead_tup, 0)) AS dead
  FROM pg_class own
  JOIN pg_namespace space ON space.oid = own.relnamespace
  LEFT JOIN pg_stat_all_tables stat ON stat.relid = own.oid
  LEFT JOIN LATERAL (SELECT root.relname FROM pg_class root WHERE own.relispartition AND root.oid = pg_partition_root(own.oid)) parent ON true
  WHERE own.relkind = 'r' AND space.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  GROUP BY 1`;

const SERVER = `
  SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS connections,
    (SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction') AS "idleInTransaction",
    (SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity WHERE backend_type = 'client backend') AS "longestTransaction",
    (SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid()) AS locks,
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS "advisoryLocks",
    (SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()) / ${MB}::float AS "tempFiles",
    (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()) AS deadlocks`;

/** What PostgreSQL tells of itself: counts, tables in MB, seconds of the longest transaction. */
export async function seenOfPostgres(client: pg.Client): Promise<Record<string, number>> {
  const tables = await client.query<{ name: string; bytes: string; dead: string }>(TABLES);
  const server = await client.query<Record<string, string>>(SERVER);
  const seen: Record<string, number> = {};
  for (const [name, value] of Object.entries(server.rows[0] ?? {})) seen[`postgres/${name}`] = Number(value);
  for (const { name, bytes, dead } of tables.rows) {
    seen[`table/${name}/bytes`] = Number(bytes) / MB;
    seen[`table/${name}/dead`] = Number(dead);
  }
  return seen;
}

/** The soak's own connection. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'soak' });
  await client.connect();
  return client;
}
