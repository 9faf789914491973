import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import { FakeGitLab, type GitLabPipeline, gitlabRun } from '@prunella/testing';
import { gitlab } from './index.ts';

let fake: FakeGitLab;

beforeAll(async () => {
  fake = await FakeGitLab.start();
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
  fake.patience = undefined;
});

afterAll(() => fake.stop());

const platform = (token: string | undefined = fake.token) =>
  gitlab({ GITLAB_URL: fake.url, GITLAB_TOKEN: token }) ?? fail('not configured');
const signal = AbortSignal.timeout(600_000);
const limits = { maxBytesPerLog: 100_000, maxJobs: 10, signal };

function fail(message: string): never {
  throw new Error(message);
}

/** What was asked and took effect since. */
function since(): { requests(): string[]; effects(): string[] } {
  const [requests, effects] = [fake.requests.length, fake.effects.length];
  return { requests: () => fake.requests.slice(requests), effects: () => fake.effects.slice(effects) };
}

const thrownBy = (promise: Promise<unknown> | undefined): Promise<unknown> =>
  promise?.then(
    () => fail('expected an error'),
    (error: unknown) => error,
  ) ?? fail('expected a capability');

describe('state', () => {
  it('tells a failed pipeline with its branch', async () => {
    const pipeline = fake.addPipeline();
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toEqual({
      status: 'completed',
      conclusion: 'failure',
      attempt: 1,
      lastedMs: 60_000,
      headSha: pipeline.sha,
      branchHeadSha: pipeline.sha,
    });
  });

  it('tells how long the newest attempt took once it has ended', async () => {
    const pipeline = fake.addPipeline({
      jobs: [
        { name: 'build', seconds: 600 },
        { name: 'lint', status: 'success', seconds: 900 },
      ],
    });
    fake.retry(pipeline);
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).not.toHaveProperty('lastedMs');
    fake.complete(pipeline, 'success');
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toMatchObject({ lastedMs: 60_000 });
  });

  it.each`
    word                      | status           | conclusion
    ${'created'}              | ${'queued'}      | ${undefined}
    ${'waiting_for_resource'} | ${'queued'}      | ${undefined}
    ${'preparing'}            | ${'queued'}      | ${undefined}
    ${'pending'}              | ${'queued'}      | ${undefined}
    ${'scheduled'}            | ${'queued'}      | ${undefined}
    ${'waiting_for_callback'} | ${'queued'}      | ${undefined}
    ${'a_new_word'}           | ${'queued'}      | ${undefined}
    ${'constructor'}          | ${'queued'}      | ${undefined}
    ${'running'}              | ${'in_progress'} | ${undefined}
    ${'canceling'}            | ${'in_progress'} | ${undefined}
    ${'success'}              | ${'completed'}   | ${'success'}
    ${'failed'}               | ${'completed'}   | ${'failure'}
    ${'canceled'}             | ${'completed'}   | ${'cancelled'}
    ${'skipped'}              | ${'completed'}   | ${'skipped'}
    ${'manual'}               | ${'completed'}   | ${'action_required'}
  `('$word is $status $conclusion', async ({ word, status, conclusion }) => {
    const found = await platform().reader.state(gitlabRun(fake.addPipeline({ status: word })), signal);
    expect([found?.status, found?.conclusion]).toEqual([status, conclusion]);
  });

  it('counts the tries of the job that was tried most often, on any page', async () => {
    const many = Array.from({ length: 230 }, (_, index) => ({ name: `ok ${index}`, status: 'success' }));
    const pipeline = fake.addPipeline({ jobs: [{ name: 'flaky' }, ...many, { name: 'lint' }] });
    fake.retry(pipeline);
    fake.complete(pipeline, 'failed');
    fake.retry(pipeline);
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toMatchObject({
      status: 'in_progress',
      attempt: 3,
    });
  });

  it('tells that the branch moved on', async () => {
    const pipeline = fake.addPipeline({ ref: 'feature/x y' });
    fake.pushTo(pipeline.project, 'feature/x y', 'b'.repeat(40));
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toMatchObject({
      branchHeadSha: 'b'.repeat(40),
    });
  });

  it.each`
    what                              | changes                                   | asks
    ${'a tag'}                        | ${{ ref: 'v1.0', tag: true }}             | ${2}
    ${'a merged result'}              | ${{ ref: 'refs/merge-requests/1/merge' }} | ${2}
    ${'a merge request that is gone'} | ${{ ref: 'refs/merge-requests/99/head' }} | ${3}
  `('does not know the newest commit of $what', async ({ changes, asks }) => {
    const pipeline = fake.addPipeline(changes as Partial<Pick<GitLabPipeline, 'ref' | 'tag'>>);
    const { requests } = since();
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).not.toHaveProperty('branchHeadSha');
    expect(requests()).toHaveLength(asks as number);
  });

  it('does not know the newest commit of a branch that is gone or may not be seen', async () => {
    const pipeline = fake.addPipeline({ ref: 'gone' });
    fake.pushTo(pipeline.project, 'gone', undefined);
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).not.toHaveProperty('branchHeadSha');
    fake.fault({ on: /branches/, answer: { status: 403, body: { message: '403 Forbidden' } } });
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).not.toHaveProperty('branchHeadSha');
  });

  it('compares a merge request with its own branch', async () => {
    const { iid } = fake.addMergeRequest({ iid: 31, sha: 'd'.repeat(40) });
    const pipeline = fake.addPipeline({ ref: `refs/merge-requests/${iid}/head`, source: 'merge_request_event' });
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toMatchObject({
      branchHeadSha: 'd'.repeat(40),
    });
  });

  it('tells a pipeline that never had jobs, and what took its place', async () => {
    const place = { project: 'acme/broken', ref: 'fix', sha: 'e'.repeat(40) };
    const pipeline = fake.addPipeline({ ...place, jobs: [] });
    fake.addPipeline({ ...place, source: 'schedule' });
    fake.addPipeline({ ...place, source: 'api', sha: 'f'.repeat(40) });
    const run = gitlabRun(pipeline);
    const alone = await platform().reader.state(run, signal);
    expect(alone).toMatchObject({ status: 'completed', conclusion: 'startup_failure', attempt: 1 });
    expect(alone).not.toHaveProperty('rerunAs');
    const again = fake.addPipeline({ ...place, source: 'web' });
    expect(await platform().reader.state(run, signal)).toMatchObject({
      rerunAs: { runId: String(again.id), url: expect.stringContaining(`/pipelines/${again.id}`) },
    });
  });

  it('knows no pipeline that is not there', async () => {
    const run = gitlabRun(fake.addPipeline());
    expect(await platform().reader.state({ ...run, runId: '9' }, signal)).toBeUndefined();
    expect(await platform().reader.state({ ...run, repository: 'acme/other' }, signal)).toBeUndefined();
  });

  it.each([
    { runId: 'x' },
    { runId: '1/../2' },
    { repository: 'no-group' },
    { repository: '../../etc' },
    { repository: 'a//b' },
    { repository: 'a/b/' },
    { repository: 'a/b?x' },
  ])('refuses %o, which is nothing on GitLab, without asking', async (wrong) => {
    const { requests } = since();
    const run = { ...gitlabRun(fake.addPipeline()), ...wrong };
    await expect(platform().reader.state(run, signal)).rejects.toMatchObject({ problem: 'refused' });
    expect(requests()).toEqual([]);
  });

  it('tries a server error and a cut connection again', async () => {
    fake.fault({ on: /pipelines/, answer: { status: 502, body: { message: 'Bad gateway' } } });
    fake.fault({ on: /pipelines/, answer: 'cut' });
    const run = gitlabRun(fake.addPipeline());
    expect(await platform().reader.state(run, signal)).toMatchObject({ status: 'completed' });
  });

  it('follows a project that moved, but takes the token to nobody else', async () => {
    const other = await FakeGitLab.start();
    const pipeline = fake.addPipeline({ project: 'acme/new/home' });
    fake.move('acme/old', 'acme/new/home');
    const run = { ...gitlabRun(pipeline), repository: 'acme/old' };
    expect(await platform().reader.state(run, signal)).toMatchObject({ headSha: pipeline.sha });
    expect(await thrownBy(platform().rerun?.rerunJob?.(run, '1', signal))).toMatchObject({ problem: 'refused' });
    other.addPipeline({ project: 'acme/away', id: 5, sha: 'c'.repeat(40) });
    fake.move('acme/away', `${other.url}/api/v4`);
    // with the token the other one, which has the same, would have to give what needs one
    const away = { ...run, repository: 'acme/away', runId: '5' };
    expect(await platform().reader.state(away, signal)).toMatchObject({ headSha: 'c'.repeat(40) });
    fake.fault({
      on: /variables/,
      answer: { status: 302, headers: { location: `${other.url}/api/v4/user` }, body: {} },
    });
    const target = { run: gitlabRun(fake.addPipeline()), pipeline: '', ref: 'away', inputs: {} };
    fake.pushTo('acme/web/shop', 'away', 'a'.repeat(40));
    await platform().trigger?.trigger(target, signal);
    expect(await thrownBy(platform().trigger?.findTriggered(target, Date.now(), signal))).toMatchObject({
      problem: 'unauthenticated',
    });
    await other.stop();
  });

  it('is sent to no private address but the configured ones', async () => {
    const run = gitlabRun(fake.addPipeline());
    for (const location of ['http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1/', 'file:///etc/passwd']) {
      fake.fault({ on: /pipelines/, answer: { status: 302, headers: { location }, body: {} } });
      expect(await thrownBy(platform().reader.state(run, signal))).toMatchObject({ problem: 'refused' });
    }
    const wrong = { GITLAB_URL: fake.url, PRUNELLA_REDIRECT_ORIGINS: 'minio.internal' };
    expect(() => gitlab(wrong)).toThrow('PRUNELLA_REDIRECT_ORIGINS: expected origins');
  });

  it('believes no nonsense', async () => {
    const run = gitlabRun(fake.addPipeline());
    for (const body of [{ id: 'x' }, [], 'no JSON at all']) {
      fake.fault({ on: /pipelines/, answer: { status: 200, body } });
      await expect(platform().reader.state(run, signal)).rejects.toMatchObject({ problem: 'unavailable' });
    }
  });
});

describe('details', () => {
  const details = (pipeline: GitLabPipeline, newestJob: number | '' = '') =>
    platform().reader.details?.(gitlabRun(pipeline), String(newestJob), signal);

  it('count the tries of the job that was tried most often, as of the newest job that a message knew', async () => {
    const pipeline = fake.addPipeline({
      ref: 'refs/merge-requests/7/merge',
      jobs: [{ name: 'unit' }, { name: 'lint', status: 'success' }],
    });
    const last = () => pipeline.jobs.at(-1)?.id ?? 0;
    const first = last();
    fake.retry(pipeline);
    fake.complete(pipeline, 'failed');
    const second = last();
    fake.retry(pipeline);
    const { sha, ref } = pipeline;
    expect(await details(pipeline, first)).toMatchObject({ attempt: 1, headSha: sha, branch: ref });
    expect(await details(pipeline, second)).toMatchObject({ attempt: 2 });
    expect(await details(pipeline)).toMatchObject({ attempt: 3 });
  });

  it('say when the attempt began, where a job of it did', async () => {
    const pipeline = fake.addPipeline();
    expect(await details(pipeline)).toMatchObject({ startedAt: '2026-01-01T00:00:00.000Z' });
    fake.retry(pipeline);
    expect(await details(pipeline)).not.toHaveProperty('startedAt');
  });

  it('say what is wrong with the configuration', async () => {
    const pipeline = fake.addPipeline({ jobs: [], yamlErrors: 'jobs:unit config contains unknown keys: scripts' });
    expect(await details(pipeline)).toMatchObject({ attempt: 1, problem: pipeline.yamlErrors });
  });

  it('name the pipelines that failed where nothing failed by itself', async () => {
    const downstream = fake.addPipeline({ project: 'acme/infra' });
    const bridges = [
      { name: 'deploy', status: 'failed', downstream },
      { name: 'passed', status: 'success', downstream: fake.addPipeline({ status: 'success' }) },
      { name: 'refused', status: 'failed', downstream: fake.addPipeline({ status: 'success' }) },
    ];
    const jobs = [{ name: 'unit', status: 'success' }];
    expect(await details(fake.addPipeline({ jobs, bridges }))).toMatchObject({
      failedDownstream: [{ runId: String(downstream.id), repository: 'acme/infra', url: expect.any(String) }],
    });
    expect(await details(fake.addPipeline({ bridges }))).not.toHaveProperty('failedDownstream');
    expect(await details(fake.addPipeline({ status: 'running', jobs, bridges }))).not.toHaveProperty(
      'failedDownstream',
    );
  });

  it('are nothing where GitLab knows no such pipeline', async () => {
    const run = { ...gitlabRun(fake.addPipeline()), runId: '999999' };
    expect(await platform().reader.details?.(run, '', signal)).toBeUndefined();
  });
});

describe('failedJobs', () => {
  it('gives the failed jobs of exactly that attempt, with logs and what GitLab says', async () => {
    const pipeline = fake.addPipeline({
      jobs: [
        { name: 'lint', status: 'success', log: 'fine' },
        { name: 'style', allowFailure: true, log: 'ugly' },
        { name: 'unit', log: 'first\n' },
        { name: 'deploy', status: 'skipped' },
      ],
    });
    fake.retry(pipeline);
    fake.complete(pipeline, 'failed', 'second\n');
    fake.retry(pipeline);
    const run = gitlabRun(pipeline);
    const logsOf = async (attempt: number) =>
      (await platform().reader.failedJobs({ ...run, attempt }, limits)).map(({ name, log }) => [name, log]);
    expect(await logsOf(1)).toEqual([['unit', 'first\n']]);
    expect(await logsOf(2)).toEqual([['unit', 'second\n']]);
    expect(await logsOf(3)).toEqual([]);
    expect(await logsOf(4)).toEqual([]);
    expect(await platform().reader.failedJobs({ ...run, runAttempt: 2, attempt: 9 }, limits)).toEqual([
      {
        id: String(pipeline.jobs[5]?.id),
        name: 'unit',
        conclusion: 'failure',
        failureReason: 'script_failure',
        url: expect.stringContaining('/-/jobs/'),
        log: 'second\n',
        firstLine: 1,
      },
    ]);
  });

  it('counts the last try of a job that nobody retried', async () => {
    const pipeline = fake.addPipeline({
      jobs: [
        { name: 'unit', log: 'u' },
        { name: 'e2e', log: 'e' },
      ],
    });
    fake.addJob(pipeline, { name: 'unit', status: 'success' });
    const found = await platform().reader.failedJobs({ ...gitlabRun(pipeline), attempt: 2 }, limits);
    expect(found).toMatchObject([{ name: 'e2e', log: 'e' }]);
  });

  it.each`
    job                                                                | conclusion
    ${{ status: 'failed', failureReason: 'runner_system_failure' }}    | ${'failure'}
    ${{ status: 'failed', failureReason: 'job_execution_timeout' }}    | ${'timed_out'}
    ${{ status: 'failed', failureReason: 'stuck_or_timeout_failure' }} | ${'timed_out'}
    ${{ status: 'failed', failureReason: '' }}                         | ${'failure'}
    ${{ status: 'canceled', failureReason: '' }}                       | ${'cancelled'}
  `('$job ended as $conclusion', async ({ job, conclusion }) => {
    const pipeline = fake.addPipeline({ jobs: [{ name: 'unit', ...job }] });
    const [found] = await platform().reader.failedJobs(gitlabRun(pipeline), limits);
    expect(found?.conclusion).toBe(conclusion);
    expect(found?.failureReason).toBe(job.failureReason || undefined);
  });

  it('finds the failed job on any page, and gives no more jobs than it may', async () => {
    const passed = Array.from({ length: 230 }, (_, index) => ({ name: `ok ${index}`, status: 'success' }));
    const jobs = [{ name: 'a', log: 'A' }, { name: 'b', log: 'B' }, ...passed, { name: 'c', log: 'C' }];
    const found = await platform().reader.failedJobs(gitlabRun(fake.addPipeline({ jobs })), { ...limits, maxJobs: 2 });
    expect(found.map(({ name, log }) => [name, log])).toEqual([
      ['a', 'A'],
      ['b', 'B'],
    ]);
  });

  it('keeps the end of a long log, and says so', async () => {
    const log = Array.from({ length: 5_000 }, (_, i) => `line ${i + 1}`).join('\n');
    const pipeline = fake.addPipeline({ jobs: [{ name: 'build', log }] });
    const [job] = await platform().reader.failedJobs(gitlabRun(pipeline), { ...limits, maxBytesPerLog: 1_000 });
    expect(job?.log?.endsWith('line 5000')).toBe(true);
    expect(job?.log?.split('\n')[0]).toBe(`line ${job?.firstLine}`);
    expect(job?.gap).toMatch(/only the end/);
  });

  it.each`
    what               | job                                                                   | gap
    ${'an erased log'} | ${{ name: 'build', log: undefined, failureReason: '' }}               | ${/erased/}
    ${'no log at all'} | ${{ name: 'build', log: '', failureReason: 'runner_system_failure' }} | ${/empty; GitLab says: runner_system_failure/}
  `('$what is a gap, not an error', async ({ job, gap }) => {
    const [found] = await platform().reader.failedJobs(gitlabRun(fake.addPipeline({ jobs: [job] })), limits);
    expect(found).toMatchObject({ name: 'build', gap: expect.stringMatching(gap) });
    expect(found).not.toHaveProperty('log');
  });

  it.each`
    what                       | times | answer
    ${'no right to logs'}      | ${1}  | ${{ status: 403, body: { message: '403 Forbidden' } }}
    ${'a log that breaks off'} | ${1}  | ${{ status: 200, headers: { 'content-length': '99', connection: 'close' }, body: 'x' }}
    ${'a cut every time'}      | ${3}  | ${'cut'}
    ${'a server error'}        | ${3}  | ${{ status: 500, body: { message: '500 Internal Server Error' } }}
  `('$what is a gap, not an error', async ({ times, answer }) => {
    const pipeline = fake.addPipeline();
    for (let time = 0; time < times; time++) fake.fault({ on: /trace/, answer });
    const [job] = await platform().reader.failedJobs(gitlabRun(pipeline), limits);
    expect(job).toMatchObject({ name: 'build', gap: expect.stringMatching(/log/) });
    expect(job).not.toHaveProperty('log');
  });

  it('gives up a log that never comes', async () => {
    const pipeline = fake.addPipeline();
    fake.fault({ on: /trace/, answer: 'hang' });
    const { requests } = since();
    const controller = new AbortController();
    const reading = platform().reader.failedJobs(gitlabRun(pipeline), { ...limits, signal: controller.signal });
    while (!requests().some((request) => request.endsWith('/trace'))) await sleep(5);
    controller.abort();
    const [job] = await reading;
    expect(job?.gap).toMatch(/could not be read/);
  });
});

describe('errors', () => {
  const limited = { message: { error: 'This endpoint has been requested too many times. Try again later.' } };

  it.each`
    what                     | status | headers                                | body                                                                              | problem              | waits
    ${'a limit'}             | ${429} | ${{ 'retry-after': '30' }}             | ${'Retry later\n'}                                                                | ${'rate-limited'}    | ${30_000}
    ${'a limit, far reset'}  | ${429} | ${{ 'ratelimit-reset': '9999999999' }} | ${limited}                                                                        | ${'rate-limited'}    | ${3_600_000}
    ${'a limit, past reset'} | ${429} | ${{ 'ratelimit-reset': '1' }}          | ${limited}                                                                        | ${'rate-limited'}    | ${1_000}
    ${'a bare limit'}        | ${429} | ${{}}                                  | ${limited}                                                                        | ${'rate-limited'}    | ${60_000}
    ${'nonsense for reset'}  | ${429} | ${{ 'ratelimit-reset': 'soon' }}       | ${limited}                                                                        | ${'rate-limited'}    | ${60_000}
    ${'no token'}            | ${401} | ${{}}                                  | ${{ message: '401 Unauthorized' }}                                                | ${'unauthenticated'} | ${undefined}
    ${'an expired token'}    | ${401} | ${{}}                                  | ${{ error: 'invalid_token', error_description: 'Token is expired.' }}             | ${'unauthenticated'} | ${undefined}
    ${'a small scope'}       | ${403} | ${{}}                                  | ${{ error: 'insufficient_scope', error_description: 'needs more', scope: 'api' }} | ${'forbidden'}       | ${undefined}
    ${'a limit of a wall'}   | ${403} | ${{ 'retry-after': '2' }}              | ${{ message: 'slow down' }}                                                       | ${'rate-limited'}    | ${2_000}
    ${'no right'}            | ${403} | ${{}}                                  | ${{ message: '403 Forbidden' }}                                                   | ${'forbidden'}       | ${undefined}
    ${'a proxy page'}        | ${403} | ${{ 'content-type': 'text/html' }}     | ${'<html>'.repeat(50_000)}                                                        | ${'forbidden'}       | ${undefined}
    ${'no such list'}        | ${404} | ${{}}                                  | ${{ message: '404 Not Found' }}                                                   | ${'not-found'}       | ${undefined}
    ${'a conflict'}          | ${409} | ${{}}                                  | ${{ message: '409 Conflict' }}                                                    | ${'refused'}         | ${undefined}
  `('$what is $problem', async ({ status, headers, body, problem, waits }) => {
    fake.fault({ on: /jobs/, answer: { status, headers, body } });
    const { requests } = since();
    const error = await thrownBy(platform().reader.failedJobs(gitlabRun(fake.addPipeline()), limits));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ problem, retryable: problem === 'rate-limited' });
    expect((error as ProviderError).options.retryAfterMs).toBe(waits);
    expect((error as ProviderError).message.length).toBeLessThan(500);
    expect(requests()).toHaveLength(1);
  });

  it('a limit at a log is an error too: it can be read later', async () => {
    fake.fault({ on: /trace/, answer: { status: 429, headers: { 'retry-after': '2' }, body: limited } });
    await expect(platform().reader.failedJobs(gitlabRun(fake.addPipeline()), limits)).rejects.toMatchObject({
      problem: 'rate-limited',
    });
  });

  it('maintenance that does not end is unavailable, and says when to come again', async () => {
    const answer = { status: 503, headers: { 'retry-after': '120' }, body: 'GitLab is not responding' };
    fake.fault({ on: /jobs/, answer });
    const error = await thrownBy(platform().reader.failedJobs(gitlabRun(fake.addPipeline()), limits));
    expect(error).toMatchObject({ problem: 'unavailable', options: { retryAfterMs: 120_000 } });
  });

  it('never show the token', async () => {
    const run = gitlabRun(fake.addPipeline());
    fake.fault({ on: /GET .*pipelines/, answer: { status: 403, body: { message: 'no' } } });
    const forbidden = await thrownBy(platform().reader.state(run, signal));
    fake.fault({ on: /retry/, answer: 'cut' });
    const cut = await thrownBy(platform().rerun?.rerunFailedJobs(run, signal));
    expect([forbidden, cut]).toMatchObject([{ problem: 'forbidden' }, { problem: 'unavailable' }]);
    expect(inspect([forbidden, cut], { depth: 20, showHidden: true })).not.toContain(fake.token);
  });
});

describe('greenLogs', () => {
  const green = { maxBytesPerLog: 100_000, maxPerJob: 2, signal };
  let projects = 0;
  let project = '';

  beforeEach(() => {
    project = `acme/green-${projects++}`;
  });

  const passed = (log: string, ref = 'main') =>
    fake.addPipeline({
      project,
      ref,
      status: 'success',
      jobs: [
        { name: 'lint', status: 'success', log: 'fine' },
        { name: 'build', log: 'failed at first' },
        { name: 'build', status: 'success', log },
      ],
    });
  const failed = (ref = 'main') => fake.addPipeline({ project, ref });
  const logsOf = async (pipeline: GitLabPipeline, options = green) =>
    (await platform().reader.greenLogs?.(gitlabRun(pipeline), ['build', 'deploy'], options))?.map(({ log }) => log);

  it('gives the newest logs of the try that passed, of the own ref first', async () => {
    passed('oldest');
    const newer = passed('newer');
    const run = failed();
    passed('after it');
    expect(await platform().reader.greenLogs?.(gitlabRun(run), ['build'], green)).toEqual([
      { job: 'build', runId: String(newer.id), log: 'newer' },
      { job: 'build', runId: expect.any(String), log: 'oldest' },
    ]);
    passed('of the branch', 'feature/x');
    expect(await logsOf(failed('feature/x'), { ...green, maxPerJob: 4 })).toEqual([
      'of the branch',
      'after it',
      'newer',
      'oldest',
    ]);
  });

  it('asks a bounded number of times, and nothing for a pipeline that is not there', async () => {
    for (const ref of ['main', 'feature/x']) {
      for (let count = 0; count < 9; count++) fake.addPipeline({ project, ref, status: 'success', jobs: [] });
    }
    const run = failed('feature/x');
    const { requests } = since();
    expect(await logsOf(run)).toEqual([]);
    expect(requests()).toHaveLength(1 + 1 + 3 + 1 + 1 + 3);
    expect(await logsOf({ ...run, id: 7 })).toEqual([]);
    expect(requests()).toHaveLength(11);
  });

  it('goes on to the next pipeline when a log is gone, and keeps the end of a long one', async () => {
    passed('kept\nthe end');
    const gone = passed('gone');
    for (const job of gone.jobs) job.log = undefined;
    expect(await logsOf(failed(), { ...green, maxBytesPerLog: 9 })).toEqual(['the end']);
  });

  it('leaves the last requests to others', async () => {
    passed('fine');
    const run = failed();
    fake.patience = { limit: 2_000, left: 199 };
    const { requests } = since();
    expect(await thrownBy(logsOf(run))).toMatchObject({
      problem: 'rate-limited',
      detail: expect.stringContaining('199'),
    });
    expect(requests()).toHaveLength(1);
    fake.patience = { limit: 2_000, left: 200 };
    expect(await logsOf(run)).toEqual(['fine']);
  });
});

describe('changedFiles', () => {
  const filesOf = (changes: Partial<Run>) =>
    platform().reader.changedFiles?.({ ...gitlabRun(fake.addPipeline()), ...changes }, signal);

  it('tells the files by which a branch differs from the default one', async () => {
    fake.change('3'.repeat(40), [{ path: 'src/new.ts', from: 'src/old.ts' }, { path: 'README.md' }]);
    const { requests } = since();
    expect(await filesOf({ headSha: '3'.repeat(40), branch: 'feature/x' })).toEqual([
      'src/old.ts',
      'src/new.ts',
      'README.md',
    ]);
    expect(requests().at(-1)).toContain(`/repository/compare?from=main&to=${'3'.repeat(40)}`);
  });

  it('tells those of the commit itself on the default branch, on any page', async () => {
    const files = Array.from({ length: 130 }, (_, index) => `src/${index}.ts`);
    fake.change(
      '4'.repeat(40),
      files.map((path) => ({ path })),
    );
    expect(await filesOf({ headSha: '4'.repeat(40), branch: 'main' })).toEqual(files);
  });

  it('can not say where there is no commit, or GitLab knows none such', async () => {
    expect(await filesOf({ headSha: '' })).toBeUndefined();
    expect(await filesOf({ headSha: '5'.repeat(40), branch: 'main' })).toBeUndefined();
    expect(await filesOf({ headSha: '5'.repeat(40), branch: 'x' })).toBeUndefined();
    expect(await filesOf({ repository: 'acme/nowhere' })).toBeUndefined();
  });
});

describe('rerunFailedJobs', () => {
  it('retries the pipeline: the next attempt of the same run', async () => {
    const pipeline = fake.addPipeline();
    const { effects } = since();
    expect(await platform().rerun?.rerunFailedJobs(gitlabRun(pipeline), signal)).toBeUndefined();
    expect(effects()).toEqual([`${pipeline.project}#${pipeline.id} retry`]);
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toMatchObject({
      status: 'in_progress',
      attempt: 2,
    });
  });

  it.each([{ status: 502, body: {} }, { status: 504, body: 'Gateway Timeout' }, 'cut' as const])(
    'is not sent twice when the answer is %o: it may have taken effect',
    async (answer) => {
      const pipeline = fake.addPipeline();
      const { effects } = since();
      fake.fault({ on: /\/retry$/, answer, afterEffect: true });
      expect(await thrownBy(platform().rerun?.rerunFailedJobs(gitlabRun(pipeline), signal))).toMatchObject({
        retryable: true,
      });
      expect(effects()).toHaveLength(1);
    },
  );

  it('is unavailable when no answer comes', async () => {
    fake.fault({ on: /\/retry$/, answer: 'hang' });
    const run = gitlabRun(fake.addPipeline());
    expect(await thrownBy(platform().rerun?.rerunFailedJobs(run, AbortSignal.timeout(500)))).toMatchObject({
      problem: 'unavailable',
    });
  });

  it.each`
    what                    | problem              | pipeline                                            | answer
    ${'a green pipeline'}   | ${'refused'}         | ${{ jobs: [{ name: 'build', status: 'success' }] }} | ${undefined}
    ${'no jobs at all'}     | ${'refused'}         | ${{ jobs: [] }}                                     | ${undefined}
    ${'an archived one'}    | ${'refused'}         | ${{}}                                               | ${{ status: 403, body: { message: '403 Forbidden - Pipeline is archived' } }}
    ${'no right'}           | ${'forbidden'}       | ${{}}                                               | ${{ status: 403, body: { message: '403 Forbidden' } }}
    ${'a protected branch'} | ${'forbidden'}       | ${{}}                                               | ${{ status: 400, body: { message: { base: ['You do not have sufficient permission to run a pipeline on this branch'] } } }}
    ${'a conflict'}         | ${'refused'}         | ${{}}                                               | ${{ status: 409, body: { message: '409 Conflict' } }}
    ${'an expired token'}   | ${'unauthenticated'} | ${{}}                                               | ${{ status: 401, body: { error: 'invalid_token' } }}
  `('$what is $problem', async ({ problem, pipeline, answer }) => {
    const run = gitlabRun(fake.addPipeline(pipeline));
    if (answer !== undefined) fake.fault({ on: /\/retry$/, answer });
    const { effects } = since();
    expect(await thrownBy(platform().rerun?.rerunFailedJobs(run, signal))).toMatchObject({ problem, retryable: false });
    expect(effects()).toEqual([]);
  });
});

describe('rerunJob', () => {
  it('retries only that job', async () => {
    const pipeline = fake.addPipeline({ jobs: [{ name: 'unit' }, { name: 'e2e' }] });
    const { effects } = since();
    const [unit] = pipeline.jobs;
    await platform().rerun?.rerunJob?.(gitlabRun(pipeline), String(unit?.id), signal);
    expect(effects()).toEqual([`${pipeline.project}#${pipeline.id} retry unit`]);
    // its first try can't be retried any more
    expect(await thrownBy(platform().rerun?.rerunJob?.(gitlabRun(pipeline), String(unit?.id), signal))).toMatchObject({
      problem: 'refused',
    });
    expect(await thrownBy(platform().rerun?.rerunJob?.(gitlabRun(pipeline), 'unit', signal))).toMatchObject({
      problem: 'refused',
    });
  });
});

describe('rerunRun', () => {
  it('retries a pipeline that had jobs', async () => {
    const pipeline = fake.addPipeline();
    const { effects } = since();
    expect(await platform().rerun?.rerunRun(gitlabRun(pipeline), signal)).toBeUndefined();
    expect(effects()).toEqual([`${pipeline.project}#${pipeline.id} retry`]);
  });

  it('begins a new pipeline where there never were any jobs, which the old one tells of', async () => {
    const pipeline = fake.addPipeline({ project: 'acme/anew', ref: 'fix/it', jobs: [] });
    const { effects } = since();
    const started = await platform().rerun?.rerunRun(gitlabRun(pipeline), signal);
    expect(effects()).toEqual([`acme/anew#${started?.runId} begun`]);
    expect(started?.url).toContain(started?.runId);
    expect(await platform().reader.state(gitlabRun(pipeline), signal)).toMatchObject({ rerunAs: started });
  });

  it('begins a merge request pipeline as such, but none on a merged result', async () => {
    const { iid, sha } = fake.addMergeRequest({ iid: 41 });
    const own = fake.addPipeline({ ref: `refs/merge-requests/${iid}/head`, sha, jobs: [] });
    const started = await platform().rerun?.rerunRun(gitlabRun(own), signal);
    expect(await platform().reader.state(gitlabRun(own), signal)).toMatchObject({ rerunAs: started });
    const merged = fake.addPipeline({ ref: `refs/merge-requests/${iid}/merge`, jobs: [] });
    expect(await thrownBy(platform().rerun?.rerunRun(gitlabRun(merged), signal))).toMatchObject({ problem: 'refused' });
  });
});

describe('trigger', () => {
  const target = (changes: { run?: Run; pipeline?: string; ref?: string; inputs?: Record<string, string> } = {}) => ({
    run: gitlabRun(fake.addPipeline({ project: 'acme/trigger' })),
    pipeline: '',
    ref: '',
    inputs: { MODE: 'safe', MIRROR: 'https://mirror.example.com' },
    ...changes,
  });

  it('begins a pipeline with variables, and finds it again', async () => {
    const wanted = target();
    const before = Date.now();
    expect(await platform().trigger?.findTriggered(wanted, before, signal)).toBeUndefined();
    const { effects } = since();
    const started = await platform().trigger?.trigger(wanted, signal);
    expect(effects()).toEqual([`acme/trigger#${started?.runId} begun`]);
    expect(await platform().trigger?.findTriggered(wanted, before, signal)).toEqual(started);
    expect(await platform().trigger?.findTriggered(wanted, Date.now() + 120_000, signal)).toBeUndefined();
  });

  it.each`
    what                 | pipeline
    ${'other person'}    | ${{ username: 'ada' }}
    ${'other variables'} | ${{ variables: [{ key: 'MODE', value: 'fast' }, { key: 'MIRROR', value: 'https://mirror.example.com' }] }}
    ${'fewer variables'} | ${{ variables: [{ key: 'MODE', value: 'safe' }] }}
    ${'more variables'} | ${{ variables: [{ key: 'MODE', value: 'safe' }, { key: 'MIRROR', value: 'https://mirror.example.com' }, { key: 'X', value: '' }] }}
    ${'other branch'}    | ${{ ref: 'other' }}
    ${'other source'}    | ${{ source: 'web' }}
    ${'older'}           | ${{ createdAt: '2026-01-01T00:00:00.000Z' }}
  `('does not take a pipeline for its own that has or is $what', async ({ pipeline }) => {
    const wanted = target({ run: gitlabRun(fake.addPipeline({ project: 'acme/not-mine' })) });
    fake.addPipeline({
      project: 'acme/not-mine',
      source: 'api',
      username: fake.user.username,
      createdAt: new Date().toISOString(),
      variables: Object.entries(wanted.inputs).map(([key, value]) => ({ key, value })),
      ...pipeline,
    });
    expect(await platform().trigger?.findTriggered(wanted, Date.now() - 1_000, signal)).toBeUndefined();
  });

  it.each`
    what                  | changes                                  | answer                                                                                                               | problem
    ${'no such branch'}   | ${{ ref: 'nowhere' }}                    | ${undefined}                                                                                                         | ${'refused'}
    ${'a named pipeline'} | ${{ pipeline: 'nightly.yml' }}           | ${undefined}                                                                                                         | ${'refused'}
    ${'a merge request'}  | ${{ ref: 'refs/merge-requests/1/head' }} | ${undefined}                                                                                                         | ${'refused'}
    ${'no variables'}     | ${{}}                                    | ${{ status: 400, body: { message: { base: ['Insufficient permissions to set pipeline variables'] } } }}              | ${'forbidden'}
    ${'too many'}         | ${{}}                                    | ${{ status: 400, body: { message: { base: ['Too many pipelines created in the last minute. Try again later.'] } } }} | ${'rate-limited'}
    ${'no rule for it'}   | ${{}}                                    | ${{ status: 400, body: { message: { base: ['Pipeline will not run for the selected trigger.'] } } }}                 | ${'refused'}
  `('$what is $problem', async ({ changes, answer, problem }) => {
    const wanted = target(changes);
    if (answer !== undefined) fake.fault({ on: /POST .*pipeline$/, answer });
    const { effects } = since();
    expect(await thrownBy(platform().trigger?.trigger(wanted, signal))).toMatchObject({ problem });
    expect(effects()).toEqual([]);
  });

  it('is found again when its answer was lost', async () => {
    const wanted = target({ inputs: {} });
    const before = Date.now();
    fake.fault({ on: /POST .*pipeline$/, answer: 'cut', afterEffect: true });
    const { effects } = since();
    expect(await thrownBy(platform().trigger?.trigger(wanted, signal))).toMatchObject({ problem: 'unavailable' });
    const found = await platform().trigger?.findTriggered(wanted, before, signal);
    expect(effects()).toEqual([`acme/trigger#${found?.runId} begun`]);
  });
});

describe('note', () => {
  const note = { key: 'inc_7', title: 'A network\nfailure', body: 'It is rerun.', state: 'healing' as const };
  const marker = '<!-- prunella:inc_7 -->';
  let iids = 100;

  const mergeRequest = (changes: Partial<Parameters<FakeGitLab['addMergeRequest']>[0]> = {}) => {
    const iid = iids++;
    return fake.addMergeRequest({ iid, project: 'acme/review', sourceBranch: `branch-${iid}`, ...changes });
  };
  const runOn = (ref: string, sha = 'a'.repeat(40)) =>
    gitlabRun(fake.addPipeline({ project: 'acme/review', ref, sha }));

  it('is written once on the open merge request of the branch, then rewritten in place', async () => {
    const request = mergeRequest();
    fake.addNote(request, `> ${marker}\nwhat is that?`);
    fake.addNote(request, `${marker}\nI can write that, too`);
    fake.addNote(request, `See the note with ${marker}`, { authorId: fake.user.id });
    for (let count = 0; count < 130; count++) fake.addNote(request, `note ${count}`, { system: count % 2 === 0 });
    const run = runOn(request.sourceBranch);
    const { effects } = since();
    const at = await platform().review?.note(run, note, signal);
    expect(await platform().review?.note(run, { ...note, state: 'healed', body: 'It passed.' }, signal)).toBe(at);
    expect(effects()).toEqual([`acme/review!${request.iid} note written`, `acme/review!${request.iid} note rewritten`]);
    const own = request.notes.filter(({ authorId }) => authorId === fake.user.id).slice(1);
    expect(own.map(({ body }) => body)).toEqual([`${marker}\n**:white_check_mark: A network failure**\n\nIt passed.`]);
    expect(at).toBe(`https://gitlab.example.com/acme/review/-/merge_requests/${request.iid}#note_${own[0]?.id}`);
  });

  it('has a place of its own for each incident', async () => {
    const request = mergeRequest();
    const run = runOn(request.sourceBranch);
    for (const key of ['inc_1', 'inc_2', 'inc_1']) await platform().review?.note(run, { ...note, key }, signal);
    expect(request.notes).toHaveLength(2);
  });

  it('goes to the merge request that the pipeline is of, or else to that of its commit', async () => {
    const own = mergeRequest();
    await platform().review?.note(runOn(`refs/merge-requests/${own.iid}/merge`), note, signal);
    const closed = mergeRequest({ sha: '1'.repeat(40), state: 'closed' });
    const fork = mergeRequest({ sha: '1'.repeat(40) });
    await platform().review?.note(runOn('not-here', '1'.repeat(40)), note, signal);
    expect([own, closed, fork].map(({ notes }) => notes.length)).toEqual([1, 0, 1]);
  });

  it('writes nothing where no merge request is open', async () => {
    const merged = mergeRequest({ state: 'merged', sha: '2'.repeat(40) });
    const { effects } = since();
    for (const run of [
      runOn(merged.sourceBranch, '2'.repeat(40)),
      runOn(`refs/merge-requests/${merged.iid}/head`),
      runOn('refs/merge-requests/99999/head'),
      { ...runOn('main'), branch: '', headSha: '' },
      // a commit that GitLab does not know any more
      { ...runOn('main'), branch: '', headSha: '9'.repeat(40) },
    ]) {
      expect(await platform().review?.note(run, note, signal)).toBeUndefined();
    }
    expect(effects()).toEqual([]);
  });

  it('has no line in it that GitLab would carry out', async () => {
    const request = mergeRequest();
    const body = 'The log:\n```\n/merge\n```\n  /assign @ada\n/usr/bin/make\nand /close';
    await platform().review?.note(runOn(request.sourceBranch), { ...note, body }, signal);
    const lines = request.notes[0]?.body.split('\n') ?? [];
    expect(lines.filter((line) => /^\s*\/[a-z_]+(?:\s|$)/.test(line.replaceAll('\u200b', '|')))).toEqual([]);
    expect(lines).toContain('/usr/bin/make');
    expect(lines.join('\n').replaceAll('\u200b', '')).toContain(body);
  });

  it('is not written twice when the answer is lost', async () => {
    const request = mergeRequest();
    const run = runOn(request.sourceBranch);
    fake.fault({ on: /POST .*notes$/, answer: 'cut', afterEffect: true });
    expect(await thrownBy(platform().review?.note(run, note, signal))).toMatchObject({ problem: 'unavailable' });
    await platform().review?.note(run, note, signal);
    expect(request.notes).toHaveLength(1);
  });
});

it('is not configured without address and token, and can only read without a token', async () => {
  expect(gitlab({})).toBeUndefined();
  expect(gitlab({ GITLAB_TOKEN: 'glpat-x' })).toMatchObject({ id: 'gitlab', rerun: expect.anything() });
  const reading = gitlab({ GITLAB_URL: `${fake.url}/api/v4/` });
  expect(reading).toMatchObject({ id: 'gitlab', reader: { platform: 'gitlab' } });
  expect([reading?.rerun, reading?.trigger, reading?.review]).toEqual([undefined, undefined, undefined]);
  expect(await reading?.reader.state(gitlabRun(fake.addPipeline()), signal)).toMatchObject({ attempt: 1 });
  expect(await thrownBy(platform('glpat-old').reader.state(gitlabRun(fake.addPipeline()), signal))).toMatchObject({
    problem: 'unauthenticated',
  });
});
