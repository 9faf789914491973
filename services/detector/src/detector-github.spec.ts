import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type Envelope, readMessage, SUBJECTS, type Subject } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import { FakeGitHub, type FakeRun, type NewRun, startTestNats, type TestServer, zipOf } from '@prunella/testing';
import { detector } from './service.ts';

const SECRET = 'a secret of the webhook';
const API_TOKEN = 'a-token-for-the-api';
const PATIENCE_MS = 30_000;
const GREEN = '<testsuite name="cart"><testcase name="adds" time="0.1"/></testsuite>';
const RED = '<testsuite name="cart"><testcase name="total" time="0.3"><failure message="11"/></testcase></testsuite>';

let nats: TestServer;
let github: FakeGitHub;
let service: RunningService;
let bus: Bus;

beforeAll(async () => {
  [nats, github] = await Promise.all([startTestNats(), FakeGitHub.start()]);
  service = await startService(detector, {
    NATS_URL: nats.url,
    PORT_DETECTOR: '0',
    LOG_LEVEL: 'silent',
    GITHUB_WEBHOOK_SECRET: SECRET,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    PRUNELLA_API_TOKEN: API_TOKEN,
  });
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(() => {
  expect(github.violations).toEqual([]);
  github.heal();
});

afterAll(async () => {
  await bus?.close();
  await service?.close();
  await Promise.all([nats?.stop(), github?.stop()]);
});

/** What the stream holds about a run, in order. */
async function about({ id }: FakeRun): Promise<Envelope[]> {
  const manager = await bus.jetstream.jetstreamManager();
  const { state } = await manager.streams.info(EVENTS.name);
  const found: Envelope[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(EVENTS.name, { seq });
    const subject = SUBJECTS.find((known) => known === message?.subject) as Subject;
    if (message === null) continue;
    const event = readMessage(subject, message.data, { id: String(seq), source: 'nats' });
    const run = 'run' in event.data ? event.data.run : event.data;
    if (run !== undefined && 'runId' in run && run.runId === String(id)) found.push(event);
  }
  return found;
}

/** Resolves with what is told of a run, as soon as that is so many events of a kind. */
async function told(run: FakeRun, subject: Subject, count = 1): Promise<Envelope[]> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    const events = await about(run);
    if (events.filter((event) => event.subject === subject).length >= count) return events;
    if (Date.now() > end) throw new Error(`not ${count} ${subject} of ${run.id} after ${PATIENCE_MS} ms`);
  }
}

/** Resolves once everything that came is told. */
async function settled(): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    const waiting = await bus.bucket('prunella_completions');
    if ((await waiting.entries()).length === 0) return;
    if (Date.now() > end) throw new Error(`completions still open after ${PATIENCE_MS} ms`);
  }
}

async function deliver(run: FakeRun): Promise<void> {
  const { body, headers } = github.delivery(run, SECRET);
  const response = await fetch(`${service.url}/webhooks/github`, { method: 'POST', body, headers });
  expect(response.status).toBe(202);
}

async function left(run: FakeRun, name: string, ...files: string[]): Promise<void> {
  const content = await zipOf(Object.fromEntries(files.map((xml, n) => [`TEST-${n}.xml`, xml])));
  github.artifacts.add(run, { name, content });
}

async function count(result: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const line = new RegExp(`^detector_test_reports_total{platform="github",result="${result}"} (\\d+)`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
}

const subjects = (events: readonly Envelope[]) => events.map(({ subject }) => subject);
const newRun = (run: NewRun = {}) => github.addRun(run);

it('tells what a failed run left behind, and then that it failed', async () => {
  const run = newRun();
  await left(run, 'junit-unit', RED, GREEN);
  await left(run, 'Test-Results-e2e', '<coverage/>', GREEN);
  await left(run, 'binaries', RED);
  await deliver(run);
  const events = await told(run, 'pipeline.failed');
  expect(subjects(events)).toEqual([
    ...['tests.reported', 'tests.reported', 'tests.reported', 'pipeline.finished', 'pipeline.failed'],
  ]);
  expect(events.slice(0, 3).map(({ data }) => data)).toMatchObject([
    { job: 'junit-unit', totals: { failed: 1 }, run: { attempt: 1, pipelineId: 'acme/shop/.github/workflows/ci.yml' } },
    { job: 'junit-unit', totals: { passed: 1 } },
    { job: 'Test-Results-e2e', totals: { passed: 1 } },
  ]);
  const [tests, , , finished] = events.map(({ data }) => data as { incidentId: string });
  expect(tests?.incidentId).toBe(finished?.incidentId);
  expect(await count('not_junit')).toBe(1);
});

it('tells it once, however often the run is told', async () => {
  const run = newRun({ conclusion: 'success' });
  await left(run, 'junit', GREEN);
  await deliver(run);
  await told(run, 'pipeline.finished');
  await deliver(run);
  await settled();
  expect(subjects(await about(run))).toEqual(['tests.reported', 'pipeline.finished']);
});

it('does not tell what a step has sent itself', async () => {
  const run = newRun();
  await left(run, 'junit', RED);
  await left(run, 'junit-other', GREEN);
  const response = await fetch(`${service.url}/webhooks/junit`, {
    method: 'POST',
    body: RED,
    headers: {
      ...{ authorization: `Bearer ${API_TOKEN}`, 'prunella-platform': 'github', 'prunella-repository': 'acme/shop' },
      ...{ 'prunella-pipeline': 'acme/shop/.github/workflows/ci.yml', 'prunella-run': String(run.id) },
      ...{ 'prunella-job': 'test', 'prunella-sha': run.headSha, 'prunella-branch': run.branch },
    },
  });
  expect(response.status).toBe(202);
  await deliver(run);
  const events = await told(run, 'pipeline.finished');
  const jobs = events.flatMap(({ data }) => ('job' in data ? [data.job] : []));
  expect(jobs).toEqual(['test', 'junit-other']);
  expect(await count('sent_before')).toBe(1);
});

it('a failure does not wait for what is slow, which is told when it comes', async () => {
  const run = newRun();
  await left(run, 'junit', RED);
  github.fault({ on: /GET \/artifacts\/\d+$/, answer: 'hang' });
  await deliver(run);
  expect(subjects(await told(run, 'pipeline.failed'))).toEqual(['pipeline.finished', 'pipeline.failed']);
  expect(subjects(await told(run, 'tests.reported'))).toContain('tests.reported');
  await settled();
});

it('what is told while the artefacts can be had no more goes out without them', async () => {
  const run = newRun();
  await left(run, 'junit', RED);
  github.fault({ on: /\/artifacts$/, answer: { status: 403, body: { message: 'Resource not accessible' } } });
  const before = await count('forbidden');
  await deliver(run);
  await told(run, 'pipeline.failed');
  await settled();
  expect(subjects(await about(run))).toEqual(['pipeline.finished', 'pipeline.failed']);
  expect(await count('forbidden')).toBe(before + 1);
});

it('a skipped run, a run that begins, and what others tell are not asked about', async () => {
  const skipped = newRun({ conclusion: 'skipped' });
  const begins = newRun({ status: 'queued', conclusion: null });
  const before = github.requests.length;
  await deliver(skipped);
  await deliver(begins);
  expect(subjects(await told(skipped, 'pipeline.finished'))).toEqual(['pipeline.finished']);
  expect(subjects(await told(begins, 'pipeline.started'))).toEqual(['pipeline.started']);
  expect(github.requests.slice(before)).toEqual([]);
});
