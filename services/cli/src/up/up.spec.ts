import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, type ProcessId, pingNats } from '@prunella/embedded';
import { keptPort } from '@prunella/testing';

const main = join(import.meta.dirname, '..', '..', 'dist', 'bundle', 'main.js');
const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator', 'playground'];

/** For what NATS and PostgreSQL play no part in: the stand-ins do not connect. */
const NO_SERVERS = { NATS_URL: 'nats://127.0.0.1:1', DATABASE_URL: 'postgres://user@127.0.0.1:1/none' };

/** A stand-in for a service: ready at once, writes its pid and environment down, ends as ours do. */
const SERVICE = `
const { writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const name = require('node:path').basename(require('node:path').resolve(__dirname, '../..'));
writeFileSync(process.env.PRUNELLA_HOME + '/' + name + '.json', JSON.stringify({ pid: process.pid, env: process.env }));
console.log(JSON.stringify({ level: 30, msg: 'hello from ' + name }));
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(7);
  response.end('{}');
}).listen(process.env['PORT_' + name.toUpperCase()], '127.0.0.1');
for (const event of ['SIGTERM', 'disconnect']) process.on(event, () => process.exit(0));
`;

let folder: string;
let home: string;
let ports: Record<string, string>;
const started: ChildProcess[] = [];

class Up {
  output = '';
  readonly ended: Promise<number | null>;

  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += String(chunk);
      });
    }
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  /** Waits for a text in the output; an end before it is an error. */
  async says(text: string | RegExp): Promise<void> {
    let code: number | null | undefined;
    void this.ended.then((value) => {
      code = value;
    });
    for (let waited = 0; waited < 20_000; waited += 50) {
      if (typeof text === 'string' ? this.output.includes(text) : text.test(this.output)) return;
      if (code !== undefined) break;
      await sleep(50);
    }
    throw new Error(`expected ${String(text)}, found (exit code ${code}):\n${this.output}`);
  }
}

function up(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Up {
  const child = spawn(process.execPath, [main, 'up', '--services-root', join(folder, 'services'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PRUNELLA_HOME: home, ...ports, ...env },
  });
  started.push(child);
  return new Up(child);
}

async function json<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(home, name), 'utf8')) as T;
}

/** Every process that belongs to the running system. */
async function processes(): Promise<ProcessId[]> {
  const services = await Promise.all(SERVICES.map((name) => json<{ pid: number }>(`${name}.json`)));
  const records = await Promise.allSettled(
    ['nats', 'postgres'].map((name) => json<{ process: { pid: number } }>(`run/${name}.json`)),
  );
  const servers = records.flatMap((record) => (record.status === 'fulfilled' ? [record.value.process] : []));
  const ids = await Promise.all([...services, ...servers].map(({ pid }) => identify(pid)));
  return ids.filter((id) => id !== undefined);
}

async function allGoneWithin(ids: readonly ProcessId[], ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += 50) {
    const running = await Promise.all(ids.map(isRunning));
    if (!running.includes(true)) return true;
    await sleep(50);
  }
  return false;
}

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-up-'));
  await chmod(folder, 0o711);
  home = join(folder, 'home');
  ports = { PORT_NATS: '0', PORT_POSTGRES: '0' };
  for (const name of SERVICES) {
    await mkdir(join(folder, 'services', name, 'dist', 'bundle'), { recursive: true });
    await writeFile(join(folder, 'services', name, 'dist', 'bundle', 'main.js'), SERVICE);
    ports[`PORT_${name.toUpperCase()}`] = String(await keptPort());
  }
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    const hung = setTimeout(() => child.kill('SIGKILL'), 12_000);
    await closed;
    clearTimeout(hung);
  }
  await rm(folder, { recursive: true, force: true });
});

describe('prunella up', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('runs everything, and %s stops everything', async (signal) => {
    const system = up();
    await system.says('Prunella is ready');
    const endpoints = await json<Record<string, string>>('endpoints.json');
    expect(Object.keys(endpoints).sort()).toEqual([...SERVICES, 'nats', 'postgres'].sort());
    expect(endpoints['auditor']).toBe(`http://127.0.0.1:${ports['PORT_AUDITOR']}`);
    await pingNats('127.0.0.1', Number(new URL(endpoints['nats'] ?? '').port));
    expect(system.output).toContain('simulated');
    expect(system.output).toMatch(/diagnoser +hello from diagnoser/);
    const running = await processes();
    expect(running).toHaveLength(7);
    const asked = performance.now();
    system.child.kill(signal);
    // npm passes on what the terminal has sent already.
    system.child.kill(signal);
    expect(await system.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(await allGoneWithin(running, 1_000)).toBe(true);
    await expect(json('endpoints.json')).rejects.toThrow();
  });

  it('leaves nothing behind when it is killed, and starts again', async () => {
    const system = up();
    await system.says('Prunella is ready');
    const running = await processes();
    system.child.kill('SIGKILL');
    expect(await allGoneWithin(running, 10_000)).toBe(true);
    await up().says('Prunella is ready');
  });

  it('starts a crashed service again, and the servers too', async () => {
    const system = up();
    await system.says('Prunella is ready');
    const before = await json<{ pid: number }>('detector.json');
    await fetch(`http://127.0.0.1:${ports['PORT_DETECTOR']}/crash`).catch(() => undefined);
    await system.says(/detector +ended by itself \(exit code 7\); again in 0.5 s/);
    const isBack = async (): Promise<boolean> => (await json<{ pid: number }>('detector.json')).pid !== before.pid;
    for (let waited = 0; waited < 10_000 && !(await isBack()); waited += 50) await sleep(50);
    expect(await isBack()).toBe(true);

    const nats = await json<{ process: ProcessId }>('run/nats.json');
    process.kill(nats.process.pid, 'SIGKILL');
    await system.says('NATS ended by itself; starting it again');
    const port = Number(new URL((await json<{ nats: string }>('endpoints.json')).nats).port);
    const answers = (): Promise<boolean> =>
      pingNats('127.0.0.1', port).then(
        () => true,
        () => false,
      );
    for (let waited = 0; waited < 10_000 && !(await answers()); waited += 50) await sleep(50);
    expect(await answers()).toBe(true);
  });

  it('gives the database to the auditor alone', async () => {
    const owner = 'postgres://owner@127.0.0.1:1/none';
    await up([], { ...NO_SERVERS, DATABASE_MIGRATION_URL: owner }).says('Prunella is ready');
    type Told = { env: Record<string, string | undefined> };
    const auditor = await json<Told>('auditor.json');
    expect(auditor.env['DATABASE_URL']).toMatch(/^postgres:\/\//);
    expect(auditor.env['DATABASE_MIGRATION_URL']).toBe(owner);
    for (const name of ['detector', 'diagnoser', 'remediator', 'playground']) {
      const { env } = await json<Told>(`${name}.json`);
      expect(env['DATABASE_URL']).toBeUndefined();
      expect(env['DATABASE_MIGRATION_URL']).toBeUndefined();
      expect(env['NATS_URL']).toMatch(/^nats:\/\//);
    }
  });

  it.each`
    args                   | env                          | playground
    ${[]}                  | ${{ GITHUB_TOKEN: 'token' }} | ${false}
    ${['--playground']}    | ${{ GITHUB_TOKEN: 'token' }} | ${true}
    ${['--no-playground']} | ${{}}                        | ${false}
  `('with $args and $env: the playground runs is $playground', async ({ args, env, playground }) => {
    const system = up(args as string[], { ...NO_SERVERS, ...(env as NodeJS.ProcessEnv) });
    await system.says('Prunella is ready');
    const endpoints = await json<Record<string, string>>('endpoints.json');
    expect('playground' in endpoints).toBe(playground);
  });

  it('says which port is in use, by whom and which variable moves it, before anything is started', async () => {
    const port = Number(ports['PORT_REMEDIATOR']);
    const other = await occupy(port);
    const system = up();
    expect(await system.ended).toBe(1);
    expect(system.output).toContain(`port ${port} for the remediator is in use`);
    expect(system.output).toContain('PORT_REMEDIATOR');
    expect(system.output).not.toContain('    at ');
    await expect(json('run/nats.json')).rejects.toThrow();
    await new Promise((resolve) => other.close(resolve));
  });

  it('does not run twice in the same home', async () => {
    const first = up([], NO_SERVERS);
    await first.says('Prunella is ready');
    const second = up([], NO_SERVERS);
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(`already runs here: process ${first.child.pid}`);
  });

  it('gives up on a service that never starts, with its last words', async () => {
    await writeFile(
      join(folder, 'services', 'diagnoser', 'dist', 'bundle', 'main.js'),
      'console.error("no rules found"); process.exit(1);',
    );
    const system = up([], NO_SERVERS);
    expect(await system.ended).toBe(3);
    expect(system.output).toContain('diagnoser does not start. It says: no rules found');
  });

  it('says which service is not built', async () => {
    await rm(join(folder, 'services', 'auditor', 'dist', 'bundle', 'main.js'));
    const system = up([], NO_SERVERS);
    expect(await system.ended).toBe(1);
    expect(system.output).toContain('auditor is not built');
  });

  it('kills everything at the second Ctrl-C', async () => {
    const stubborn = SERVICE.replace(
      "for (const event of ['SIGTERM', 'disconnect']) process.on(event, () => process.exit(0));",
      "process.on('SIGTERM', () => {});",
    );
    await writeFile(join(folder, 'services', 'detector', 'dist', 'bundle', 'main.js'), stubborn);
    const system = up([], NO_SERVERS);
    await system.says('Prunella is ready');
    const running = await processes();
    system.child.kill('SIGINT');
    await system.says('Stopping');
    await sleep(1_200);
    system.child.kill('SIGINT');
    expect(await system.ended).toBe(1);
    expect(await allGoneWithin(running, 1_000)).toBe(true);
  });
});
