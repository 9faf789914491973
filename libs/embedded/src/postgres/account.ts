import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError, messageOf } from '@prunella/core';

const run = promisify(execFile);
const NAME = 'postgres';

/** Whom a server runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root: then it runs as the account `postgres`, which is made when there is none.
 *
 * @returns undefined when we are not root: it runs as we do.
 * @throws ConfigError when there is no such account and none can be made.
 */
export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await lookUp();
  if (existing !== undefined) return existing;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]);
  } catch (error) {
    throw new ConfigError(
      `PostgreSQL does not run as root, there is no account ${NAME}, and making one failed (${messageOf(error)}): make it (useradd --system ${NAME}), run as another user, or set DATABASE_URL`,
      { cause: error },
    );
  }
  const made = await lookUp();
  if (made === undefined) throw new ConfigError(`the account ${NAME} was made but is not found: set DATABASE_URL`);
  return made;
}

async function lookUp(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', NAME]), run('id', ['-g', NAME])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Says whether an account can get to a path: every folder on the way lets it through. The path itself may be missing. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found !== undefined && !lets(account, found)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function lets(account: Account, folder: { mode: number; uid: number; gid: number }): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}
