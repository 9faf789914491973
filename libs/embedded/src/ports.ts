import { randomInt } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { ConfigError } from '@prunella/core';
import { commandLine } from './process-table.ts';

/** Registered for hardly anything, and below the ephemeral ports of Linux (32768) and everybody else (49152). */
const LOWEST_FREE = 20_000;
const HIGHEST_FREE = 32_000;

/** Which port something wants, and who says so. */
export interface PortWish {
  /** What it is for, as people call it: `NATS`, `auditor`. */
  what: string;
  /** The environment variable that sets it. */
  variable: string;
  /** The port that the user asked for: this one or an error. 0: any free one. */
  asked?: number;
  /** Used when nobody asked, or the next free one above it. */
  usual: number;
  host: string;
}

/**
 * A port that is free right now.
 *
 * @throws ConfigError naming the port, who holds it and the variable, when the user asked for one that is in use.
 */
export async function freePort(wish: PortWish): Promise<number> {
  if (wish.asked === 0) return await anyFreePort(wish.host);
  if (wish.asked !== undefined) {
    await requirePort(wish, wish.asked);
    return wish.asked;
  }
  for (let port = wish.usual; port < wish.usual + 100; port += 1) {
    if (await isFree(port, wish.host)) return port;
  }
  return await anyFreePort(wish.host);
}

/** @throws ConfigError naming the port, who holds it and the variable, when `port` is in use. */
export async function requirePort(wish: Omit<PortWish, 'usual' | 'asked'>, port: number): Promise<void> {
  if (await isFree(port, wish.host)) return;
  const holder = await holderOf(port);
  throw new ConfigError(
    `port ${port} for ${wish.what} is in use${holder === undefined ? '' : ` by ${holder}`}: stop that program, or set ${wish.variable} to a free port`,
  );
}

/** Says whether a server could listen on this port now. */
export async function isFree(port: number, host: string): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined;
}

/**
 * Any port that nobody uses: below those that systems give to outgoing connections and to whoever asks for any, so that
 * nobody gets it by chance before it is listened on.
 */
export async function anyFreePort(host: string): Promise<number> {
  for (let tries = 0; tries < 20; tries += 1) {
    const port = randomInt(LOWEST_FREE, HIGHEST_FREE);
    if (await isFree(port, host)) return port;
  }
  const port = await listenOnce(0, host);
  if (port === undefined) throw new ConfigError(`no free port found on ${host}: is the address one of this machine's?`);
  return port;
}

function listenOnce(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/** Who listens on a port, for people: `nats-server (process 123)`; undefined: can't be told. */
export async function holderOf(port: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const sockets = await listeningSockets(port);
  if (sockets.size === 0) return undefined;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (!sockets.has(target)) continue;
      const command = (await commandLine(Number(pid))) ?? 'a program';
      return `process ${pid} (${command.slice(0, 100)})`;
    }
  }
  return undefined;
}

async function listeningSockets(port: number): Promise<Set<string>> {
  const LISTEN = '0A';
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const found = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(wanted) && fields[3] === LISTEN) found.add(`socket:[${fields[9]}]`);
    }
  }
  return found;
}
