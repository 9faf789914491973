import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import { FakeGitHub, type FakeRun } from '@prunella/testing';
import { github } from './index.ts';

let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
});

afterAll(() => fake.stop());

const platform = (token: string | undefined = 'ghp_test') =>
  github({ GITHUB_API_URL: fake.url, ...(token && { GITHUB_TOKEN: token }) }) ?? fail('not configured');
const signal = AbortSignal.timeout(20_000);
const limits = { maxBytesPerLog: 100_000, maxJobs: 10, signal };

function fail(message: string): never {
  throw new Error(message);
}

function runOf(run: FakeRun): Run {
  return {
    pipelineId: `${run.repository}/${run.path}`,
    platform: 'github',
    repository: run.repository,
    runId: String(run.id),
    attempt: run.attempt,
    headSha: run.headSha,
    branch: run.branch,
    environment: '',
    url: '',
    name: run.workflow,
    kind: 'run',
  };
}

describe('state', () => {
  it('tells a completed run with its branch', async () => {
    const run = fake.addRun();
    expect(await platform().reader.state(runOf(run), signal)).toEqual({
      status: 'completed',
      conclusion: 'failure',
      attempt: 1,
      headSha: run.headSha,
      branchHeadSha: run.headSha,
    });
  });

  it('tells that the branch moved on, and that a new attempt runs', async () => {
    const run = fake.addRun({ branch: 'feature/x' });
    fake.pushTo('acme/shop', 'feature/x', 'b'.repeat(40));
    fake.rerun(run);
    expect(await platform().reader.state({ ...runOf(run), attempt: 1 }, signal)).toEqual({
      status: 'in_progress',
      attempt: 2,
      headSha: run.headSha,
      branchHeadSha: 'b'.repeat(40),
    });
  });

  it('knows no run that is not there, and no branch that is gone', async () => {
    const run = fake.addRun();
    expect(await platform().reader.state({ ...runOf(run), runId: '99' }, signal)).toBeUndefined();
    fake.fault({ on: /GET .*branches/, answer: { status: 404, body: { message: 'Branch not found' } } });
    expect(await platform().reader.state(runOf(run), signal)).not.toHaveProperty('branchHeadSha');
  });

  it('refuses what is no run of GitHub', async () => {
    const run = runOf(fake.addRun());
    for (const wrong of [{ runId: 'x' }, { repository: 'no-slash' }, { repository: '../../etc' }]) {
      await expect(platform().reader.state({ ...run, ...wrong }, signal)).rejects.toMatchObject({ problem: 'refused' });
    }
  });

  it('tries a server error again', async () => {
    fake.fault({ on: /GET .*runs/, answer: { status: 502, body: { message: 'Bad gateway' } } });
    expect(await platform().reader.state(runOf(fake.addRun()), signal)).toMatchObject({ status: 'completed' });
  });
});

describe('failedJobs', () => {
  it('gives the failed jobs of exactly that attempt with their logs', async () => {
    const run = fake.addRun({
      jobs: [
        { name: 'lint', conclusion: 'success', log: 'fine' },
        { name: 'unit', conclusion: 'failure', log: 'a\nb\nnpm error code ETIMEDOUT\n', failedStep: 'Install' },
      ],
    });
    fake.rerun(run);
    fake.completeRun(run, 'failure', [{ name: 'unit', conclusion: 'failure', log: 'second' }]);
    expect(await platform().reader.failedJobs({ ...runOf(run), attempt: 1 }, limits)).toMatchObject([
      {
        name: 'unit',
        conclusion: 'failure',
        failedStep: 'Install',
        log: 'a\nb\nnpm error code ETIMEDOUT\n',
        firstLine: 1,
      },
    ]);
  });

  it('keeps the end of a long log, and says so', async () => {
    const log = Array.from({ length: 5_000 }, (_, i) => `line ${i + 1}`).join('\n');
    const run = fake.addRun({ jobs: [{ name: 'build', conclusion: 'failure', log }] });
    const [job] = await platform().reader.failedJobs(runOf(run), { ...limits, maxBytesPerLog: 1_000 });
    expect(job?.log?.endsWith('line 5000')).toBe(true);
    expect(job?.log?.split('\n')[0]).toBe(`line ${job?.firstLine}`);
    expect(job?.gap).toBe(
      `only the end of the log was read: ${(job?.firstLine ?? 0) - 1} lines before it were left out`,
    );
  });

  it.each`
    what             | status | gap
    ${'expired log'} | ${404} | ${/expired/}
    ${'gone log'}    | ${410} | ${/expired/}
    ${'no right'}    | ${403} | ${/"actions: read"/}
    ${'bad token'}   | ${401} | ${/"actions: read"/}
  `('$what is a gap, not an error', async ({ status, gap }) => {
    const run = fake.addRun();
    fake.fault({ on: /logs$/, answer: { status, body: { message: 'no' } } });
    const [job] = await platform().reader.failedJobs(runOf(run), limits);
    expect(job).toMatchObject({ name: 'build', gap: expect.stringMatching(gap) });
    expect(job?.log).toBeUndefined();
  });

  it.each`
    what                   | status | headers                                                                 | waits
    ${'a secondary limit'} | ${403} | ${{ 'retry-after': '30' }}                                              | ${30_000}
    ${'429'}               | ${429} | ${{ 'retry-after': '2' }}                                               | ${2_000}
    ${'a primary limit'}   | ${403} | ${{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }} | ${3_600_000}
  `('$what says when to come again', async ({ status, headers, waits }) => {
    fake.fault({ on: /jobs$/, answer: { status, headers, body: { message: 'slow down' } } });
    const error: unknown = await platform()
      .reader.failedJobs(runOf(fake.addRun()), limits)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ problem: 'rate-limited', retryable: true, options: { retryAfterMs: waits } });
  });
});

describe('rerunFailedJobs', () => {
  it('starts the next attempt', async () => {
    const run = fake.addRun();
    await platform().writer?.rerunFailedJobs(runOf(run), signal);
    expect(fake.effects).toContain(`acme/shop#${run.id} -> 2`);
  });

  it('is not sent twice when the answer is an error: it may have taken effect', async () => {
    const run = fake.addRun();
    fake.fault({ on: /rerun-failed-jobs/, answer: { status: 502, body: {} }, afterEffect: true });
    await expect(platform().writer?.rerunFailedJobs(runOf(run), signal)).rejects.toMatchObject({
      problem: 'unavailable',
    });
    expect(fake.effects.filter((effect) => effect.includes(`#${run.id} `))).toHaveLength(1);
  });

  it.each`
    what                   | change                       | problem
    ${'a run in progress'} | ${{ status: 'in_progress' }} | ${'refused'}
    ${'too many reruns'}   | ${{ reruns: 50 }}            | ${'refused'}
    ${'a green run'}       | ${{ conclusion: 'success' }} | ${'refused'}
  `('$what is $problem', async ({ change, problem }) => {
    const run = fake.addRun(change as Partial<FakeRun> as never);
    await expect(platform().writer?.rerunFailedJobs(runOf(run), signal)).rejects.toMatchObject({
      problem,
      retryable: false,
    });
  });

  it('without the right is forbidden, without an answer unavailable', async () => {
    const run = fake.addRun();
    fake.fault({
      on: /rerun/,
      answer: { status: 403, body: { message: 'Resource not accessible by personal access token' } },
    });
    await expect(platform().writer?.rerunFailedJobs(runOf(run), signal)).rejects.toMatchObject({
      problem: 'forbidden',
    });
    fake.fault({ on: /rerun/, answer: 'cut' });
    await expect(platform().writer?.rerunFailedJobs(runOf(run), signal)).rejects.toMatchObject({
      problem: 'unavailable',
    });
    fake.fault({ on: /rerun/, answer: 'hang' });
    await expect(platform().writer?.rerunFailedJobs(runOf(run), AbortSignal.timeout(200))).rejects.toMatchObject({
      problem: 'unavailable',
    });
  });
});

it('is not configured without address and token, and can only read without a token', () => {
  expect(github({})).toBeUndefined();
  expect(github({ GITHUB_API_URL: fake.url })?.writer).toBeUndefined();
});
