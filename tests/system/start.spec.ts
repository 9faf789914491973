import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptPort } from '@prunella/testing';
import type { Incident } from '../support/system.ts';
import { until } from '../support/until.ts';

const main = join(import.meta.dirname, '..', '..', 'services', 'cli', 'dist', 'bundle', 'main.js');
const NAMES = ['NATS', 'POSTGRES', 'AUDITOR', 'DETECTOR', 'DIAGNOSER', 'REMEDIATOR', 'PLAYGROUND'];

interface Running {
  child: ChildProcess;
  output: () => string;
  endpoints: Record<string, string>;
}

let home: string;
let environment: Record<string, string>;
let running: Running | undefined;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'prunella-start-'));
  const ports = await Promise.all(NAMES.map(async (name) => [`PORT_${name}`, String(await keptPort())] as const));
  environment = {
    PATH: process.env['PATH'] ?? '',
    // the cache of the NATS program is the session's; all else is new
    HOME: process.env['HOME'] ?? home,
    PRUNELLA_HOME: join(home, 'state'),
    ...Object.fromEntries(ports),
  };
}, 20_000);

afterAll(async () => {
  running?.child.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

/** What `npm start` runs once everything is built. */
async function start(): Promise<Running> {
  const child = spawn(process.execPath, [main, 'up', '--no-open'], {
    cwd: home,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}:\n${output}`);
      return output.includes('Prunella is ready');
    },
    'ready',
    60_000,
  );
  const endpoints = JSON.parse(await readFile(join(home, 'state', 'endpoints.json'), 'utf8')) as Record<string, string>;
  running = { child, output: () => output, endpoints };
  return running;
}

/** Every process below one, by /proc. */
function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    table.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function stopBy(signal: NodeJS.Signals, { child }: Running): Promise<void> {
  const pids = descendants(child.pid ?? 0);
  expect(pids.length).toBeGreaterThanOrEqual(7);
  const exited = once(child, 'exit');
  const asked = Date.now();
  child.kill(signal);
  expect((await exited)[0]).toBe(0);
  expect(Date.now() - asked).toBeLessThan(10_000);
  await until(() => pids.filter(isAlive).length === 0, 'no process stays', 5_000);
  running = undefined;
}

async function incidents({ endpoints }: Running): Promise<(Incident & { simulated: boolean })[]> {
  const response = await fetch(`${endpoints['auditor']}/v1/incidents?limit=200`);
  return ((await response.json()) as { items: (Incident & { simulated: boolean })[] }).items;
}

it('heals the playground within a minute, leaves to humans what is theirs, and stops without a trace', async () => {
  const it = await start();
  expect(Object.keys(it.endpoints).toSorted()).toEqual(NAMES.map((name) => name.toLowerCase()).toSorted());
  const seen = await until(
    async () => {
      const all = await incidents(it);
      return all.some(({ outcome }) => outcome === 'healed') && all.some(({ state }) => state === 'handed_over') && all;
    },
    'one healed and one left to humans',
    60_000,
  );
  expect(seen.every(({ simulated, source }) => simulated && source === 'playground')).toBe(true);
  expect(seen.find(({ state }) => state === 'handed_over')?.reason).toMatch(/human/);

  for (const name of ['auditor', 'detector', 'diagnoser', 'remediator']) {
    expect(await (await fetch(`${it.endpoints[name]}/health`)).json()).toMatchObject({ status: 'healthy' });
    for (const path of ['healthz', 'readyz', 'metrics'])
      expect((await fetch(`${it.endpoints[name]}/${path}`)).status).toBe(200);
  }
  expect(await (await fetch(`${it.endpoints['auditor']}/`)).text()).toContain('<title>Prunella');
  expect(await (await fetch(`${it.endpoints['auditor']}/openapi.json`)).json()).toMatchObject({
    openapi: expect.stringMatching(/^3\./),
  });
  await stopBy('SIGINT', it);
}, 120_000);

it('knows its incidents after a restart, goes on after one of its services was killed, and says that it runs already', async () => {
  const it = await start();
  const before = await incidents(it);
  expect(before.some(({ outcome }) => outcome === 'healed')).toBe(true);

  const second = spawn(process.execPath, [main, 'up', '--no-open'], {
    cwd: home,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [second.stdout, second.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  expect((await once(second, 'exit'))[0]).not.toBe(0);
  expect(said).toMatch(/already|in use/);
  expect(said).not.toMatch(/at .*\.js:\d+/);

  const remediator = descendants(it.child.pid ?? 0).find((pid) => commandOf(pid).includes('/remediator/'));
  process.kill(remediator ?? 0, 'SIGKILL');
  await until(
    async () =>
      (await fetch(`${it.endpoints['remediator']}/readyz`).catch(() => undefined))?.status === 200 &&
      !isAlive(remediator ?? 0),
    'the remediator is back',
  );
  await fetch(`${it.endpoints['playground']}/api/scenarios/npm-registry-timeout`, { method: 'POST' });
  const known = new Set(before.map(({ id }) => id));
  await until(
    async () => (await incidents(it)).some(({ id, outcome }) => !known.has(id) && outcome === 'healed'),
    'a new one is healed',
    60_000,
  );
  await stopBy('SIGTERM', it);
}, 120_000);

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
