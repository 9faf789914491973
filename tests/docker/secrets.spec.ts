import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Bus, USERS } from '@prunella/bus';
import { acquireNats, type EmbeddedServer, startNats } from '@prunella/embedded';

/** What `setup` and `provision` of docker-compose.yml do, with the files of their image, on a real server. The containers themselves: tests/containers. */

const run = promisify(execFile);
const approved = {
  id: 'spec',
  data: { incidentId: 'inc_1', attempt: 1, action: 'retry', approved: true, by: 'ada' } as never,
};

let folder: string;
let root: string;
let server: EmbeddedServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-secrets-'));
  root = join(folder, 'root');
  // As volumes are mounted.
  const volumes = [
    'prunella',
    'prunella-hash',
    'prunella-database',
    'nats/server',
    ...USERS.map((user) => `nats/users/${user}`),
  ];
  for (const volume of volumes) await mkdir(join(root, 'run', volume), { recursive: true });
  await run(process.execPath, ['deploy/docker/files.mjs', folder, 'cli']);
  await setup();
  await mkdir(join(folder, 'nats'));
  server = await startNats({ home: join(folder, 'nats'), port: 0, more: await accounts(), account: 'PRUNELLA' });
  await prunella('admin', 'nats', 'provision');
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function setup(env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'cli', 'secrets.mjs'), root], {
    env: { PATH: process.env['PATH'], PRUNELLA_SERVICE: 'cli', ...env },
  });
  return stdout;
}

const accounts = () => readFile(join(root, 'run/nats/server/accounts.conf'), 'utf8');
const passwordFile = (user: string) => join(root, 'run/nats/users', user, 'password');
const urlOf = (user: string) => server.url.replace('://', `://${user}@`);

/** The command line of the image, signed in as compose does it. */
async function prunella(user: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'cli', 'run.mjs'), ...args], {
    env: {
      PATH: process.env['PATH'],
      PRUNELLA_SERVICE: 'cli',
      NATS_URL: urlOf(user),
      NATS_PASSWORD_FILE: passwordFile(user),
    },
  });
  return stdout;
}

async function as(user: string): Promise<Bus> {
  return await Bus.connect({ servers: urlOf(user), password: await readFile(passwordFile(user), 'utf8'), name: user });
}

it('each user has a password of its own, and the server knows them all', async () => {
  const passwords = await Promise.all(USERS.map((user) => readFile(passwordFile(user), 'utf8')));
  expect(new Set(passwords).size).toBe(USERS.length);
  for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
  expect(await accounts()).not.toContain('$PRUNELLA');
  const { path } = await acquireNats({});
  await mkdir(join(folder, 'etc', 'users'), { recursive: true });
  await copyFile('deploy/docker/nats.conf', join(folder, 'etc', 'prunella.conf'));
  await copyFile(join(root, 'run/nats/server/accounts.conf'), join(folder, 'etc', 'users', 'accounts.conf'));
  const { stderr } = await run(path, ['-t', '--config', join(folder, 'etc', 'prunella.conf')]);
  expect(stderr).toMatch(/configuration file .* is valid/);
});

it('the token of the API is kept, and services that only have to know it get its hash', async () => {
  const read = (file: string) => readFile(join(root, 'run', file), 'utf8');
  const token = await read('prunella/api-token');
  await setup();
  expect(await read('prunella/api-token')).toBe(token);
  expect(await read('prunella-hash/api-token')).toBe(`sha256:${createHash('sha256').update(token).digest('hex')}`);
});

it('the command line sends as cli', async () => {
  expect(await prunella('cli', 'send', 'pipeline.failed', '{"pipeline_id":"42"}')).toMatch(/^published/);
});

it('the auditor approves; the detector may not, and makes no streams', async () => {
  const [auditor, detector] = await Promise.all([as('auditor'), as('detector')]);
  try {
    expect(await auditor.publish('action.approved', approved)).toMatchObject({ duplicate: false });
    await expect(detector.publish('action.approved', approved)).rejects.toThrow(/NATS does not let this user publish/);
    await expect(prunella('detector', 'nats', 'provision')).rejects.toThrow(/NATS does not let this user/);
  } finally {
    await Promise.all([auditor.close(), detector.close()]);
  }
});

it('again it changes no secret; a door is opened, and shut again', async () => {
  const shut = await accounts();
  const said = /user: detector,[\s\S]*?user: diagnoser,/;
  expect(shut.match(said)?.[0]).not.toContain('action.approved');
  expect(await setup({ PRUNELLA_NATS_OPEN: 'slack' })).toBe('');
  expect((await accounts()).match(said)?.[0]).toContain("'action.approved'");
  expect(await setup({ PRUNELLA_NATS_OPEN: '' })).toBe('');
  expect(await accounts()).toBe(shut);
  expect(await readdir(join(root, 'run/nats/server'))).toEqual(['accounts.conf']);
});

it('a door that there is not stops it, and what is there stays', async () => {
  const before = await accounts();
  await expect(setup({ PRUNELLA_NATS_OPEN: 'back' })).rejects.toThrow(/expected some of slack, requests, found back/);
  expect(await accounts()).toBe(before);
});
