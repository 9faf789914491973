import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type Events, parseData, readMessage, type Subject } from '@prunella/contracts';
import { startedRunKey } from '@prunella/core';
import { type RunningService, startService } from '@prunella/service-kit';
import { startTestNats, type TestServer, WebApp } from '@prunella/testing';
import { detector } from '../service.ts';

let nats: TestServer;
let bus: Bus;
let app: WebApp;
let directory: string;
const replicas: RunningService[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-watch-'));
  [nats, app] = await Promise.all([startTestNats(), WebApp.start('web')]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.close()));
  await bus.close();
  await Promise.all([nats.stop(), app.stop()]);
  await rm(directory, { recursive: true, force: true });
});

async function start(count: number, fields = ''): Promise<void> {
  const file = join(directory, 'prunella.yaml');
  const watch = `{ name: web, match: { environment: production }, url: "${app.url}/health", errorRate: false, stabilise: 0s, checks: 2, every: 1s, failures: 2${fields} }`;
  await writeFile(file, `version: 1\nwatches: [${watch}]\n`);
  for (let i = 0; i < count; i++) {
    replicas.push(
      await startService(detector, {
        NATS_URL: nats.url,
        PORT_DETECTOR: '0',
        LOG_LEVEL: 'silent',
        PRUNELLA_CONFIG: file,
      }),
    );
  }
}

async function finished(id: string, changes: Record<string, unknown> = {}): Promise<void> {
  const data = parseData('pipeline.finished', {
    pipelineId: 'deploy',
    platform: 'kubernetes',
    repository: 'acme/shop',
    runId: id,
    attempt: 1,
    environment: 'production',
    kind: 'deployment',
    conclusion: 'success',
    incidentId: `inc_${id}`,
    ...changes,
  });
  await bus.publish('pipeline.finished', { id, source: 'spec', data });
}

const failures = () => published('pipeline.failed');
const ends = () => published('watch.ended');

async function published<S extends Subject>(subject: S): Promise<Events[S][]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const found: Events[S][] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message?.subject !== subject) continue;
    found.push(readMessage(subject, message.data, { id: String(seq), source: 'spec' }).data);
  }
  return found;
}

/** How many watches ended so, over all replicas. */
async function ended(result: string): Promise<number> {
  const texts = await Promise.all(replicas.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const counted = texts.map((text) =>
    new RegExp(`^detector_watches_total{.*result="${result}"} (\\d+)`, 'm').exec(text),
  );
  return counted.reduce((sum, match) => sum + Number(match?.[1] ?? 0), 0);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}`);
    await sleep(50);
  }
}

it('tells of a bad deployment once, whichever replica sees it, as part of its incident', async () => {
  await start(2);
  app.status = 503;
  await finished('d1', { workload: { kind: 'Deployment', name: 'web' }, headSha: 'abc' });
  await until(async () => (await ended('bad')) > 0, 'it is bad');
  expect(await failures()).toEqual([
    expect.objectContaining({
      incidentId: 'inc_d1',
      kind: 'deployment',
      conclusion: 'failure',
      headSha: 'abc',
      workload: { kind: 'Deployment', namespace: 'production', name: 'web', container: '' },
      finishedEventId: 'd1',
      metrics: {},
      error: {
        type: 'PostDeployUnhealthy',
        message: `Deployment production/web after its deployment (watch web): 2 of 2 looks were bad: ${app.url}/health answered HTTP 503, expected 200`,
        stack: '',
      },
    }),
  ]);
  expect(await ended('bad')).toBe(1);
  expect(await ends()).toMatchObject([
    { incidentId: 'inc_d1', watch: 'web', result: 'bad', looks: 2, target: 'Deployment production/web' },
  ]);
});

it('says as an event that all is well, too, without a failure', async () => {
  await start(2);
  await finished('well');
  await until(async () => (await ended('good')) > 0, 'it is good');
  expect(await ends()).toEqual([
    expect.objectContaining({
      ...{ incidentId: 'inc_well', watch: 'web', result: 'good', says: '2 of 2 looks were good', looks: 2 },
      run: expect.objectContaining({ pipelineId: 'deploy', runId: 'well', environment: 'production' }),
    }),
  ]);
  expect(await failures()).toEqual([]);
});

it.each`
  changes                             | says
  ${{ environment: 'staging' }}       | ${'another environment'}
  ${{ kind: 'job' }}                  | ${'a job'}
  ${{ kind: 'run', environment: '' }} | ${'a run that deploys nowhere'}
  ${{ conclusion: 'cancelled' }}      | ${'what was cancelled'}
`('does not watch $says', async ({ changes }) => {
  await start(1);
  app.status = 503;
  await finished('other', changes as Record<string, unknown>);
  await finished('mine', { pipelineId: 'another' });
  await until(async () => (await ended('bad')) === 1, 'only the other one');
  expect((await failures()).map(({ incidentId }) => incidentId)).toEqual(['inc_mine']);
});

it('watches only the newest deployment, whatever the order in which they are told', async () => {
  await start(1);
  app.status = 503;
  await finished('new', { finishedAt: '2026-03-01T10:00:10Z' });
  await finished('old', { finishedAt: '2026-03-01T10:00:00Z' });
  await until(async () => (await ended('bad')) === 1, 'one is bad');
  expect((await failures()).map(({ incidentId }) => incidentId)).toEqual(['inc_new']);
});

it('ends when the next deployment of the same thing fails: that failure is told by itself', async () => {
  await start(1);
  app.status = 503;
  await finished('d1');
  // Handled side by side, the second could be first: then there is nothing to end.
  const watches = await bus.bucket('prunella_watches');
  await until(async () => JSON.stringify(await watches.entries()).includes('inc_d1'), 'the first is watched');
  await finished('d2', { conclusion: 'failure', error: { message: 'helm upgrade failed' } });
  await until(async () => (await ended('superseded')) === 1, 'superseded');
  expect(await ends()).toMatchObject([{ incidentId: 'inc_d1', result: 'superseded' }]);
  expect((await failures()).map(({ incidentId }) => incidentId)).toEqual(['inc_d2']);
});

it('counts a run that the remediator began on the attempts of its incident', async () => {
  const lineage = await bus.bucket('prunella_lineage');
  const run = { platform: 'kubernetes', repository: 'acme/shop', runId: 'again' };
  await lineage.create(startedRunKey(run), { incidentId: 'inc_first', attempt: 2 });
  await start(1);
  app.status = 503;
  await finished('again', { kind: 'run' });
  await until(async () => (await ended('bad')) === 1, 'it is bad');
  expect(await failures()).toEqual([expect.objectContaining({ incidentId: 'inc_first', attempt: 2, runAttempt: 1 })]);
});
