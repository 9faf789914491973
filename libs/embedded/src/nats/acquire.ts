import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError, messageOf } from '@prunella/core';
import { type Fetching, fetchDebianProgram, fetched, which } from '../debian-package.ts';
import { archiveName, archiveUrl, RELEASES, type Release } from './release.ts';

const run = promisify(execFile);
const PROGRAM = 'nats-server';

/** A server program that was tried and works. */
export interface NatsProgram {
  path: string;
  /** `2.10.18` */
  version: string;
  /** Where it came from. */
  from: 'PATH' | 'cache' | 'apt' | 'download';
}

export interface AcquireOptions {
  /** Keeps what was fetched. Default: `$XDG_CACHE_HOME/prunella`, `~/.cache/prunella`. */
  cacheDir?: string | undefined;
  /** The folders to look in, and where apt-get, dpkg-deb and tar are found. Default: `PATH`. */
  path?: string | undefined;
  /** Told before the slow steps, in words for people. */
  onProgress?: ((message: string) => void) | undefined;
  /** Default: the pinned release of this platform. */
  release?: (Release & { url: string }) | undefined;
  signal?: AbortSignal | undefined;
}

/** What every step gets. */
interface Context {
  cacheDir: string;
  path: string;
  onProgress: (message: string) => void;
  release: (Release & { url: string }) | undefined;
  signal: AbortSignal | undefined;
}

/** Throws when it has nothing to offer; the message says why. */
type Step = (context: Context) => Promise<string>;

const STEPS: readonly { from: NatsProgram['from']; says: string; find: Step }[] = [
  { from: 'PATH', says: 'nats-server on the PATH', find: onPath },
  { from: 'cache', says: 'a copy fetched earlier', find: inCache },
  { from: 'apt', says: 'the Debian package (apt-get download)', find: fromApt },
  { from: 'download', says: 'the release download', find: fromRelease },
];

/**
 * Finds or fetches a real nats-server: PATH, cache, Debian package, release download, in this order. Needs no root.
 *
 * @throws ConfigError that names everything that was tried, why it failed, and what to do.
 */
export async function acquireNats(options: AcquireOptions = {}): Promise<NatsProgram> {
  const context: Context = {
    cacheDir: options.cacheDir ?? defaultCacheDir(process.env),
    path: options.path ?? process.env['PATH'] ?? '',
    onProgress: options.onProgress ?? (() => undefined),
    release: options.release ?? pinnedRelease(),
    signal: options.signal,
  };
  const tried: string[] = [];
  for (const { from, says, find } of STEPS) {
    try {
      const path = await find(context);
      return { path, version: await versionOf(path), from };
    } catch (error) {
      context.signal?.throwIfAborted();
      tried.push(`${says}: ${messageOf(error).slice(0, 300)}`);
    }
  }
  throw new ConfigError(
    `no NATS server found. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\nInstall nats-server (https://docs.nats.io/running-a-nats-service/introduction/installation) so that it is on the PATH, or set NATS_URL to a server that runs with JetStream.`,
  );
}

/** Where fetched programs are kept for this user. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'prunella');
}

async function onPath({ path }: Context): Promise<string> {
  const found = await which(PROGRAM, path);
  await versionOf(found);
  return found;
}

async function inCache({ cacheDir }: Context): Promise<string> {
  const cached = join(cacheDir, PROGRAM);
  await versionOf(cached);
  return cached;
}

async function fromApt(context: Context): Promise<string> {
  return await fetchDebianProgram(fetchingFor(context), context.path);
}

async function fromRelease(context: Context): Promise<string> {
  const { release, path, onProgress, signal } = context;
  if (release === undefined) throw new ConfigError(`no release is pinned for ${process.platform} ${process.arch}`);
  const tar = await which('tar', path);
  onProgress(`downloading nats-server ${release.version}`);
  const timeout = AbortSignal.timeout(120_000);
  const response = await fetch(release.url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout }).catch(
    (error: unknown) => {
      const { cause } = error as { cause?: unknown };
      throw new ConfigError(`${release.url}: ${messageOf(cause ?? error)}`, { cause: error });
    },
  );
  if (!response.ok) throw new ConfigError(`${release.url} answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== release.sha256) {
    throw new ConfigError(`${release.url}: expected SHA-256 ${release.sha256}, found ${sha256}; it was not used`);
  }
  return await fetched(fetchingFor(context), async (folder) => {
    await writeFile(join(folder, 'release.tar.gz'), bytes);
    await run(tar, ['-xzf', 'release.tar.gz'], { cwd: folder, timeout: 60_000 });
    return join(folder, archiveName(`${process.platform}-${process.arch}`, release), PROGRAM);
  });
}

function fetchingFor({ cacheDir, onProgress, signal }: Context): Fetching {
  return { program: PROGRAM, cacheDir, check: versionOf, onProgress, signal };
}

function pinnedRelease(): (Release & { url: string }) | undefined {
  const platform = `${process.platform}-${process.arch}`;
  const release = RELEASES[platform];
  return release && { ...release, url: archiveUrl(platform, release) };
}

/** Runs `program --version`: a program that can't even do that is none. JetStream pull consumers need 2.9. */
async function versionOf(program: string): Promise<string> {
  const { stdout, stderr } = await run(program, ['--version'], { timeout: 10_000 }).catch((error: unknown) => {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ConfigError(missing ? 'not found' : `${program} does not run: ${messageOf(error)}`, { cause: error });
  });
  const [, version, major, minor] = /v((\d+)\.(\d+)\.\d+)/.exec(stdout + stderr) ?? [];
  if (version === undefined) throw new ConfigError(`${program} --version: expected a version, found nothing like it`);
  if (Number(major) < 2 || (Number(major) === 2 && Number(minor) < 9)) {
    throw new ConfigError(`${program}: expected version 2.9 or newer, found ${version}`);
  }
  return version;
}
