import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { USERS } from '@prunella/bus';
import { acquireNats, pingNats, ServerProcess } from '@prunella/embedded';
import { keptPort } from '@prunella/testing';

/** What docs/guide/compose.md has for TLS between services and NATS: its own lines, on a real server, without the containers. */

const run = promisify(execFile);
const HOST = '127.0.0.1';

let folder: string;
let server: ServerProcess;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-tls-'));
  const root = join(folder, 'root');
  const volumes = ['prunella', 'prunella-database', 'nats/server', ...USERS.map((user) => `nats/users/${user}`)];
  for (const volume of volumes) await mkdir(join(root, 'run', volume), { recursive: true });
  await run(process.execPath, ['deploy/docker/files.mjs', folder, 'cli']);
  await run(process.execPath, [join(folder, 'cli', 'secrets.mjs'), root], {
    env: { PATH: process.env['PATH'], PRUNELLA_SERVICE: 'cli' },
  });
  await cp('deploy/docker', join(folder, 'deploy', 'docker'), { recursive: true });
  // The name that the server has here.
  const lines = (await recipe()).replace('DNS:nats', 'DNS:localhost');
  await run('sh', ['-euc', lines], { cwd: folder });
  server = await started(root);
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The commands of the guide. */
async function recipe(): Promise<string> {
  const text = await readFile('docs/guide/compose.md', 'utf8');
  const [, lines] = /TLS to NATS:[\s\S]*?```sh\n([\s\S]*?)```/.exec(text) ?? [];
  if (lines === undefined)
    throw new Error('docs/guide/compose.md: expected a block of sh below "TLS to NATS:", found none');
  return lines;
}

/** The server as its container starts it; what is mounted there is where it is here. */
async function started(root: string): Promise<ServerProcess> {
  const config = (await readFile(join(folder, 'secrets', 'nats.conf'), 'utf8'))
    .replaceAll('/etc/nats/tls', join(folder, 'secrets', 'nats'))
    .replace('/data', join(folder, 'data'))
    .replace('users/accounts.conf', 'accounts.conf')
    .replace('http: 8222', '');
  await writeFile(join(root, 'run/nats/server/prunella.conf'), config);
  port = await keptPort();
  const process = await ServerProcess.start({
    name: 'nats',
    home: folder,
    program: (await acquireNats({})).path,
    args: ['--config', join(root, 'run/nats/server/prunella.conf'), '--addr', HOST, '--port', String(port)],
    stopSignal: 'SIGTERM',
    graceMs: 3_000,
  });
  await process.ready(() => pingNats(HOST, port), 30_000, undefined);
  return process;
}

/** The command line of the image, with the environment that compose gives it. */
async function prunella(user: string, caFile: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'cli', 'run.mjs'), ...args], {
    env: {
      PATH: process.env['PATH'],
      PRUNELLA_SERVICE: 'cli',
      NATS_URL: `nats://${user}@localhost:${port}`,
      NATS_PASSWORD_FILE: join(folder, 'root/run/nats/users', user, 'password'),
      NATS_CA_FILE: caFile,
    },
  });
  return stdout;
}

const ca = () => join(folder, 'deploy/docker/config/ca.pem');

it('everything is set up, and sent, over TLS', async () => {
  expect(await prunella('admin', ca(), 'nats', 'provision')).toMatch(/are there, each on 1 server\n$/);
  expect(await prunella('cli', ca(), 'send', 'pipeline.failed', '{"pipeline_id":"42"}')).toMatch(/^published/);
});

it('who knows no CA speaks to nobody', async () => {
  await expect(prunella('cli', '', 'send', 'pipeline.failed', '{"pipeline_id":"42"}')).rejects.toThrow(
    /unable to verify the first certificate/,
  );
});
