import { Bus } from '@prunella/bus';
import { type PipelineFailed, parseData } from '@prunella/contracts';
import { completed, systemClock } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import { type Kept, Threads } from './threads.ts';

let nats: TestServer;
const buses: Bus[] = [];
/** Two replicas. */
let one: Threads;
let other: Threads;

beforeAll(async () => {
  nats = await startTestNats();
  for (const name of ['one', 'other']) buses.push(await Bus.connect({ servers: nats.url, name }));
  [one, other] = buses.map(
    (bus) =>
      new Threads({
        bucket: () => bus.bucket<Kept>('prunella_threads'),
        joinWithin: () => 3_600_000,
        clock: systemClock,
      }),
  ) as [Threads, Threads];
});
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await nats?.stop();
});

let names = 0;
const workload = () => {
  names += 1;
  return { kind: 'Deployment', namespace: 'shop', name: `web-${names}` };
};

function alert(n: number, of: object, type = 'Errors'): PipelineFailed {
  const about = { platform: 'alertmanager', kind: 'deployment', pipelineId: `alert/${type}`, workload: of };
  return completed(
    parseData('pipeline.failed', {
      ...about,
      runId: `alert/${JSON.stringify(of)}/${n}`,
      error: { type, message: 'x' },
    }),
    `e-${n}`,
  );
}

it('makes one incident of alerts that come at once, in whatever replica', async () => {
  const of = workload();
  const alerts = Array.from({ length: 20 }, (_, n) => alert(n, of));
  const joined = await Promise.all(alerts.map((each, n) => (n % 2 === 0 ? one : other).join(each)));
  expect(new Set(joined.map(({ incidentId }) => incidentId)).size).toBe(1);
  expect(new Set(joined.map(({ attempt }) => attempt))).toEqual(new Set([1]));
  const again = await Promise.all(alerts.map((each) => other.join(each)));
  expect(again.map(({ incidentId, attempt }) => [incidentId, attempt])).toEqual(
    joined.map(({ incidentId, attempt }) => [incidentId, attempt]),
  );
}, 60_000);

it('joins what was deployed, until something else was', async () => {
  const of = workload();
  const deployment = (runId: string, headSha: string, finishedAt: string) =>
    completed(
      parseData('pipeline.finished', {
        ...{ platform: 'github', kind: 'deployment', pipelineId: 'deploy', repository: 'acme/shop', runId, headSha },
        ...{ conclusion: 'success', finishedAt, environment: 'production', workload: of },
      }),
      runId,
    );
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const [first, second] = [deployment('1', 'aaa', minutesAgo(20)), deployment('2', 'bbb', minutesAgo(10))];
  await one.finished(first);
  expect(await other.join(alert(1, of))).toMatchObject({ incidentId: first.incidentId, headSha: 'aaa', attempt: 1 });
  await one.finished(second);
  // A late copy of the first does not come back.
  await other.finished(first);
  expect(await other.join(alert(2, of))).toMatchObject({ incidentId: second.incidentId, headSha: 'bbb' });
});

it('tells the end of a trouble as that of its incident, and what comes after as the next attempt', async () => {
  const of = workload();
  const [lead, joined] = [await one.join(alert(1, of)), await one.join(alert(2, of, 'Slow'))];
  expect(joined).toMatchObject({ incidentId: lead.incidentId, attempt: 2, runAttempt: 1 });
  const { error: _, finishedEventId: __, ...resolved } = alert(2, of, 'Slow');
  expect(await other.finished({ ...resolved, conclusion: 'success' })).toMatchObject({
    incidentId: lead.incidentId,
    attempt: 2,
  });
  expect(await one.join(alert(3, of, 'Slow'))).toMatchObject({ incidentId: lead.incidentId, attempt: 3 });
  expect(await one.join(alert(4, of))).toMatchObject({ incidentId: lead.incidentId, attempt: 1 });
});

it('leaves a run as what it is', async () => {
  const run = completed(parseData('pipeline.failed', { pipelineId: 'ci', runId: '7', workload: workload() }), 'r');
  expect(await one.join(run)).toEqual(run);
});

it('tells a healthy rollout as the end of what failed, and lets it lead what comes after', async () => {
  const of = workload();
  const rollout = (runId: string, more: object) => ({
    ...{ platform: 'kubernetes', kind: 'deployment', pipelineId: `kubernetes/shop/${of.name}`, runId, workload: of },
    ...more,
  });
  const degraded = completed(
    parseData('pipeline.failed', rollout('rev-2', { error: { type: 'RolloutDegraded' } })),
    'd',
  );
  const healthy = completed(parseData('pipeline.finished', rollout('rev-3', { conclusion: 'success' })), 'h');
  const failed = await one.join(degraded);
  const { incidentId, attempt } = failed;
  // A crash before it is on the bus: told once more.
  for (const threads of [one, other]) expect(await threads.finished(healthy)).toMatchObject({ incidentId, attempt });
  expect(await other.join(alert(1, of))).toMatchObject({ incidentId: healthy.incidentId, attempt: 1 });
  expect(await other.join(degraded)).toEqual(failed);
});
