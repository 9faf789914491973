import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '../ports.ts';
import { stopLeftover } from '../run-record.ts';
import { ServerProcess } from '../server-process.ts';
import { acquireNats, type NatsProgram } from './acquire.ts';
import { pingNats } from './ping.ts';

const GIB = 1024 ** 3;

export interface NatsOptions {
  /** PRUNELLA_HOME: data in `nats/`, log in `logs/nats.log`. */
  home: string;
  /** The port that the user asked for; undefined: 4222 or the next free one; 0: any free one. */
  port?: number | undefined;
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  /** Longest message in bytes. Default: 8 MiB. */
  maxPayload?: number | undefined;
  /** More lines of its configuration: `accounts`, `tls`. */
  more?: string | undefined;
  /** The account in `more` that goes on with what a server without accounts stored here. */
  account?: string | undefined;
  /** Where fetched programs are kept. Default: the user's cache folder. */
  cacheDir?: string | undefined;
  /** Told before slow steps, in words for people. */
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A NATS server with JetStream that belongs to this process. */
export interface EmbeddedServer {
  /** How clients reach it. */
  url: string;
  port: number;
  pid: number;
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>;
  /** Stops it in good order, and kills it when that takes too long. Again: does nothing. */
  stop(): Promise<void>;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
}

/**
 * Starts a real NATS server on loopback, with its streams in files, and waits until it answers. What an earlier process
 * left running in the same home is stopped first.
 *
 * @throws ConfigError when no server can be had, the asked port is in use, or the home is somebody's;
 * UnreachableError when it does not come up.
 */
export async function startNats(options: NatsOptions): Promise<EmbeddedServer> {
  const home = resolve(options.home);
  const host = options.host ?? '127.0.0.1';
  const program = await acquireNats(options);
  await stopLeftover(home, 'nats', 'SIGTERM');
  const wish = { what: 'NATS', variable: 'PORT_NATS', usual: 4222, host };
  const port = await freePort({ ...wish, ...(options.port !== undefined && { asked: options.port }) });
  const server = await ServerProcess.start({
    name: 'nats',
    home,
    program: program.path,
    args: ['--config', await writeConfig(home, host, port, options, program)],
    stopSignal: 'SIGTERM',
    graceMs: 3_000,
  });
  await server.ready(() => pingNats(host, port), 30_000, options.signal);
  return {
    url: `nats://${host}:${port}`,
    port,
    pid: server.pid,
    ended: server.ended,
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

async function writeConfig(
  home: string,
  host: string,
  port: number,
  { maxPayload = 8 * 1024 ** 2, more = '', account }: NatsOptions,
  program: NatsProgram,
): Promise<string> {
  const folder = join(home, 'nats');
  await mkdir(folder, { recursive: true });
  if (account !== undefined) await handOver(join(folder, 'jetstream'), account);
  const [major = 0, minor = 0] = program.version.split('.').map(Number);
  const knowsSyncInterval = major > 2 || minor >= 10;
  const lines = [
    'server_name: prunella',
    `listen: ${JSON.stringify(`${host}:${port}`)}`,
    `max_payload: ${maxPayload}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(folder)}`,
    // By default the limit is a share of the free disk, and on a small one the streams, which reserve their most,
    // could not even be made.
    `  max_file_store: ${16 * GIB}`,
    `  max_memory_store: ${GIB / 4}`,
    // Written to the disk at once by the process, forced down at least this often: what a power cut can cost.
    ...(knowsSyncInterval ? ['  sync_interval: "10s"'] : []),
    '}',
    more,
    '',
  ];
  const file = join(folder, 'nats-server.conf');
  // There may be passwords in it, and what was there before may be for all to read.
  await rm(file, { force: true });
  await writeFile(file, lines.join('\n'), { mode: 0o600 });
  return file;
}

/** Without accounts all is in one that is called `$G`. */
async function handOver(store: string, account: string): Promise<void> {
  const [before, now] = [join(store, '$G'), join(store, account)];
  if (existsSync(before) && !existsSync(now)) await rename(before, now);
}
