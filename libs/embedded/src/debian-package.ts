import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '@prunella/core';

const run = promisify(execFile);

/** A program that is fetched, and where it is kept. */
export interface Fetching {
  program: string;
  /** The Debian package that holds it. Default: the same name. */
  package?: string;
  /** Keeps what was fetched. */
  cacheDir: string;
  /** Tries a program; throws ConfigError when it does not work. */
  check(path: string): Promise<unknown>;
  /** Told before the slow step, in words for people. */
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Fetches a program from the Debian package archive without being root: the package lists of the machine may be missing or old, and are
 * root's, so apt gets a state folder of its own and updates that one, with the package sources of the machine.
 *
 * @param path the folders in which apt-get and dpkg-deb are found.
 * @returns where it is in the cache.
 * @throws ConfigError, or what apt-get says.
 */
export async function fetchDebianProgram(fetching: Fetching, path: string): Promise<string> {
  const { program, package: name = program, signal } = fetching;
  const [aptGet, dpkgDeb] = [await which('apt-get', path), await which('dpkg-deb', path)];
  fetching.onProgress?.(`fetching ${program} from the Debian package archive`);
  return await fetched(fetching, async (folder) => {
    await mkdir(join(folder, 'state', 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
    const settings = [
      `Dir::State=${folder}/state`,
      'Dir::State::status=/var/lib/dpkg/status',
      `Dir::Cache=${folder}/cache`,
      'Acquire::Languages=none',
      'APT::Sandbox::User=root',
      'APT::Update::Error-Mode=any',
    ].flatMap((setting) => ['-o', setting]);
    const options = { cwd: folder, timeout: 120_000, signal };
    await run(aptGet, [...settings, '-qq', 'update'], options);
    await run(aptGet, [...settings, '-qq', 'download', name], options);
    const deb = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (deb === undefined) throw new ConfigError('apt-get downloaded no package');
    await run(dpkgDeb, ['-x', join(folder, deb), join(folder, 'root')], options);
    for (const bin of ['usr/bin', 'usr/sbin']) {
      const programs: string[] = await readdir(join(folder, 'root', bin)).catch(() => []);
      if (programs.includes(program)) return join(folder, 'root', bin, program);
    }
    throw new ConfigError(`the package ${deb} holds no ${program}`);
  });
}

/** Moves what `fetch` leaves in a folder of its own to the cache: two that fetch at once do not meet half a program. */
export async function fetched(
  { program, cacheDir, check }: Fetching,
  fetch: (folder: string) => Promise<string>,
): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const folder = await mkdtemp(join(cacheDir, 'fetch-'));
  try {
    const found = await fetch(folder);
    await chmod(found, 0o755);
    await check(found);
    const ready = join(folder, 'ready');
    await copyFile(found, ready);
    const target = join(cacheDir, program);
    await rename(ready, target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where a program is on a path. @throws ConfigError when it is not. */
export async function which(program: string, path: string): Promise<string> {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const names = await readdir(folder).catch(() => [] as string[]);
    if (names.includes(program)) return join(folder, program);
  }
  throw new ConfigError(`${program} is not on the PATH`);
}
