import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus, EVENTS } from '@prunella/bus';
import type { ActionExecuted, Envelope } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeGitHub,
  FakeGitLab,
  FakeJenkins,
  type FakeRun,
  githubRun,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import { eventsAbout, until } from '../../test/stream.ts';
import { detector } from '../service.ts';
import type { Round } from './round.ts';

const SECRET = 'a webhook secret';
/** What the stream recognises by itself is no proof. */
const SHORT_WINDOW_NS = 100_000_000;
const HOUR_MS = 3_600_000;
const POLICY = `
version: 1
backfill:
  every: 1s
  lookBack: 1m
  grace: 0s
  repositories:
    - { platform: github, repository: acme/gone }
    - { platform: github, repository: acme/shop }
    - { platform: github, repository: acme/web }
    - { platform: gitlab, repository: acme/web/shop }
    - { platform: jenkins, repository: folder/app/main }
`;

let directory: string;
let nats: TestServer;
let github: FakeGitHub;
let gitlab: FakeGitLab;
let jenkins: FakeJenkins;
let services: RunningService[] = [];
let bus: Bus;
let old: FakeRun;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-backfill-'));
  await writeFile(join(directory, 'prunella.yaml'), POLICY);
  [nats, github, gitlab, jenkins] = await Promise.all([
    startTestNats(),
    FakeGitHub.start(),
    FakeGitLab.start(),
    FakeJenkins.start(),
  ]);
  // All was well before Prunella came, or was not.
  old = github.addRun({ createdAt: ago(HOUR_MS), updatedAt: ago(HOUR_MS / 2) });
  github.addRun({ repository: 'acme/web', createdAt: ago(HOUR_MS), conclusion: 'success' });
  gitlab.addPipeline({ status: 'success' });
  jenkins.addBuild('folder/app/main', { result: 'SUCCESS', since: Date.now() - HOUR_MS });
  // Two replicas, as in any larger installation.
  services = [await start(), await start()];
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  const manager = await bus.jetstream.jetstreamManager();
  await manager.streams.update(EVENTS.name, { duplicate_window: SHORT_WINDOW_NS });
  for (const platform of ['github', 'gitlab', 'jenkins'])
    await until(() => roundOf(platform), `a round of ${platform}`);
  await until(() => github.requests.filter(isList('acme/web')).length > 0, 'the first round of GitHub');
  await until(() => gitlab.requests.some((request) => request.includes('/pipelines?')), 'the first round of GitLab');
  await until(() => jenkins.requests.some((request) => request.includes('/job/main/')), 'the first round of Jenkins');
}, 60_000);

afterEach(() => {
  expect([...github.violations, ...gitlab.violations, ...jenkins.violations]).toEqual([]);
});

afterAll(async () => {
  await bus?.close();
  await Promise.all(services.map((service) => service.close()));
  await Promise.all([nats?.stop(), github?.stop(), gitlab?.stop(), jenkins?.stop()]);
  await rm(directory, { recursive: true, force: true });
});

function start(): Promise<RunningService> {
  return startService(detector, {
    NATS_URL: nats.url,
    PORT_DETECTOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    GITHUB_WEBHOOK_SECRET: SECRET,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
    JENKINS_URL: jenkins.url,
    JENKINS_USER: jenkins.user,
    JENKINS_TOKEN: jenkins.token,
  });
}

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

const isList = (repository: string) => (request: string) => request === `GET /repos/${repository}/actions/runs`;

/** The repositories whose runs were listed, in order, since a request. */
const listedSince = (from: number) =>
  github.requests.slice(from).flatMap((request) => /^GET \/repos\/(.+)\/actions\/runs$/.exec(request)?.[1] ?? []);

async function roundOf(platform: string) {
  return await (await bus.bucket<Round>('prunella_rounds')).get(platform);
}

/** Resolves when everything was asked again, and what was found is told. */
async function asked(): Promise<void> {
  const from = github.requests.length;
  // The second begins after now.
  await until(async () => {
    await hurry('github');
    return listedSince(from).filter((one) => one === 'acme/web').length > 1;
  }, 'two rounds');
  const manager = await bus.jetstream.jetstreamManager();
  await until(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers.info(EVENTS.name, 'detector-finished');
    return num_pending + num_ack_pending === 0;
  }, 'what was found is told');
}

/** Lets the next round begin now, where none is under way. */
async function hurry(platform: string): Promise<void> {
  const round = await roundOf(platform);
  if (round === undefined || round.value.left.length > 0 || round.value.dueAt > Date.now() + 2_000) return;
  const rounds = await bus.bucket<Round>('prunella_rounds');
  await rounds.update(platform, { ...round.value, dueAt: Date.now() }, round.revision);
}

async function failureOf(runId: string): Promise<Envelope<'pipeline.failed'>> {
  return await until(
    async () =>
      (await eventsAbout(bus, runId)).find(
        (event): event is Envelope<'pipeline.failed'> => event.subject === 'pipeline.failed',
      ),
    `the failure of ${runId}`,
  );
}

const failures = async (runId: string) =>
  (await eventsAbout(bus, runId)).filter(({ subject }) => subject === 'pipeline.failed');

async function deliver(run: FakeRun): Promise<number> {
  const { body, headers } = github.delivery(run, SECRET);
  const url = `${services[0]?.url}/webhooks/github`;
  return (await fetch(url, { method: 'POST', body, headers })).status;
}

async function metric(line: string): Promise<number> {
  const texts = await Promise.all(services.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const values = texts.flatMap((text) => text.split('\n').filter((one) => one.startsWith(`${line} `)));
  return values.reduce((sum, value) => sum + Number(value.split(' ').at(-1)), 0);
}

describe('a run of GitHub of which no webhook told', () => {
  it('is one failure, as its webhook would have told it; that comes late and says nothing new', async () => {
    const run = github.addRun({ updatedAt: ago(0) });
    const failed = await failureOf(String(run.id));
    expect(failed).toMatchObject({
      id: `run/${run.id}/attempt/1/completed/failed`,
      source: 'https://github.com/acme/shop',
      data: {
        pipelineId: 'acme/shop/.github/workflows/ci.yml',
        attempt: 1,
        conclusion: 'failure',
        foundAt: expect.any(String),
        originalId: expect.any(String),
      },
    });
    expect(await deliver(run)).toBe(202);
    await asked();
    expect(await failures(String(run.id))).toHaveLength(1);
    const incidents = (await eventsAbout(bus, String(run.id))).map(
      ({ data }) => 'incidentId' in data && data.incidentId,
    );
    expect(new Set(incidents).size).toBe(1);
  });

  it('is not told again when its webhook did', async () => {
    const run = github.addRun({ status: 'in_progress', conclusion: null });
    github.completeRun(run, 'failure');
    expect(await deliver(run)).toBe(202);
    await failureOf(String(run.id));
    await asked();
    expect(await failures(String(run.id))).toHaveLength(1);
  });

  it('is left alone when it ended before Prunella was there', async () => {
    await asked();
    expect(await eventsAbout(bus, String(old.id))).toEqual([]);
  });

  it('and can not be read does not keep others from being told', async () => {
    const before = github.addRun({ updatedAt: ago(0) });
    const broken = github.addRun({ updatedAt: ago(0), oddly: { path: '', html_url: '' } });
    github.violations.length = 0;
    const after = github.addRun({ repository: 'acme/web', updatedAt: ago(0) });
    await failureOf(String(before.id));
    await failureOf(String(after.id));
    expect(await eventsAbout(bus, String(broken.id))).toEqual([]);
    expect(await metric('detector_backfill_runs_total{platform="github",result="unreadable"}')).toBeGreaterThan(0);
  });

  it('is asked for by one replica at a time, and a repository that is gone is passed over', async () => {
    const from = github.requests.length;
    await asked();
    const order = listedSince(from).filter((one) => one !== 'acme/gone');
    // One after the other: two that asked each for itself would overtake each other.
    expect(order.every((place, index) => index === 0 || place !== order[index - 1])).toBe(true);
    expect(listedSince(from)).toContain('acme/gone');
    expect(await metric('detector_backfill_polls_total{platform="github",result="not-found"}')).toBeGreaterThan(0);
    const last = await metric('detector_backfill_last_success_timestamp_seconds{platform="github"}');
    expect(last).toBeGreaterThan(Date.now() / 1_000 - 600);
  });
});

it('a rerun that is waited for is told however old its run is', async () => {
  const run = github.addRun({ createdAt: ago(3 * 24 * HOUR_MS), updatedAt: ago(0) });
  // Somebody told of it in time.
  expect(await deliver(run)).toBe(202);
  await failureOf(String(run.id));
  github.rerun(run);
  await bus.publish('action.executed', { id: `rerun/${run.id}`, data: rerunOf(run) });
  await until(() => github.requests.some((one) => one.endsWith(`/actions/runs/${run.id}`)), 'it is asked for');
  github.completeRun(run, 'success');
  const told = await until(
    async () => (await eventsAbout(bus, String(run.id))).find(({ data }) => 'attempt' in data && data.attempt === 2),
    'the end of attempt 2',
  );
  expect(told).toMatchObject({ subject: 'pipeline.finished', data: { conclusion: 'success', attempt: 2 } });
  const awaited = await bus.bucket('prunella_awaited');
  await until(async () => (await awaited.entries()).length === 0, 'nobody waits for it any more');
});

function rerunOf(run: FakeRun): ActionExecuted {
  return {
    incidentId: `inc_${run.id}`,
    run: { ...githubRun(run), attempt: 1 },
    action: { type: 'retry', parameters: {} },
    risk: 'cheap',
    mode: 'act',
    verdict: 'acting',
    status: 'executed',
    reasons: [],
    explanation: '',
    effect: 'reran it',
    decidedBy: 'rule:x',
    fingerprint: 'fp',
    confidence: 0.9,
    prior: 0.9,
    key: `rerun/${run.id}`,
    cause: 'network',
  };
}

it('a platform that has had enough is left alone for as long as it wishes; then it goes on where it was', async () => {
  const list = /GET \/repos\/acme\/shop\/actions\/runs$/;
  github.fault({ on: list, answer: { status: 429, headers: { 'retry-after': '1800' }, body: { message: 'enough' } } });
  const held = await until(async () => {
    const round = (await roundOf('github'))?.value;
    return round !== undefined && round.dueAt > Date.now() + HOUR_MS / 4 && round;
  }, 'it is held back');
  expect(held.left).toEqual([{ place: 'acme/shop' }, { place: 'acme/web' }]);
  const from = github.requests.length;
  const run = github.addRun({ updatedAt: ago(0) });
  // The other platforms are asked all the same.
  const pipeline = gitlab.addPipeline({ id: 70_000, updatedAt: new Date().toISOString() });
  await failureOf(String(pipeline.id));
  expect(github.requests.slice(from)).toEqual([]);
  const rounds = await bus.bucket<Round>('prunella_rounds');
  await rounds.put('github', { ...held, dueAt: Date.now() });
  await failureOf(String(run.id));
  expect(listedSince(from)[0]).toBe('acme/shop');
});

it('what did not change is not sent again', async () => {
  await asked();
  const { value } = (await until(async () => {
    const cursors = await (await bus.bucket<{ place: string; mark?: string }>('prunella_cursors')).entries();
    return cursors.find(({ value: { place, mark } }) => place === 'acme/web' && mark !== undefined);
  }, 'the mark of acme/web')) as { value: { mark: string } };
  const response = await fetch(
    `${github.url}/repos/acme/web/actions/runs?status=completed&per_page=100&exclude_pull_requests=true&created=%3E%3D${ago(7 * HOUR_MS)}`,
    { headers: { 'if-none-match': value.mark } },
  );
  expect(response.status).toBe(304);
});

it('a pipeline of GitLab is told in its attempt, once, also when it is tried again', async () => {
  const pipeline = gitlab.addPipeline({ id: 70_001, updatedAt: new Date().toISOString() });
  const first = await failureOf(String(pipeline.id));
  expect(first.data).toMatchObject({ attempt: 1, repository: 'acme/web/shop', foundAt: expect.any(String) });
  gitlab.retry(pipeline);
  gitlab.complete(pipeline, 'success');
  const second = await until(
    async () =>
      (await eventsAbout(bus, String(pipeline.id))).find(({ data }) => 'attempt' in data && data.attempt === 2),
    'its second attempt',
  );
  expect(second).toMatchObject({ subject: 'pipeline.finished', data: { conclusion: 'success' } });
  expect(await failures(String(pipeline.id))).toHaveLength(1);
});

it('a child pipeline of GitLab is found, and its parent is no failure beside it', async () => {
  const updatedAt = new Date().toISOString();
  const child = gitlab.addPipeline({ id: 70_003, source: 'parent_pipeline', updatedAt });
  const parent = gitlab.addPipeline({
    id: 70_002,
    jobs: [{ name: 'lint', status: 'success' }],
    bridges: [{ name: 'deploy', status: 'failed', downstream: child }],
    updatedAt,
  });
  await failureOf(String(child.id));
  await asked();
  expect(await eventsAbout(bus, String(parent.id))).toEqual([]);
});

it('a build of Jenkins is told with its commit, also when it ran while it was first seen', async () => {
  const checkouts = [{ sha: 'a'.repeat(40), branch: 'refs/remotes/origin/main', remote: 'https://git.example/a/b' }];
  // It waited and ran for an hour: by its times it ended long ago.
  const build = jenkins.addBuild('folder/app/main', { result: null, checkouts, since: Date.now() - HOUR_MS });
  await asked();
  jenkins.complete(build, 'FAILURE');
  const failed = await failureOf(`folder/app/main#${build.number}`);
  expect(failed).toMatchObject({
    source: jenkins.url,
    data: { headSha: 'a'.repeat(40), branch: 'main', conclusion: 'failure', foundAt: expect.any(String) },
  });
});
