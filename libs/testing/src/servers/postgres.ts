import { rm } from 'node:fs/promises';
import { type EmbeddedServer, startPostgres } from '@prunella/embedded';
import pg from 'pg';
import { temporaryHome } from './home.ts';
import { keptPort } from './kept-port.ts';
import type { TestServer } from './server.ts';

/** The one server of a spec file and how many databases on it are in use. */
interface Shared {
  home: string;
  server: EmbeddedServer;
  users: number;
}

let shared: Promise<Shared> | undefined;
let databases = 0;

/**
 * Gives a new, empty database on a PostgreSQL server that all calls in one spec file share (the first call takes about
 * a second). `kill` and `restart` are felt by all of them. The last `stop` stops the server.
 */
export async function startTestPostgres(): Promise<TestServer> {
  shared ??= launch();
  const mine = await shared;
  mine.users += 1;
  databases += 1;
  const name = `test_${databases}`;
  await admin(mine.server.url, `CREATE DATABASE ${name}`);
  const url = new URL(mine.server.url);
  url.pathname = `/${name}`;
  let stopped = false;
  return {
    url: url.href,
    port: mine.server.port,
    kill: () => mine.server.kill(),
    async restart() {
      await mine.server.stop();
      mine.server = await startPostgres({ home: mine.home, port: mine.server.port, durable: false });
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      mine.users -= 1;
      if (mine.users > 0) return;
      shared = undefined;
      await mine.server.stop();
      await rm(mine.home, { recursive: true, force: true });
    },
  };
}

async function launch(): Promise<Shared> {
  const home = await temporaryHome();
  // A killed server loses nothing without fsync, only a power cut would.
  return { home, server: await startPostgres({ home, port: await keptPort(), durable: false }), users: 0 };
}

async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
