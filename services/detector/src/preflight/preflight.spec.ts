import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type DependencyChanged, type DiagnosisMade, readMessage } from '@prunella/contracts';
import type { PreflightAnswer } from '@prunella/policy';
import { type RunningService, startService } from '@prunella/service-kit';
import { githubRun, networkDiagnosisOf, startTestNats, type TestServer } from '@prunella/testing';
import { detector } from '../service.ts';

const TOKEN = 'a-token-for-the-api';

let nats: TestServer;
let bus: Bus;
let directory: string;
let target: Server;
/** How the dependency answers. */
let status: number;
/** When it was asked. */
let asked: number[];
/** So many requests of ours at a time, at most. */
let together: number;
const replicas: RunningService[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-preflight-'));
  let inside = 0;
  target = createServer(async (_, response) => {
    asked.push(Date.now());
    inside += 1;
    together = Math.max(together, inside);
    await sleep(20);
    inside -= 1;
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
});

beforeEach(async () => {
  [status, asked, together] = [200, [], 0];
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.close()));
  await bus.close();
  await nats.stop();
});

afterAll(async () => {
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const policyFile = () => join(directory, 'prunella.yaml');

async function declare(name = 'npm', times = 'interval: 1s, timeout: 1s, downAfter: 2, upAfter: 2'): Promise<void> {
  const { port } = target.address() as AddressInfo;
  const needs =
    'neededBy: [{ match: { repository: acme/shop } }, { match: { repository: acme/docs }, steps: [publish] }]';
  const one = `{ name: ${name}, kind: registry, url: "http://127.0.0.1:${port}", ${times}, names: [registry.example], ${needs} }`;
  await writeFile(policyFile(), `version: 1\ndependencies: [${one}]\n`);
}

async function start(changes: Record<string, string> = {}): Promise<RunningService> {
  const replica = await startService(detector, {
    NATS_URL: nats.url,
    PORT_DETECTOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: policyFile(),
    ...changes,
  });
  replicas.push(replica);
  return replica;
}

function ask(query: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${replicas[0]?.url}/v1/preflight?${new URLSearchParams(query)}`, { headers });
}

async function answer(repository = 'acme/shop'): Promise<PreflightAnswer> {
  const response = await ask({ pipeline: 'ci', repository });
  expect(response.status).toBe(200);
  return (await response.json()) as PreflightAnswer;
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 25 s: ${what}`);
    await sleep(25);
  }
}

async function untilState(state: string): Promise<void> {
  await until(async () => (await answer()).dependencies[0]?.state === state, `it is ${state}`);
}

async function changes(): Promise<DependencyChanged[]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const found: DependencyChanged[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message?.subject !== 'dependency.changed') continue;
    found.push(readMessage('dependency.changed', message.data, { id: String(seq), source: 'spec' }).data);
  }
  return found;
}

async function failed(pipeline: string, changed: Partial<DiagnosisMade> = {}): Promise<void> {
  const run = {
    ...githubRun({ repository: 'acme/shop', path: pipeline, id: 1, attempt: 1 } as never),
    headSha: '',
    branch: '',
    name: 'ci',
  };
  const data = networkDiagnosisOf(run, {
    incidentId: `inc_${pipeline}`,
    evidence: [{ line: 7, text: 'GET https://registry.example/left-pad: ETIMEDOUT', job: 'build' }],
    ...changed,
  });
  await bus.publish('diagnosis.made', { id: `${pipeline}/${Math.random()}`, data });
}

it('goes while it is up, waits while it is down, and goes again, telling each change once over two replicas', async () => {
  await declare();
  await Promise.all([start(), start()]);
  await untilState('up');
  expect(await answer()).toMatchObject({ answer: 'go', skipSteps: [], retryAfterSeconds: 0 });
  status = 503;
  await untilState('down');
  expect(await answer()).toMatchObject({
    answer: 'wait',
    retryAfterSeconds: 1,
    reasons: [expect.stringContaining('HTTP 503')],
  });
  expect(await answer('acme/docs')).toMatchObject({ answer: 'skip-steps', skipSteps: ['publish'] });
  expect(await answer('acme/other')).toMatchObject({ answer: 'go', dependencies: [] });
  status = 200;
  await untilState('up');
  expect((await changes()).map(({ name, kind, before, state }) => [name, kind, before, state])).toEqual([
    ['npm', 'registry', 'unknown', 'up'],
    ['npm', 'registry', 'up', 'down'],
    ['npm', 'registry', 'down', 'up'],
  ]);
  // half an interval is the shortest pause between two, whoever makes them
  const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  expect(together).toBe(1);
  expect(Math.min(...pauses)).toBeGreaterThan(400);
});

it('suspects what many pipelines fail by before its probe says so, and probes it at once', async () => {
  await declare('npm', 'interval: 1h, timeout: 1s, upAfter: 1');
  await start();
  await untilState('up');
  expect(asked).toHaveLength(1);
  await failed('a');
  await failed('a');
  await failed('b', { cause: 'auth_error' });
  await failed('c', { evidence: [{ line: 1, text: 'GET https://my-registry.example/x', job: 'build' }] });
  await failed('d');
  await failed('e');
  await until(async () => (await changes()).length >= 3, 'it is suspected, and cleared');
  const [first, suspected, cleared, ...more] = await changes();
  expect([first?.state, more]).toEqual(['up', []]);
  expect(suspected).toMatchObject({
    state: 'suspected',
    before: 'up',
    reason: expect.stringContaining('3 pipelines failed within 10m'),
    evidence: Array(3).fill({ line: 7, text: 'GET https://registry.example/left-pad: ETIMEDOUT', job: 'build' }),
  });
  expect(new Set(suspected?.incidentIds)).toEqual(new Set(['inc_a', 'inc_d', 'inc_e']));
  // within an hour nobody else would have probed it
  expect(cleared).toMatchObject({ state: 'up', before: 'suspected' });
  expect(asked).toHaveLength(2);
});

it('knows after a restart what it knew, and nothing of what it has not seen for long', async () => {
  await declare();
  const first = await start();
  await untilState('up');
  status = 503;
  await untilState('down');
  await replicas.pop()?.close();
  expect(first).toBeDefined();
  status = 200;
  const bucket = await bus.bucket<{ state: string; probedAt: number }>('prunella_dependencies');
  expect((await bucket.get('npm'))?.value).toMatchObject({ state: 'down' });
  const kept = (await bucket.get('npm'))?.value;
  await bucket.put('npm', { ...kept, probedAt: Date.now() - 3_600_000 } as never);
  await start();
  await untilState('up');
  // Known a moment before it is told.
  await until(async () => (await changes()).length >= 4, 'it is told');
  expect((await changes()).map(({ before, state }) => `${before}>${state}`)).toEqual([
    'unknown>up',
    'up>down',
    'down>unknown',
    'unknown>up',
  ]);
});

it('takes what is declared later, and forgets what is not any more', async () => {
  await declare('old');
  await start();
  await untilState('up');
  await declare('new');
  await until(async () => (await answer()).dependencies[0]?.name === 'new', 'the file was read again');
  await untilState('up');
  const bucket = await bus.bucket('prunella_dependencies');
  await until(async () => (await bucket.get('old')) === undefined, 'the old one is forgotten');
});

describe('the endpoint', () => {
  beforeEach(async () => {
    await declare();
    await start({ PRUNELLA_API_TOKEN: TOKEN });
  });

  it('asks for the token, and names what is wrong', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await ask({ pipeline: 'ci' })).status).toBe(401);
    for (const [query, field] of [
      [{}, 'pipeline'],
      [{ pipeline: '' }, 'pipeline'],
      [{ pipeline: 'x'.repeat(513) }, 'pipeline'],
      [{ pipeline: 'ci', repo: 'acme/shop' }, 'repo'],
    ] as const) {
      const response = await ask(query as Record<string, string>, headers);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        expect.stringContaining('application/problem+json'),
      ]);
      expect(((await response.json()) as { detail: string }).detail).toContain(field);
    }
    expect((await fetch(`${replicas[0]?.url}/v1/preflight/x`, { headers })).status).toBe(404);
    expect((await ask({ pipeline: 'ci' }, headers)).status).toBe(200);
  });
});
