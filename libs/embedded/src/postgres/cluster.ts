import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError, messageOf } from '@prunella/core';
import { commandLine, identify, stopProcess } from '../process-table.ts';
import { type Account, canReach } from './account.ts';
import { type Binaries, commonFolders } from './binaries.ts';

const run = promisify(execFile);

/** The superuser of an embedded database, and its one database. */
export const USER = 'prunella';

/** A database cluster on the disk; `PRUNELLA_HOME/postgres.json` remembers it. */
export interface Cluster {
  dataDir: string;
  password: string;
}

/** Finds the cluster of a home, or makes one. Killed while it makes one, it starts again from nothing. */
export async function openCluster(home: string, binaries: Binaries, account: Account | undefined): Promise<Cluster> {
  const file = join(home, 'postgres.json');
  const cluster = (await remembered(file)) ?? {
    dataDir: await placeFor(home, account),
    password: randomBytes(18).toString('base64url'),
  };
  if (await exists(join(cluster.dataDir, 'PG_VERSION'))) return cluster;
  // Remembered first: a cluster that is there has its password in the file.
  await writeFile(file, `${JSON.stringify(cluster, null, 2)}\n`, { mode: 0o600 });
  await initialise(cluster, binaries, account);
  return cluster;
}

/**
 * `postmaster.pid` outlives a kill. PostgreSQL sees by itself that nobody has its pid any more, but not that somebody
 * else has got it since, which in a container is likely: such a file is taken away. A server that really runs on this
 * folder is ours, left over: it is stopped.
 */
export async function clearStaleLock(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => '');
  const id = await identify(Number.parseInt(text, 10));
  if (id === undefined) return;
  const command = await commandLine(id.pid);
  if (command?.includes(dataDir)) await stopProcess(id, 'SIGINT', 5_000);
  else await rm(file, { force: true });
}

/** The home, or where the account can get to: a folder that is always the same for the same home. */
async function placeFor(home: string, account: Account | undefined): Promise<string> {
  const own = join(home, 'postgres', 'data');
  if (account === undefined || (await canReach(account, join(home, 'postgres')))) return own;
  const key = createHash('sha256').update(home).digest('hex').slice(0, 12);
  for (const parent of commonFolders()) {
    try {
      await mkdir(join(parent, key), { recursive: true, mode: 0o755 });
      return join(parent, key, 'data');
    } catch {
      // Not writable: the next one.
    }
  }
  throw new ConfigError(
    `PostgreSQL runs as the account postgres, which can't reach ${home}, and no other folder can be written: set PRUNELLA_HOME to a folder that every user can enter, or DATABASE_URL`,
  );
}

async function initialise(cluster: Cluster, binaries: Binaries, account: Account | undefined): Promise<void> {
  const parent = dirname(cluster.dataDir);
  const half = join(parent, 'data.new');
  const passwordFile = join(parent, 'password.new');
  await mkdir(parent, { recursive: true, mode: 0o711 });
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { mode: 0o700 });
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  if (account !== undefined) {
    for (const path of [half, passwordFile]) await chown(path, account.uid, account.gid);
  }
  try {
    await run(
      binaries.initdb,
      [
        `--pgdata=${half}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--no-locale',
        '--no-instructions',
      ],
      { ...account, cwd: parent, timeout: 120_000, env: { ...process.env, LC_ALL: 'C' } },
    );
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new ConfigError(
      `PostgreSQL could not make its database in ${half}: ${stderr.trim().split('\n').slice(-3).join(' ') || messageOf(error)}; make room there, set PRUNELLA_HOME to another folder, or set DATABASE_URL`,
      { cause: error },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(half, cluster.dataDir);
}

async function remembered(file: string): Promise<Cluster | undefined> {
  try {
    const { dataDir, password } = JSON.parse(await readFile(file, 'utf8')) as Partial<Cluster>;
    return dataDir !== undefined && password !== undefined ? { dataDir, password } : undefined;
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
