import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';

/** The tables of a database that hold rows, partitioned ones as one. */
const TABLES = `
  SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;
const COPY = 'copied';

export interface Copied {
  rows: number;
  /** Of each round. */
  seconds: number[];
}

/**
 * Loads the rows of all tables by COPY into a copy of the same database: the same tables, partitions and indexes, one transaction, the server reads the
 * files itself. There is no faster way for rows to get in there. Nobody may be connected to the database.
 *
 * @param round runs each round, e.g. to measure more of it.
 */
export async function copyRows(
  url: string,
  rounds: number,
  round: (work: () => Promise<void>) => Promise<void>,
): Promise<Copied> {
  const folder = await mkdtemp(join(tmpdir(), 'prunella-copy-'));
  // The server writes there, by its own account.
  await chmod(folder, 0o777);
  try {
    const from = new URL(url);
    const { files, rows } = await withClient(url, (client) => writeFiles(client, folder));
    await withClient(withDatabase(from, 'postgres'), (client) =>
      client.query(`CREATE DATABASE ${COPY} TEMPLATE "${from.pathname.slice(1)}"`),
    );
    const seconds: number[] = [];
    await withClient(withDatabase(from, COPY), async (client) => {
      for (let n = 0; n < rounds; n += 1) {
        await client.query(`TRUNCATE ${files.map(({ table }) => table).join(', ')}`);
        await client.query('CHECKPOINT');
        await round(async () => {
          const begun = performance.now();
          await client.query('BEGIN');
          for (const { table, file } of files) await client.query(`COPY ${table} FROM '${file}' (FORMAT binary)`);
          await client.query('COMMIT');
          seconds.push((performance.now() - begun) / 1_000);
        });
      }
    });
    return { rows, seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeFiles(
  client: pg.Client,
  folder: string,
): Promise<{ files: { table: string; file: string }[]; rows: number }> {
  const tables = (await client.query<{ name: string }>(TABLES)).rows;
  const files: { table: string; file: string }[] = [];
  let rows = 0;
  for (const [index, { name: table }] of tables.entries()) {
    const file = join(folder, `${index}.bin`);
    const { rowCount } = await client.query(`COPY (SELECT * FROM ${table}) TO '${file}' (FORMAT binary)`);
    if ((rowCount ?? 0) === 0) continue;
    rows += rowCount ?? 0;
    files.push({ table, file });
  }
  return { files, rows };
}

function withDatabase(url: URL, database: string): string {
  const other = new URL(url);
  other.pathname = database;
  return other.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
