import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { pingNats } from './nats/ping.ts';
import { startNats } from './nats/server.ts';
import { anyFreePort } from './ports.ts';
import { startPostgres } from './postgres/server.ts';
import { identify, isRunning, type ProcessId } from './process-table.ts';

const isRoot = process.getuid?.() === 0;
let home: string;

async function select(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<{ value: unknown }>(sql)).rows[0]?.value;
  } finally {
    await client.end();
  }
}

/** Starts both servers in a process of their own, from what the build made, so that it can be killed. */
async function startElsewhere(): Promise<{ owner: ChildProcess; servers: ProcessId[] }> {
  const built = pathToFileURL(join(import.meta.dirname, '..', 'dist', 'index.js')).href;
  const script = `
    import { startNats, startPostgres } from ${JSON.stringify(built)};
    const home = ${JSON.stringify(home)};
    const servers = await Promise.all([startNats({ home, port: 0 }), startPostgres({ home, port: 0, durable: false })]);
    console.log(JSON.stringify(servers.map((server) => server.pid)));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    owner.stdout.once('data', (chunk) => resolve(String(chunk)));
    owner.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  const ids = await Promise.all((JSON.parse(line) as number[]).map(identify));
  return { owner, servers: ids.filter((id) => id !== undefined) };
}

async function isGoneWithin(id: ProcessId, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms && (await isRunning(id)); waited += 50) await sleep(50);
  return !(await isRunning(id));
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'prunella-embedded-'));
  await chmod(home, 0o711);
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('startNats', () => {
  it('answers with JetStream, keeps to its payload limit, stops, and starts again on the same port', async () => {
    const first = await startNats({ home, port: 0, maxPayload: 1024 });
    await pingNats('127.0.0.1', first.port);
    expect(await readFile(join(home, 'nats', 'nats-server.conf'), 'utf8')).toContain('max_payload: 1024');
    await first.stop();
    await first.stop();
    await expect(pingNats('127.0.0.1', first.port)).rejects.toMatchObject({ name: 'UnreachableError' });
    const second = await startNats({ home, port: first.port });
    expect(second.url).toBe(first.url);
    await second.stop();
  });

  it('says what its log says when it does not come up', async () => {
    await writeFile(join(home, 'nats'), 'a file where the folder should be');
    await expect(startNats({ home, port: 0 })).rejects.toThrow();
  });
});

describe('startPostgres', () => {
  it('has the database prunella, keeps data over a kill, and is not stopped by a stale lock file', async () => {
    const first = await startPostgres({ home, port: 0, durable: false });
    expect(await select(first.url, 'SELECT current_database() AS value')).toBe('prunella');
    await select(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.kill();
    const { dataDir } = JSON.parse(await readFile(join(home, 'postgres.json'), 'utf8')) as { dataDir: string };
    // What a restarted container looks like: the pid in the file is somebody else's now.
    const lock = join(dataDir, 'postmaster.pid');
    const lines = (await readFile(lock, 'utf8')).split('\n');
    await writeFile(lock, [String(process.pid), ...lines.slice(1)].join('\n'));
    const second = await startPostgres({ home, port: first.port, durable: false });
    expect(await select(second.url, 'SELECT value FROM kept')).toBe(7);
    await second.stop();
  });

  it('starts from nothing when it was killed while it made its database', async () => {
    const first = await startPostgres({ home, port: 0, durable: false });
    await first.stop();
    const { dataDir } = JSON.parse(await readFile(join(home, 'postgres.json'), 'utf8')) as { dataDir: string };
    await rm(dataDir, { recursive: true });
    await writeFile(join(dirname(dataDir), 'data.new'), 'half done');
    const second = await startPostgres({ home, port: 0, durable: false });
    expect(await select(second.url, 'SELECT 1 AS value')).toBe(1);
    await second.stop();
  });

  // Only root runs it as another account, which then may not get to the home.
  (isRoot ? it : it.skip)(
    'keeps its data elsewhere when its account can not reach the home, and finds them again',
    async () => {
      await chmod(home, 0o700);
      const first = await startPostgres({ home, port: 0, durable: false });
      await select(first.url, 'CREATE TABLE kept AS SELECT 8 AS value');
      await first.stop();
      const { dataDir } = JSON.parse(await readFile(join(home, 'postgres.json'), 'utf8')) as { dataDir: string };
      try {
        expect(dataDir.startsWith(home)).toBe(false);
        const second = await startPostgres({ home, port: 0, durable: false });
        expect(await select(second.url, 'SELECT value FROM kept')).toBe(8);
        await second.stop();
      } finally {
        await rm(dirname(dataDir), { recursive: true });
      }
    },
  );

  it('refuses a port that was asked for and is in use', async () => {
    const first = await startPostgres({ home, port: 0, durable: false });
    const other = await mkdtemp(join(tmpdir(), 'prunella-embedded-'));
    await expect(startPostgres({ home: other, port: first.port })).rejects.toThrow(
      `port ${first.port} for PostgreSQL is in use`,
    );
    await first.stop();
    await rm(other, { recursive: true });
  });
});

describe('when the process that started them is killed', () => {
  it('both servers end, and the next start works', async () => {
    const { owner, servers } = await startElsewhere();
    expect(servers).toHaveLength(2);
    owner.kill('SIGKILL');
    for (const server of servers) expect(await isGoneWithin(server, 10_000)).toBe(true);
    const next = await startElsewhere();
    next.owner.kill('SIGTERM');
    for (const server of next.servers) expect(await isGoneWithin(server, 10_000)).toBe(true);
  });
});

describe('pingNats', () => {
  it('does not take a closed port for a server', async () => {
    await expect(pingNats('127.0.0.1', await anyFreePort('127.0.0.1'))).rejects.toMatchObject({
      name: 'UnreachableError',
    });
  });
});
