import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type PipelineFailed, type PipelineFinished, readMessage } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeKubernetes,
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import { detector } from '../../service.ts';

const NAMESPACE = 'default';
/** Long enough for a loaded machine; nothing waits for it to pass. */
const PATIENCE_MS = 25_000;

let nats: TestServer;
let bus: Bus;
let fake: FakeKubernetes;
let directory: string;
let seenUntil: number;
const replicas: RunningService[] = [];
const processes: ServiceProcess[] = [];

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-kubernetes-'));
  fake = await FakeKubernetes.start();
  seenUntil = (await stream()).lastSeq;
});
afterEach(async () => {
  await Promise.all([...replicas.splice(0).map((one) => one.close()), ...processes.splice(0).map((one) => one.kill())]);
  await fake.stop();
  await rm(directory, { recursive: true, force: true });
  expect(fake.violations).toEqual([]);
  for (const name of ['prunella_pods', 'prunella_leases'] as const) {
    const bucket = await bus.bucket(name);
    for (const { key } of await bucket.entries()) await bucket.delete(key);
  }
});

async function environment(fields = ''): Promise<Record<string, string>> {
  const config = join(directory, 'prunella.yaml');
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(config, `version: 1\nkubernetes: { calmFor: 1s, unschedulableFor: 0s${fields} }\n`);
  await writeFile(kubeconfig, fake.kubeconfig);
  return { NATS_URL: nats.url, LOG_LEVEL: 'silent', PRUNELLA_CONFIG: config, KUBECONFIG: kubeconfig };
}

async function start(fields = ''): Promise<RunningService> {
  const replica = await startService(detector, { ...(await environment(fields)), PORT_DETECTOR: '0' });
  replicas.push(replica);
  await until(async () => fake.openWatches > 0, 'it watches');
  return replica;
}

async function stream() {
  const it = await bus.jetstream.streams.get(EVENTS.name);
  return { it, lastSeq: (await it.info()).state.last_seq };
}

/** Everything that was told since the test began, in its order. */
async function told(): Promise<{ failed: PipelineFailed[]; finished: PipelineFinished[] }> {
  const { it, lastSeq } = await stream();
  const failed: PipelineFailed[] = [];
  const finished: PipelineFinished[] = [];
  for (let seq = seenUntil + 1; seq <= lastSeq; seq++) {
    const message = await it.getMessage({ seq });
    const fallback = { id: String(seq), source: 'spec' };
    if (message?.subject === 'pipeline.failed')
      failed.push(readMessage('pipeline.failed', message.data, fallback).data);
    if (message?.subject === 'pipeline.finished')
      finished.push(readMessage('pipeline.finished', message.data, fallback).data);
  }
  return { failed, finished };
}

async function failures(count: number): Promise<PipelineFailed[]> {
  await until(async () => (await told()).failed.length >= count, `${count} failures`);
  return (await told()).failed;
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await sleep(50);
  }
}

/** Each test has names of its own: ids of events are made of them, and the stream remembers those for an hour. */
function addHealthy(...names: string[]): void {
  for (const name of names) {
    fake.addDeployment(name, ['v1', 'v2']);
    fake.settle(name, 'complete');
  }
}

function podsOf(name: string, kind = 'Deployment'): string[] {
  return fake.objects('Pod', { kind, name }).map(({ metadata }) => metadata.name);
}

const RUNNING = { running: { startedAt: '2026-03-01T10:00:00Z' } };
function killed(at = new Date()) {
  return { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: at.toISOString() } };
}

function setContainer(pod: string, changes: Record<string, unknown>): void {
  const usual = {
    name: 'app',
    image: 'any',
    imageID: 'any',
    ready: true,
    restartCount: 0,
    state: RUNNING,
    lastState: {},
  };
  fake.setStatus('Pod', pod, { containerStatuses: [{ ...usual, ...changes }] });
}

/** Something else fails: when that was told, everything before it was seen. */
async function markerIsTold(name: string): Promise<void> {
  fake.addDeployment(name, ['v1', 'v2']);
  await until(async () => (await told()).failed.some(({ workload }) => workload?.name === name), `${name} is told`);
}

it('tells of one container among fifty pods that was killed for its memory, once, however many pods and restarts it has', async () => {
  addHealthy(...Array.from({ length: 25 }, (_, index) => `web-${index}`));
  await start();
  const [first = '', second = ''] = podsOf('web-7');
  setContainer(first, { restartCount: 1, lastState: killed() });
  await failures(1);
  setContainer(second, { restartCount: 1, ready: false, state: killed() });
  setContainer(first, {
    restartCount: 2,
    ready: false,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: killed(),
  });
  await markerIsTold('marker');
  const { failed } = await told();
  expect(failed.map(({ workload }) => workload?.name)).toEqual(['web-7', 'marker']);
  expect(failed[0]).toMatchObject({
    platform: 'kubernetes',
    kind: 'deployment',
    pipelineId: `kubernetes/${NAMESPACE}/Deployment/web-7`,
    environment: NAMESPACE,
    attempt: 1,
    conclusion: 'failure',
    workload: { kind: 'Deployment', namespace: NAMESPACE, name: 'web-7', container: 'app' },
    error: { type: 'OOMKilled', exitCode: 137 },
    metrics: { memory: 1 },
  });
});

it('says when it is well again, damps what flaps, and counts on the same incident when it fails again', async () => {
  addHealthy('cart');
  await start();
  const [pod = ''] = podsOf('cart');
  setContainer(pod, { restartCount: 1, lastState: killed() });
  const [first] = await failures(1);
  await until(async () => (await told()).finished.length > 0, 'it is well again');
  const [finished] = (await told()).finished;
  expect(finished).toMatchObject({
    conclusion: 'success',
    kind: 'deployment',
    incidentId: first?.incidentId,
    runId: first?.runId,
    attempt: 1,
  });
  setContainer(pod, { restartCount: 2, lastState: killed() });
  const [, again] = await failures(2);
  expect(again).toMatchObject({ incidentId: first?.incidentId, runId: first?.runId, attempt: 2 });
});

it('outlives versions that are forgotten, cut connections, errors and an expired token, and misses nothing', async () => {
  addHealthy('one', 'two', 'three');
  await start();
  fake.bookmark();
  fake.fault(/^(GET|WATCH) .*pods/, 500);
  fake.fault(/^(GET|WATCH) .*pods/, 429, false, { 'retry-after': '1' });
  const [pod = ''] = podsOf('one');
  fake.forget();
  setContainer(pod, { restartCount: 1, lastState: killed() });
  await failures(1);
  fake.dropWatches();
  setContainer(podsOf('two')[0] ?? '', { restartCount: 1, lastState: killed() });
  await failures(2);
  fake.rotateToken();
  await writeFile(join(directory, 'kubeconfig'), fake.kubeconfig);
  setContainer(podsOf('three')[0] ?? '', { restartCount: 1, lastState: killed() });
  const failed = await failures(3);
  expect(failed.map(({ workload }) => workload?.name)).toEqual(['one', 'two', 'three']);
});

it('another replica goes on after kill -9, and tells nothing twice', async () => {
  addHealthy('blue', 'green');
  const values = await environment();
  processes.push(await startServiceProcess('detector', values));
  await until(async () => fake.openWatches > 0, 'the first one watches');
  setContainer(podsOf('blue')[0] ?? '', { restartCount: 1, lastState: killed() });
  await failures(1);
  processes.push(await startServiceProcess('detector', values));
  await processes[0]?.kill();
  setContainer(podsOf('blue')[1] ?? '', { restartCount: 1, lastState: killed() });
  setContainer(podsOf('green')[1] ?? '', { restartCount: 1, lastState: killed() });
  const failed = await failures(2);
  expect(failed.map(({ workload }) => workload?.name)).toEqual(['blue', 'green']);
}, 60_000);

it('tells of a Deployment that is stuck and of a Rollout that was aborted, and that they are well again', async () => {
  addHealthy('stuck');
  fake.addRollout('canary', ['v1', 'v2']);
  fake.settle('canary', 'complete');
  await start();
  fake.rollOut('stuck', 'v3');
  fake.settle('stuck', 'failed');
  fake.rollOut('canary', 'v3');
  fake.setStatus('Rollout', 'canary', {
    abort: true,
    phase: 'Degraded',
    message:
      'RolloutAborted: Rollout aborted update to revision 3: Metric "error-rate" assessed Failed due to failed (3) > failureLimit (2)',
  });
  const failed = await failures(2);
  const of = (name: string) => failed.find(({ workload }) => workload?.name === name);
  expect(of('stuck')).toMatchObject({
    error: {
      type: 'ProgressDeadlineExceeded',
      message: expect.stringMatching(/\(0 of 2 new replicas are ready, 2 run\)$/) as string,
    },
    workload: { kind: 'Deployment' },
  });
  expect(of('canary')).toMatchObject({
    error: { type: 'RolloutAborted', message: expect.stringContaining('error-rate') as string },
    workload: { kind: 'Rollout' },
  });
  fake.rollOut('stuck', 'v2');
  fake.settle('stuck', 'complete');
  fake.rollOut('canary', 'v2');
  fake.settle('canary', 'complete');
  await until(async () => (await told()).finished.length === 2, 'both are well');
  const { finished } = await told();
  expect(new Set(finished.map(({ incidentId }) => incidentId))).toEqual(new Set(failed.map((one) => one.incidentId)));
});

it('watches without Argo Rollouts, only the namespaces it is told to, and stops when it is switched off', async () => {
  fake.without('Rollout');
  addHealthy('far');
  const config = join(directory, 'prunella.yaml');
  await start(', namespaces: [other]');
  setContainer(podsOf('far')[0] ?? '', { restartCount: 1, lastState: killed() });
  await writeFile(config, 'version: 1\nkubernetes: { watch: false }\n');
  await until(async () => fake.openWatches === 0, 'nobody watches');
  expect((await told()).failed).toEqual([]);
  await writeFile(config, `version: 1\nkubernetes: { environments: { "def*": production } }\n`);
  expect(await failures(1)).toMatchObject([{ environment: 'production', workload: { name: 'far' } }]);
});
