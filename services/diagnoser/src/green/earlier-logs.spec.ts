import { Bus, GREEN_LOGS } from '@prunella/bus';
import { ciPlatforms } from '@prunella/ci';
import { type PipelineFailed, parseData } from '@prunella/contracts';
import { type CiReader, completed, type JobLog } from '@prunella/core';
import { FakeGitHub, type FakeRun, githubRun, startTestNats, type TestServer } from '@prunella/testing';
import { inputOf } from '../diagnose.ts';
import { AskedLately } from './asked-lately.ts';
import { type EarlierLogs, type EarlierLogsDeps, earlierLogs } from './earlier-logs.ts';
import { StoredGreenLogs } from './green-logs.ts';

const DAY = 86_400_000;
const ALWAYS_THERE = 'ERROR: the option --legacy is deprecated and will be removed';

let nats: TestServer;
let bus: Bus;
let github: FakeGitHub;
let reader: CiReader;
let repositories = 0;

beforeAll(async () => {
  [nats, github] = await Promise.all([startTestNats(), FakeGitHub.start()]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  const [platform] = ciPlatforms({ GITHUB_API_URL: github.url, GITHUB_TOKEN: 'a-token-for-github' });
  if (platform === undefined) throw new Error('expected GitHub to be configured');
  reader = platform.reader;
});

afterAll(async () => {
  await bus?.close();
  await Promise.all([nats?.stop(), github?.stop()]);
});

afterEach(() => {
  expect(github.violations).toEqual([]);
});

/** A replica that was just started. @param ageMs how much later than now it is. */
function replica(ageMs = 0): EarlierLogsDeps & { later(ms: number): void } {
  let offset = ageMs;
  return {
    green: new StoredGreenLogs(bus),
    asked: new AskedLately(),
    clock: { now: () => Date.now() + offset },
    later: (ms) => {
      offset += ms;
    },
  };
}

const repositoryOfItsOwn = () => `acme/earlier-${repositories++}`;

function passed(repository: string, logs: Record<string, string>, createdAt = '2026-01-01T00:00:00Z'): FakeRun {
  const jobs = Object.entries(logs).map(([name, log]) => ({ name, conclusion: 'success' as const, log }));
  return github.addRun({ repository, conclusion: 'success', createdAt, jobs });
}

function failed(repository: string): FakeRun {
  return github.addRun({ repository, createdAt: '2026-02-01T00:00:00Z' });
}

function failureOf(run: FakeRun): PipelineFailed {
  return completed(parseData('pipeline.failed', githubRun(run)), 'e-1');
}

const job = (name: string, log = 'boom'): JobLog & { log: string } => ({
  id: name,
  name,
  conclusion: 'failure',
  firstLine: 1,
  log,
});

async function look(run: FakeRun, d: EarlierLogsDeps, names = ['build'], longestMs = 10_000): Promise<EarlierLogs> {
  return await earlierLogs(
    failureOf(run),
    names.map((name) => job(name)),
    reader,
    longestMs,
    d,
  );
}

it('brings what the job wrote when it passed into the diagnosis', async () => {
  const repository = repositoryOfItsOwn();
  passed(repository, { build: `${ALWAYS_THERE}\nBuild succeeded\n`, lint: 'fine' });
  const run = failed(repository);
  const jobs = [job('build', `${ALWAYS_THERE}\nconnect ETIMEDOUT 10.0.0.1:443\n`), job('deploy', 'boom')];
  const { texts, gaps } = await earlierLogs(failureOf(run), jobs, reader, 10_000, replica());
  expect(gaps).toEqual([]);
  const { logs } = inputOf(failureOf(run), { jobs, green: texts, gaps });
  expect(logs).toMatchObject([{ job: 'build', green: [`${ALWAYS_THERE}\nBuild succeeded\n`] }, { job: 'deploy' }]);
  expect(logs[1]).not.toHaveProperty('green');
});

it('asks once, whichever replica needs it, and keeps no secret', async () => {
  const repository = repositoryOfItsOwn();
  passed(repository, { build: 'older' });
  passed(repository, { build: `password=hunter22\nnewer` }, '2026-01-02T00:00:00Z');
  const run = failed(repository);
  expect(await look(run, replica())).toEqual({
    texts: new Map([['build', ['password=[redacted]\nnewer', 'older']]]),
    gaps: [],
  });
  const before = github.requests.length;
  expect((await look(run, replica())).texts.get('build')).toHaveLength(2);
  expect(github.requests).toHaveLength(before);
});

it('asks for newer ones when the kept ones are old, and goes on with those when there are none', async () => {
  const repository = repositoryOfItsOwn();
  passed(repository, { build: 'first' });
  const run = failed(repository);
  await look(run, replica());
  const nextWeek = replica(8 * DAY);
  expect((await look(run, nextWeek)).texts.get('build')).toEqual(['first']);
  passed(repository, { build: 'second' }, '2026-01-02T00:00:00Z');
  expect((await look(run, nextWeek)).texts.get('build')).toEqual(['first']);
  nextWeek.later(DAY / 2);
  expect((await look(run, nextWeek)).texts.get('build')).toEqual(['second', 'first']);
});

it('does not ask at each failure for a job that never passed: that is no gap', async () => {
  const run = failed(repositoryOfItsOwn());
  const d = replica();
  expect(await look(run, d)).toEqual({ texts: new Map(), gaps: [] });
  const before = github.requests.length;
  expect(await look(run, d)).toEqual({ texts: new Map(), gaps: [] });
  expect(github.requests).toHaveLength(before);
  d.later(DAY / 2);
  await look(run, d);
  expect(github.requests.length).toBeGreaterThan(before);
});

it.each`
  what              | answer                                                                               | gap
  ${'no right'}     | ${{ status: 403, body: { message: 'Resource not accessible by integration' } }}      | ${/^build: .*forbidden/}
  ${'a rate limit'} | ${{ status: 429, headers: { 'retry-after': '60' }, body: { message: 'slow down' } }} | ${/^build: .*rate-limited/}
  ${'no answer'}    | ${'hang'}                                                                            | ${/^build: .*(abort|no answer within)/}
`(
  'says that $what kept it from reading, also without asking again, until some time has passed',
  async ({ answer, gap }) => {
    const repository = repositoryOfItsOwn();
    passed(repository, { build: 'fine' });
    const run = failed(repository);
    const d = replica();
    github.fault({ on: /workflows/, answer });
    const expected = { texts: new Map(), gaps: [expect.stringMatching(gap)] };
    expect(await look(run, d, ['build'], 1_000)).toEqual(expected);
    const before = github.requests.length;
    expect(await look(run, d)).toEqual(expected);
    expect(github.requests).toHaveLength(before);
    d.later(11 * 60_000);
    expect(await look(run, d)).toEqual({ texts: new Map([['build', ['fine']]]), gaps: [] });
  },
);

it('does not begin when there is no time left', async () => {
  const run = failed(repositoryOfItsOwn());
  const before = github.requests.length;
  expect((await look(run, replica(), ['build'], 999)).gaps).toEqual([expect.stringMatching(/^build: .*all the time/)]);
  expect(github.requests).toHaveLength(before);
});

it('asks for five jobs at a time, and not for those without a log', async () => {
  const repository = repositoryOfItsOwn();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  passed(repository, Object.fromEntries(names.map((name) => [name, `${name} is fine`])));
  const run = failed(repository);
  const d = replica();
  expect([...(await look(run, d, names)).texts.keys()]).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect([...(await look(run, d, names)).texts.keys()].sort()).toEqual(names);
  const before = github.requests.length;
  const { log: _, ...unread } = job('g');
  expect(await earlierLogs(failureOf(run), [unread], reader, 10_000, d)).toEqual({ texts: new Map(), gaps: [] });
  expect(github.requests).toHaveLength(before);
});

it('reads no more than fits, and asks for nothing because of that', async () => {
  const repository = repositoryOfItsOwn();
  const names = Array.from({ length: 10 }, (_, at) => `job ${at}`);
  const d = replica();
  const { pipelineId: pipeline } = failureOf(failed(repository));
  for (const name of names)
    await d.green.put({ repository, pipeline, job: name }, `${name} ${'is fine '.repeat(100)}\n`.repeat(2_400));
  const before = github.requests.length;
  const { texts, gaps } = await look(failed(repository), d, names);
  expect([[...texts.keys()], gaps]).toEqual([names.slice(0, 8), []]);
  expect(github.requests).toHaveLength(before);
});

it('asks no platform that can say nothing about it', async () => {
  const run = failed(repositoryOfItsOwn());
  const { greenLogs: _, ...silent } = reader;
  expect(await earlierLogs(failureOf(run), [job('build')], silent, 10_000, replica())).toEqual({
    texts: new Map(),
    gaps: [],
  });
});

it('says when what is kept can not be read', async () => {
  const manager = await bus.jetstream.jetstreamManager();
  await manager.streams.delete(GREEN_LOGS.name);
  await manager.streams.add({ name: 'IN_THE_WAY', subjects: ['green.>'] });
  expect(await look(failed(repositoryOfItsOwn()), replica())).toEqual({
    texts: new Map(),
    gaps: [expect.stringMatching(/^the kept logs .* could not be read: /)],
  });
  await manager.streams.delete('IN_THE_WAY');
});
