import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import type { EmbeddedServer } from '../nats/server.ts';
import { freePort } from '../ports.ts';
import { stopLeftover } from '../run-record.ts';
import { ServerProcess } from '../server-process.ts';
import { postgresAccount } from './account.ts';
import { postgresBinaries } from './binaries.ts';
import { clearStaleLock, openCluster, USER } from './cluster.ts';

export interface PostgresOptions {
  /** PRUNELLA_HOME: data in `postgres/` or where `postgres.json` says, log in `logs/postgres.log`. */
  home: string;
  /** The port that the user asked for; undefined: 5433 or the next free one; 0: any free one. */
  port?: number | undefined;
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  /** Whether a commit outlives a power cut. Default: true; false is for tests. A kill costs nothing either way. */
  durable?: boolean | undefined;
  /** Told before slow steps, in words for people. */
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Starts PostgreSQL on loopback with the database `prunella`, and waits until it answers `SELECT 1`. What an earlier
 * process left running, or locked, in the same home does not stand in the way.
 *
 * @throws ConfigError when there is none for this platform or the asked port is in use; UnreachableError when it does not
 * come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedServer> {
  const home = resolve(options.home);
  const host = options.host ?? '127.0.0.1';
  await mkdir(home, { recursive: true });
  const account = await postgresAccount();
  const binaries = await postgresBinaries(account);
  await stopLeftover(home, 'postgres', 'SIGINT');
  const wish = { what: 'PostgreSQL', variable: 'PORT_POSTGRES', usual: 5433, host };
  const port = await freePort({ ...wish, ...(options.port !== undefined && { asked: options.port }) });
  const { dataDir, password } = await openCluster(home, binaries, account);
  await clearStaleLock(dataDir);
  const settings = {
    listen_addresses: host,
    unix_socket_directories: '',
    max_connections: '100',
    fsync: (options.durable ?? true) ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const server = await ServerProcess.start({
    name: 'postgres',
    home,
    program: binaries.postgres,
    args: ['-D', dataDir, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    cwd: dataDir,
    env: { ...process.env, LC_ALL: 'C' },
    account,
    // Fast shutdown: sessions are ended, nothing is lost.
    stopSignal: 'SIGINT',
    graceMs: 4_000,
  });
  const urlOf = (database: string): string => `postgres://${USER}:${password}@${host}:${port}/${database}`;
  await server.ready(() => ensureDatabase(urlOf('postgres')), 60_000, options.signal);
  return {
    url: urlOf(USER),
    port,
    pid: server.pid,
    ended: server.ended,
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // The server may be stopped between two queries; the query says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [USER]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${USER}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
