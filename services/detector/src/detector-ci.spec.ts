import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Bus, EVENTS } from '@prunella/bus';
import { type Envelope, readMessage, SUBJECTS, type Subject } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import { FakeGitLab, FakeJenkins, type GitLabPipeline, startTestNats, type TestServer } from '@prunella/testing';
import { build, pipelineHook } from '../test/gitlab-hooks.ts';
import { notificationOf } from '../test/jenkins-messages.ts';
import { detector } from './service.ts';

const GITLAB_TOKEN = 'a token of the webhook';
const JENKINS_TOKEN = 'a-token-that-is-nowhere';
const PATIENCE_MS = 30_000;

let nats: TestServer;
let gitlab: FakeGitLab;
let jenkins: FakeJenkins;
let service: RunningService;
let bus: Bus;

beforeAll(async () => {
  [nats, gitlab, jenkins] = await Promise.all([startTestNats(), FakeGitLab.start(), FakeJenkins.start()]);
  service = await startService(detector, {
    NATS_URL: nats.url,
    PORT_DETECTOR: '0',
    LOG_LEVEL: 'silent',
    GITLAB_WEBHOOK_TOKEN: GITLAB_TOKEN,
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
    JENKINS_WEBHOOK_TOKEN: JENKINS_TOKEN,
    JENKINS_URL: jenkins.url,
    JENKINS_USER: jenkins.user,
    JENKINS_TOKEN: jenkins.token,
  });
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(() => {
  expect(gitlab.violations).toEqual([]);
  expect(jenkins.violations).toEqual([]);
});

afterAll(async () => {
  await bus?.close();
  await service?.close();
  await Promise.all([nats?.stop(), gitlab?.stop(), jenkins?.stop()]);
});

/** What the stream holds about a run, in order. */
async function about(runId: string): Promise<Envelope[]> {
  const manager = await bus.jetstream.jetstreamManager();
  const { state } = await manager.streams.info(EVENTS.name);
  const found: Envelope[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(EVENTS.name, { seq });
    const subject = SUBJECTS.find((known) => known === message?.subject) as Subject;
    if (message === null) continue;
    const event = readMessage(subject, message.data, { id: String(seq), source: 'nats' });
    if ('runId' in event.data && event.data.runId === runId) found.push(event);
  }
  return found;
}

/** The test reports of a run. */
async function tests(runId: string): Promise<unknown[]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const found: unknown[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message?.subject !== 'tests.reported' || !message.string().includes(`"${runId}"`)) continue;
    found.push(readMessage('tests.reported', message.data, { id: '', source: '' }).data);
  }
  return found;
}

/** Resolves with the failures of a run once there are so many. */
async function failures(runId: string, count: number): Promise<Envelope[]> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    const failed = (await about(runId)).filter(({ subject }) => subject === 'pipeline.failed');
    if (failed.length >= count) return failed;
    if (Date.now() > end)
      throw new Error(`${failed.length} failures of ${runId} after ${PATIENCE_MS} ms, not ${count}`);
  }
}

/** Resolves once everything that came is told. */
async function settled(): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    const waiting = await bus.bucket('prunella_completions');
    const manager = await bus.jetstream.jetstreamManager();
    const info = await manager.consumers.info(EVENTS.name, 'detector-finished');
    const open = (await waiting.entries()).length + info.num_pending + info.num_ack_pending;
    if (open === 0) return;
    if (Date.now() > end) throw new Error(`${open} still open after ${PATIENCE_MS} ms`);
  }
}

async function post(path: string, body: unknown, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(path, service.url), {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** As GitLab tells how the pipeline stands. */
function hookOf(pipeline: GitLabPipeline, finishedAt: string) {
  const last = [...Map.groupBy(pipeline.jobs, ({ name }) => name).values()].flatMap((tries) => tries.slice(-1));
  const { id, sha, ref, status } = pipeline;
  const builds = last.map((job) => build({ id: job.id, name: job.name, status: job.status }));
  return pipelineHook({ id, sha, ref, status, finished_at: finishedAt }, { builds });
}

const deliver = (body: unknown, key: string, token = GITLAB_TOKEN) =>
  post('/webhooks/gitlab', body, {
    'x-gitlab-event': 'Pipeline Hook',
    'x-gitlab-token': token,
    'idempotency-key': key,
  });
const notify = (body: unknown, query = `?token=${JENKINS_TOKEN}`) => post(`/webhooks/jenkins${query}`, body, {});

describe('GitLab', () => {
  it('a failed pipeline is a failure of the attempt that the API counts, once, however often it is told', async () => {
    const pipeline = gitlab.addPipeline();
    const first = hookOf(pipeline, '2026-03-01 10:03:01 UTC');
    expect(await deliver(first, 'first')).toMatchObject({ status: 202, accepted: true });
    gitlab.retry(pipeline);
    gitlab.complete(pipeline, 'failed');
    const second = hookOf(pipeline, '2026-03-01 10:09:01 UTC');
    expect(await deliver(second, 'second')).toMatchObject({ accepted: true });
    expect(await deliver(second, 'second')).toMatchObject({ accepted: true, duplicate: true });
    expect(await deliver(second, 'a resend')).toMatchObject({ accepted: true });
    const runId = String(pipeline.id);
    await failures(runId, 2);
    await settled();
    const failed = await failures(runId, 2);
    expect(failed.map(({ data }) => 'attempt' in data && data.attempt).toSorted()).toEqual([1, 2]);
    expect(new Set(failed.map(({ data }) => 'incidentId' in data && data.incidentId)).size).toBe(1);
    expect(failed[0]?.data).toMatchObject({
      repository: 'acme/web/shop',
      finishedEventId: expect.stringContaining(runId),
    });
  });

  it('while the API is away the failure waits, and is told in the attempt that it was', async () => {
    const pipeline = gitlab.addPipeline({ ref: 'refs/merge-requests/7/merge' });
    const hook = hookOf(pipeline, '2026-03-01 10:03:01 UTC');
    const page = new RegExp(`pipelines/${pipeline.id}$`);
    const asked = () => gitlab.requests.filter((request) => page.test(request)).length;
    // each time it is asked, the client tries three times
    for (let time = 0; time < 3; time++) gitlab.fault({ on: page, answer: { status: 503, body: {} } });
    await deliver(hook, 'away');
    while (asked() === 0) await sleep(10);
    gitlab.retry(pipeline);
    const [failed] = await failures(String(pipeline.id), 1);
    expect(failed?.data).toMatchObject({ attempt: 1, branch: 'refs/merge-requests/7/merge' });
    expect(asked()).toBe(4);
  }, 60_000);

  it.each([401, 403])('a no of a moment (%s) does not make the second failure a first one', async (status) => {
    const pipeline = gitlab.addPipeline();
    gitlab.retry(pipeline);
    gitlab.complete(pipeline, 'failed');
    gitlab.fault({ on: new RegExp(`pipelines/${pipeline.id}$`), answer: { status, body: { message: 'no' } } });
    await deliver(hookOf(pipeline, '2026-03-01 10:09:01 UTC'), `refused once by ${status}`);
    const [failed] = await failures(String(pipeline.id), 1);
    expect(failed?.data).toMatchObject({ attempt: 2 });
  });

  it('a pipeline that only waited for its child is no failure beside that of the child', async () => {
    const child = gitlab.addPipeline({ source: 'parent_pipeline' });
    const parent = gitlab.addPipeline({
      jobs: [{ name: 'lint', status: 'success' }],
      bridges: [{ name: 'deploy', status: 'failed', downstream: child }],
    });
    await deliver(hookOf(parent, '2026-03-01 10:04:01 UTC'), 'parent');
    await deliver(hookOf(child, '2026-03-01 10:03:01 UTC'), 'child');
    await failures(String(child.id), 1);
    await settled();
    expect(await about(String(parent.id))).toEqual([]);
  });

  it('tells the tests that GitLab has read before the failure, once', async () => {
    const cases = [{ status: 'failed', name: 'total', classname: 'Cart', execution_time: 1, system_output: 'eleven' }];
    const pipeline = gitlab.addPipeline({ tests: [{ name: 'unit', test_cases: cases }] });
    await deliver(hookOf(pipeline, '2026-03-01 10:03:01 UTC'), 'with tests');
    await deliver(hookOf(pipeline, '2026-03-01 10:03:01 UTC'), 'with tests, again');
    await failures(String(pipeline.id), 1);
    await settled();
    const told = await tests(String(pipeline.id));
    expect(told).toMatchObject([{ job: 'unit', run: { attempt: 1 }, notable: [{ name: 'total', message: 'eleven' }] }]);
  });

  it('with another token nothing is heard', async () => {
    const pipeline = gitlab.addPipeline();
    expect(await deliver(hookOf(pipeline, '2026-03-01 10:03:01 UTC'), 'x', 'other')).toMatchObject({ status: 401 });
    expect(await about(String(pipeline.id))).toEqual([]);
  });
});

describe('Jenkins', () => {
  it('a build that is COMPLETED and FINALIZED is one failure, with the commit that the API knows', async () => {
    const checkouts = [{ sha: 'a'.repeat(40), branch: 'refs/remotes/origin/main', remote: 'https://git.example/a/b' }];
    const cases = [{ className: 'Cart', name: 'adds', status: 'PASSED', duration: 1 }];
    const suite = { name: 'cart', enclosingBlockNames: ['Test'], cases };
    const { number } = jenkins.addBuild('folder/app/main', { checkouts, tests: [suite] });
    const full_url = `${jenkins.url}/job/folder/job/app/job/main/${number}/`;
    for (const phase of ['STARTED', 'COMPLETED', 'FINALIZED', 'FINALIZED']) {
      expect(await notify(notificationOf({ phase, full_url, scm: {} }))).toMatchObject({ status: 202, accepted: true });
    }
    const runId = `folder/app/main#${number}`;
    await failures(runId, 1);
    await settled();
    expect(await tests(runId)).toMatchObject([{ job: 'Test', passed: [{ names: ['adds'] }] }]);
    const told = await about(runId);
    expect(told.map(({ subject }) => subject).toSorted()).toEqual([
      'pipeline.failed',
      'pipeline.finished',
      'pipeline.started',
    ]);
    expect(told.find(({ subject }) => subject === 'pipeline.failed')?.data).toMatchObject({
      headSha: 'a'.repeat(40),
      branch: 'main',
      attempt: 1,
    });
  });

  it('is let in by its token only, which is kept nowhere', async () => {
    expect(await notify(notificationOf(), '?token=other')).toMatchObject({ status: 401 });
    expect(await notify(notificationOf(), '')).toMatchObject({ status: 401 });
    expect(await notify({ build: 7 })).toMatchObject({ status: 400, field: 'build' });
    const manager = await bus.jetstream.jetstreamManager();
    let read = 0;
    for await (const { config, state } of manager.streams.list()) {
      for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage(config.name, { seq });
        if (message === null) continue;
        const text = message.subject.startsWith('original.') ? gunzipSync(message.data).toString() : message.string();
        expect(`${message.subject} ${message.header} ${text}`).not.toContain(JENKINS_TOKEN);
        read += 1;
      }
    }
    expect(read).toBeGreaterThan(0);
  });
});
