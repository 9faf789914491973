import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '@prunella/embedded';
import { insertEvents, Store } from '@prunella/store';
import { keptPort } from '@prunella/testing';
import pg from 'pg';
import { until } from '../support/until.ts';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-backup-'));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const EVENT = {
  ...{ id: 'evt_1', incidentId: 'inc_1', subject: 'pipeline.failed', source: 's', eventId: '1', seq: 7 },
  ...{ time: '2026-11-02T08:00:00.000Z', data: { pipelineId: 'ci' } },
} as never;

/** Writes down something to lose. */
async function fill(url: string): Promise<void> {
  const store = await Store.open({ url, name: 'backup' });
  await store.transaction(async (tx) => {
    await insertEvents(tx, [EVENT]);
    await tx.query(
      `INSERT INTO confidence (decided_by, action, prior, prior_weight, healed, ineffective, harmful, revision, updated_at)
       VALUES ('rule:x', 'retry', 0.8, 10, 41, 0, 0, 41, now())`,
    );
  });
  await store.close();
}

/** It is all there, and what is told once more changes nothing. */
async function expectFilled(url: string): Promise<void> {
  const store = await Store.open({ url, name: 'backup' });
  try {
    expect(await store.transaction((tx) => insertEvents(tx, [EVENT]))).toEqual(new Map());
    const rows = await store.read((manager) =>
      manager.query(
        'SELECT (SELECT count(*)::int FROM events) AS events, (SELECT sum(healed)::int FROM confidence) AS healed',
      ),
    );
    expect(rows).toEqual([{ events: 1, healed: 41 }]);
    expect(store.isSearchIndexed).toBe(true);
  } finally {
    await store.close();
  }
}

it('the folder of the embedded Postgres is copied while it is stopped, and started elsewhere', async () => {
  const [home, copy] = [join(folder, 'home'), join(folder, 'copy')];
  await run('mkdir', ['-m', '755', home]);
  const server = await startPostgres({ home, port: 0 });
  await fill(server.url);
  await server.stop();
  await run('cp', ['-a', home, copy]);
  const { password } = JSON.parse((await run('cat', [join(home, 'postgres.json')])).stdout);
  await writeFile(join(copy, 'postgres.json'), JSON.stringify({ dataDir: join(copy, 'postgres', 'data'), password }));
  const restored = await startPostgres({ home: copy, port: 0 });
  try {
    await expectFilled(restored.url);
  } finally {
    await restored.stop();
  }
}, 60_000);

/** A PostgreSQL of the system, with the tools that the embedded one leaves out. */
const SYSTEM = ['/usr/lib/postgresql']
  .filter((path) => existsSync(path))
  .flatMap((path) => readdirSync(path).map((version) => join(path, version, 'bin')))
  .find((bin) => ['initdb', 'postgres', 'pg_dump', 'pg_restore'].every((tool) => existsSync(join(bin, tool))));

// Without them there is nothing to try.
(SYSTEM === undefined ? it.skip : it)(
  'pg_dump and pg_restore of a server that is not ours bring everything back',
  async () => {
    const tool = (name: string) => join(SYSTEM ?? '', name);
    // PostgreSQL refuses to run as root.
    const account =
      process.getuid?.() === 0
        ? {
            uid: Number((await run('id', ['-u', 'postgres'])).stdout),
            gid: Number((await run('id', ['-g', 'postgres'])).stdout),
          }
        : {};
    const [data, port] = [join(folder, 'system'), await keptPort()];
    await run('mkdir', ['-m', '700', data]);
    if (account.uid !== undefined) await chown(data, account.uid, account.gid);
    await run(tool('initdb'), ['-D', data, '-U', 'prunella', '--auth=trust', '-E', 'UTF8'], { ...account, cwd: '/' });
    const options = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', ''];
    const server = spawn(tool('postgres'), options, { ...account, cwd: '/', stdio: 'ignore' });
    try {
      const url = (database: string) => `postgres://prunella@127.0.0.1:${port}/${database}`;
      await until(() => answers(url('postgres')), 'the server of the system answers');
      await run(tool('createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'prunella', 'prunella']);
      await fill(url('prunella'));
      const file = join(folder, 'prunella.dump');
      await run(tool('pg_dump'), ['--format=custom', `--file=${file}`, url('prunella')]);
      await run(tool('createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'prunella', 'restored']);
      await run(tool('pg_restore'), ['--exit-on-error', '--no-owner', `--dbname=${url('restored')}`, file]);
      await expectFilled(url('restored'));
    } finally {
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
    }
  },
  60_000,
);

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
