import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestNats, startTestPostgres, type TestServer } from '@prunella/testing';
import { until } from '../support/until.ts';

/**
 * What deploy/docker/files.mjs puts into the images is all that runs here: in a folder of its own, away from the repository, on real servers. What is
 * missing there is missed here, without an engine for containers.
 */

const run = promisify(execFile);
const TOKEN = 'a-token-for-the-images';
const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator', 'playground'] as const;
type Service = (typeof SERVICES)[number];

let folder: string;
let nats: TestServer;
let postgres: TestServer;
const processes: ChildProcess[] = [];
const urls = {} as Record<Service, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-files-'));
  await writeFile(join(folder, 'token'), `${TOKEN}\n`);
  [, nats, postgres] = await Promise.all([
    run(process.execPath, ['deploy/docker/files.mjs', folder, ...SERVICES, 'cli']),
    startTestNats(),
    startTestPostgres(),
  ]);
  await Promise.all(SERVICES.map(start));
}, 180_000);

afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await Promise.all([nats?.stop(), postgres?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** As the image starts it: all interfaces, so a token; secrets from files. */
function environmentOf(service: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    NODE_ENV: 'production',
    PRUNELLA_SERVICE: service,
    PRUNELLA_HOST: '0.0.0.0',
    PRUNELLA_API_TOKEN_FILE: join(folder, 'token'),
    NATS_URL: nats.url,
    DATABASE_URL: postgres.url,
    LOG_LEVEL: 'warn',
  };
}

async function start(service: Service): Promise<void> {
  const child = fork(join(folder, service, 'run.mjs'), {
    cwd: folder,
    env: { ...environmentOf(service), [`PORT_${service.toUpperCase()}`]: '0' },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  processes.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  const ready = once(child, 'message').then(([message]) => (message as { url: string }).url);
  const gone = once(child, 'exit').then(() => {
    throw new Error(`${service} ended before it was ready:\n${output}`);
  });
  const url = new URL(await Promise.race([ready, gone]));
  gone.catch(() => undefined);
  url.hostname = '127.0.0.1';
  urls[service] = url.origin;
}

async function inImage(service: string, file: string, ...args: string[]): Promise<string> {
  const ports = Object.entries(urls).map(([name, url]) => [`PORT_${name.toUpperCase()}`, new URL(url).port]);
  const { stdout } = await run(process.execPath, [join(folder, service, file), ...args], {
    cwd: folder,
    env: { ...environmentOf(service), ...Object.fromEntries(ports) },
  });
  return stdout;
}

async function asked(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${await response.text()}`);
  return response;
}

it.each(SERVICES)('%s can work', async (service) => {
  await until(() => asked(`${urls[service]}/readyz`).catch(() => undefined), `${service} is ready`);
  await inImage(service, 'health.mjs');
});

it('says by its exit code that a service is not healthy', async () => {
  const nobody = { ...environmentOf('detector'), PORT_DETECTOR: '1' };
  await expect(run(process.execPath, [join(folder, 'detector', 'health.mjs')], { env: nobody })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('detector is not ready: '),
  });
});

it('has the console, and the description of the API', async () => {
  const page = await (await asked(`${urls.auditor}/`)).text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
  expect((await asked(`${urls.auditor}${script}`)).headers.get('content-type')).toMatch(/javascript/);
  const { paths } = (await (await asked(`${urls.auditor}/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(paths)).toContain('/v1/incidents');
});

it('has the thread that runs backtests', async () => {
  const body = JSON.stringify({ policy: 'version: 1\nmode: act\n' });
  const headers = { 'content-type': 'application/json' };
  const begun = await asked(`${urls.auditor}/v1/backtests`, { method: 'POST', body, headers });
  const { id } = (await begun.json()) as { id: string };
  const ended = await until(async () => {
    const job = (await (await asked(`${urls.auditor}/v1/backtests/${id}`)).json()) as { state: string };
    return job.state !== 'running' && job;
  }, 'the backtest ends');
  expect(ended).toMatchObject({ state: 'done' });
});

it('has the rules and the model', async () => {
  const body = 'npm error code ETIMEDOUT\n##[error]Process completed with exit code 1.\n';
  const headers = { 'content-type': 'text/plain' };
  const response = await asked(`${urls.diagnoser}/v1/diagnose`, { method: 'POST', body, headers });
  expect(await response.json()).toMatchObject({ cause: 'network' });
});

it('has the command line, with its threads and its way to the API', async () => {
  const logs = ['one.log', 'two.log', 'three.log'].map((name) => join(folder, name));
  for (const log of logs) await writeFile(log, 'npm error code ETIMEDOUT\n'.repeat(1_000));
  const lines = (await inImage('cli', 'run.mjs', 'diagnose', '--json', ...logs)).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { cause: string }).cause)).toEqual(['network', 'network', 'network']);
  expect(await inImage('cli', 'run.mjs', 'incidents', 'list', '--json')).toMatch(/^[[{]/);
});

it('has what derives everything again', async () => {
  expect(JSON.parse(await inImage('auditor', 'services/auditor/dist/bundle/rebuild.js'))).toMatchObject({});
});
