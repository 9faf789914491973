import { inspect } from 'node:util';
import { ProviderError } from '@prunella/core';
import { FakeGitHub, type FakeRun, githubRun, type NewRun } from '@prunella/testing';
import { github } from './index.ts';
import { limitOf } from './rerun.ts';

let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
});

afterAll(() => fake.stop());

const platform = (url = fake.url) =>
  github({ GITHUB_API_URL: url, GITHUB_TOKEN: 'ghp_test' }) ?? fail('not configured');
// never aborted: how fast this machine is proves nothing
const signal = new AbortController().signal;
const limits = { maxBytesPerLog: 100_000, maxJobs: 10, signal };

function fail(message: string): never {
  throw new Error(message);
}

describe('state', () => {
  it('tells a completed run with its branch', async () => {
    const run = fake.addRun();
    expect(await platform().reader.state(githubRun(run), signal)).toEqual({
      status: 'completed',
      conclusion: 'failure',
      attempt: 1,
      lastedMs: 0,
      headSha: run.headSha,
      branchHeadSha: run.headSha,
    });
  });

  it('tells that the branch moved on, and that a new attempt runs', async () => {
    const run = fake.addRun({ branch: 'feature/x' });
    fake.pushTo('acme/shop', 'feature/x', 'b'.repeat(40));
    fake.rerun(run);
    expect(await platform().reader.state({ ...githubRun(run), attempt: 1 }, signal)).toEqual({
      status: 'in_progress',
      attempt: 2,
      headSha: run.headSha,
      branchHeadSha: 'b'.repeat(40),
    });
  });

  it('knows no run that is not there, and no branch that is gone', async () => {
    const run = fake.addRun();
    expect(await platform().reader.state({ ...githubRun(run), runId: '99' }, signal)).toBeUndefined();
    fake.fault({ on: /GET .*branches/, answer: { status: 404, body: { message: 'Branch not found' } } });
    expect(await platform().reader.state(githubRun(run), signal)).not.toHaveProperty('branchHeadSha');
  });

  it('looks for the branch where the commit comes from', async () => {
    const fork = fake.addRun({ repository: 'acme/forked', headRepository: 'ada/forked', branch: 'fix' });
    fake.pushTo('acme/forked', 'fix', 'c'.repeat(40));
    expect(await platform().reader.state(githubRun(fork), signal)).toMatchObject({ branchHeadSha: fork.headSha });
  });

  it('asks for no branch when the run has none', async () => {
    const run = fake.addRun({ repository: 'acme/none', branch: '' });
    const before = fake.requests.length;
    expect(await platform().reader.state(githubRun(run), signal)).not.toHaveProperty('branchHeadSha');
    expect(fake.requests.slice(before)).toHaveLength(1);
  });

  it('asks for no branch of a fork that is gone', async () => {
    // GitHub answers null there, which its own description does not allow
    const other = await FakeGitHub.start();
    const run = other.addRun({ headRepository: null });
    expect(await platform(other.url).reader.state(githubRun(run), signal)).not.toHaveProperty('branchHeadSha');
    expect(other.requests).toHaveLength(1);
    await other.stop();
  });

  it('refuses what is no run of GitHub', async () => {
    const run = githubRun(fake.addRun());
    const elsewhere = ['no-slash', '../../etc', '../user', 'acme/..', './shop', '../..'].map((repository) => ({
      repository,
    }));
    for (const wrong of [{ runId: 'x' }, ...elsewhere]) {
      await expect(platform().reader.state({ ...run, ...wrong }, signal)).rejects.toMatchObject({ problem: 'refused' });
    }
  });

  it('tries a server error again', async () => {
    fake.fault({ on: /GET .*runs/, answer: { status: 502, body: { message: 'Bad gateway' } } });
    expect(await platform().reader.state(githubRun(fake.addRun()), signal)).toMatchObject({ status: 'completed' });
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
    expect(await platform().reader.failedJobs({ ...githubRun(run), attempt: 1 }, limits)).toMatchObject([
      {
        name: 'unit',
        conclusion: 'failure',
        failedStep: 'Install',
        log: 'a\nb\nnpm error code ETIMEDOUT\n',
        firstLine: 1,
      },
    ]);
  });

  it('finds the failed job on any page', async () => {
    const passed = Array.from({ length: 230 }, (_, index) => ({ name: `ok ${index}`, conclusion: 'success' as const }));
    const run = fake.addRun({ jobs: [...passed, { name: 'last', conclusion: 'failure', log: 'boom' }] });
    expect(await platform().reader.failedJobs(githubRun(run), limits)).toMatchObject([{ name: 'last', log: 'boom' }]);
  });

  it('gives no more jobs than it may', async () => {
    const jobs = ['a', 'b', 'c'].map((name) => ({ name, conclusion: 'failure' as const, log: name }));
    const found = await platform().reader.failedJobs(githubRun(fake.addRun({ jobs })), { ...limits, maxJobs: 2 });
    expect(found.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each`
    what                       | times | answer
    ${'breaks off'}            | ${1}  | ${{ status: 200, headers: { 'content-length': '99', connection: 'close' }, body: 'x' }}
    ${'is cut every time'}     | ${3}  | ${'cut'}
    ${'is refused by storage'} | ${1}  | ${{ status: 403, body: 'expired' }}
  `('a download that $what is a gap, not an error', async ({ times, answer }) => {
    const run = fake.addRun();
    for (let time = 0; time < times; time++) fake.fault({ on: /^GET \/logs\//, answer });
    const [job] = await platform().reader.failedJobs(githubRun(run), limits);
    expect(job).toMatchObject({ name: 'build', gap: expect.stringMatching(/log/) });
    expect(job?.log).toBeUndefined();
  });

  it('a log is not fetched from a private address', async () => {
    const run = fake.addRun();
    const answer = { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } };
    fake.fault({ on: /jobs\/\d+\/logs/, answer });
    const [job] = await platform().reader.failedJobs(githubRun(run), limits);
    expect(job).toMatchObject({ gap: expect.stringContaining('PRUNELLA_REDIRECT_ORIGINS') });
    expect(job?.log).toBeUndefined();
  });

  it('tells what GitHub says of each job, with and without a log', async () => {
    const lost = ['The hosted runner lost communication with the server.'];
    const run = fake.addRun({
      jobs: [
        { name: 'a', conclusion: 'failure', log: 'make', annotations: lost },
        { name: 'b', conclusion: 'failure', annotations: [...lost, 'The job was not acquired.'] },
        { name: 'c', conclusion: 'failure', log: 'make' },
      ],
    });
    const found = await platform().reader.failedJobs(githubRun(run), limits);
    expect(found.map(({ name, log, annotations }) => ({ name, log, annotations }))).toEqual([
      { name: 'a', log: 'make', annotations: lost },
      { name: 'b', log: undefined, annotations: [...lost, 'The job was not acquired.'] },
      { name: 'c', log: 'make', annotations: undefined },
    ]);
  });

  it('bounds what GitHub says of a job', async () => {
    const annotations = Array.from({ length: 30 }, () => 'x'.repeat(5_000));
    const run = fake.addRun({ jobs: [{ name: 'a', conclusion: 'failure', log: '', annotations }] });
    const [job] = await platform().reader.failedJobs(githubRun(run), limits);
    expect(job?.annotations?.map(({ length }) => length)).toEqual(Array.from({ length: 20 }, () => 2_000));
  });

  it('says once which right is missing to read annotations, and asks no more', async () => {
    const jobs = ['a', 'b', 'c'].map((name) => ({ name, conclusion: 'failure' as const, log: name }));
    const run = fake.addRun({ jobs });
    const before = fake.requests.length;
    fake.fault({ on: /annotations$/, answer: { status: 403, body: { message: 'Resource not accessible' } } });
    const found = await platform().reader.failedJobs(githubRun(run), limits);
    expect(found.map(({ log }) => log)).toEqual(['a', 'b', 'c']);
    expect(found.map(({ gap }) => gap)).toEqual([expect.stringContaining('"checks: read"'), undefined, undefined]);
    expect(fake.requests.slice(before).filter((request) => request.endsWith('/annotations'))).toHaveLength(1);
  });

  it.each`
    what                           | log          | answer                                              | expected
    ${'a limit, with a log'}       | ${'make'}    | ${{ status: 429, headers: { 'retry-after': '9' } }} | ${/annotations could not be read: .*rate-limited/}
    ${'an outage, with a log'}     | ${'make'}    | ${{ status: 422, body: {} }}                        | ${/annotations could not be read: .*422/}
    ${'a check that is not there'} | ${'make'}    | ${{ status: 404, body: {} }}                        | ${undefined}
    ${'a limit, without a log'}    | ${undefined} | ${{ status: 429, headers: { 'retry-after': '9' } }} | ${'rate-limited'}
  `('annotations that can not be read for $what', async ({ log, answer, expected }) => {
    const run = fake.addRun({ jobs: [{ name: 'a', conclusion: 'failure', log }] });
    fake.fault({ on: /annotations$/, answer });
    const asked = platform().reader.failedJobs(githubRun(run), limits);
    if (expected === 'rate-limited') await expect(asked).rejects.toMatchObject({ problem: 'rate-limited' });
    else expect((await asked)[0]?.gap).toEqual(expected && expect.stringMatching(expected));
  });

  it('keeps the end of a long log, and says so', async () => {
    const log = Array.from({ length: 5_000 }, (_, i) => `line ${i + 1}`).join('\n');
    const run = fake.addRun({ jobs: [{ name: 'build', conclusion: 'failure', log }] });
    const [job] = await platform().reader.failedJobs(githubRun(run), { ...limits, maxBytesPerLog: 1_000 });
    expect(job?.log?.endsWith('line 5000')).toBe(true);
    expect(job?.log?.split('\n')[0]).toBe(`line ${job?.firstLine}`);
    expect(job?.gap).toBe(
      `only the end of the log was read: ${(job?.firstLine ?? 0) - 1} lines (${log.length - (job?.log?.length ?? 0)} of ${log.length} bytes) before it were left out`,
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
    const [job] = await platform().reader.failedJobs(githubRun(run), limits);
    expect(job).toMatchObject({ name: 'build', gap: expect.stringMatching(gap) });
    expect(job?.log).toBeUndefined();
  });

  it.each`
    what                      | status | headers                                                                 | message                                        | waits
    ${'a secondary limit'}    | ${403} | ${{ 'retry-after': '30' }}                                              | ${'slow down'}                                 | ${30_000}
    ${'429'}                  | ${429} | ${{ 'retry-after': '2' }}                                               | ${'slow down'}                                 | ${2_000}
    ${'a bare 429'}           | ${429} | ${{}}                                                                   | ${'slow down'}                                 | ${undefined}
    ${'a primary limit'}      | ${403} | ${{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }} | ${'API rate limit exceeded'}                   | ${3_600_000}
    ${'one without a reset'}  | ${403} | ${{ 'x-ratelimit-remaining': '0' }}                                     | ${'API rate limit exceeded'}                   | ${60_000}
    ${'one without a header'} | ${403} | ${{}}                                                                   | ${'You have exceeded a secondary rate limit.'} | ${60_000}
  `('$what says when to come again', async ({ status, headers, message, waits }) => {
    fake.fault({ on: /jobs$/, answer: { status, headers, body: { message } } });
    const error: unknown = await platform()
      .reader.failedJobs(githubRun(fake.addRun()), limits)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ problem: 'rate-limited', retryable: true });
    expect((error as ProviderError).options.retryAfterMs).toBe(waits);
  });
});

describe('greenLogs', () => {
  const green = { maxBytesPerLog: 100_000, maxPerJob: 2, signal };
  let repositories = 0;

  /** A repository of its own: each test sees only its own runs. */
  function repository(): { failed(changes?: NewRun): FakeRun; passed(log: string, changes?: NewRun): FakeRun } {
    const name = `acme/green-${repositories++}`;
    return {
      failed: (changes) => fake.addRun({ repository: name, createdAt: '2026-02-01T00:00:00Z', ...changes }),
      passed: (log, changes) =>
        fake.addRun({
          repository: name,
          conclusion: 'success',
          createdAt: '2026-01-15T00:00:00Z',
          jobs: [
            { name: 'lint', conclusion: 'success', log: 'fine' },
            { name: 'build', conclusion: 'success', log },
          ],
          ...changes,
        }),
    };
  }

  async function logsOf(run: FakeRun, names = ['build'], options = green): Promise<string[] | undefined> {
    return (await platform().reader.greenLogs?.(githubRun(run), names, options))?.map(({ log }) => log);
  }

  it('gives the newest logs of the job of that name, of earlier successful runs of the same workflow', async () => {
    const { failed, passed } = repository();
    passed('oldest', { createdAt: '2026-01-01T00:00:00Z' });
    const newer = passed('newer');
    passed('another workflow', { path: '.github/workflows/nightly.yml' });
    passed('another branch', { branch: 'feature/y' });
    failed({ createdAt: '2026-01-20T00:00:00Z' });
    passed('skipped', {
      createdAt: '2026-01-21T00:00:00Z',
      jobs: [{ name: 'build', conclusion: 'cancelled', log: 'x' }],
    });
    const run = failed();
    passed('after it', { createdAt: '2026-02-02T00:00:00Z' });
    expect(await platform().reader.greenLogs?.(githubRun(run), ['build', 'deploy'], green)).toEqual([
      { job: 'build', runId: String(newer.id), log: 'newer' },
      { job: 'build', runId: expect.any(String), log: 'oldest' },
    ]);
  });

  it('looks at the own branch first, then at the default one', async () => {
    const { failed, passed } = repository();
    passed('of main, newer', { createdAt: '2026-01-30T00:00:00Z' });
    passed('of the branch', { branch: 'feature/x' });
    expect(await logsOf(failed({ branch: 'feature/x' }))).toEqual(['of the branch', 'of main, newer']);
    expect(await logsOf(failed({ branch: 'feature/z' }))).toEqual(['of main, newer']);
    expect(await logsOf(failed({ branch: '' }))).toEqual(['of main, newer']);
  });

  it('takes no log of a fork for one of the branch of that name', async () => {
    const { failed, passed } = repository();
    const mallory = { headRepository: 'mallory/green' };
    passed('of main', { createdAt: '2026-01-01T00:00:00Z' });
    for (let count = 0; count < 5; count++) passed('as mallory likes it', mallory);
    expect(await logsOf(failed())).toEqual(['of main']);
    expect(await logsOf(failed({ branch: 'feature/x' }))).toEqual(['of main']);
    expect(await logsOf(failed(mallory))).toEqual(['as mallory likes it', 'as mallory likes it']);
  });

  it('takes no log of a fork that is gone for one of the branch of that name', async () => {
    // GitHub answers null there, which its own description does not allow
    const other = await FakeGitHub.start();
    const passed = (headRepository: string | null, log: string) =>
      other.addRun({
        ...{ conclusion: 'success', createdAt: '2026-01-15T00:00:00Z', headRepository },
        jobs: [{ name: 'build', conclusion: 'success', log }],
      });
    passed('acme/shop', 'of main');
    passed(null, 'of nobody');
    const run = other.addRun({ createdAt: '2026-02-01T00:00:00Z', headRepository: null });
    const logs = await platform(other.url).reader.greenLogs?.(githubRun(run), ['build'], green);
    expect(logs?.map(({ log }) => log)).toEqual(['of main']);
    await other.stop();
  });

  it('leaves out the run itself, which passed in a later attempt', async () => {
    const run = repository().failed();
    fake.rerun(run);
    fake.completeRun(run, 'success');
    expect(await platform().reader.greenLogs?.({ ...githubRun(run), attempt: 1 }, ['build'], green)).toEqual([]);
  });

  it('takes the attempt that passed', async () => {
    const { failed } = repository();
    const healed = failed({ createdAt: '2026-01-01T00:00:00Z' });
    fake.rerun(healed);
    fake.completeRun(healed, 'success', [{ name: 'build', conclusion: 'success', log: 'second try' }]);
    expect(await logsOf(failed())).toEqual(['second try']);
  });

  it('goes on to the next run when a log has expired, and keeps the end of a long one', async () => {
    const { failed, passed } = repository();
    passed('kept\nthe end', { createdAt: '2026-01-01T00:00:00Z' });
    const { id } = passed('expired');
    const run = failed();
    fake.fault({ on: new RegExp(`jobs/${id}\\d+/logs$`), answer: { status: 410, body: { message: 'Gone' } } });
    expect(await logsOf(run, ['build'], { ...green, maxBytesPerLog: 9 })).toEqual(['the end']);
  });

  it('asks a bounded number of times, and nothing for a run that is not there', async () => {
    const { failed, passed } = repository();
    for (const branch of ['main', 'feature/x']) {
      for (let count = 0; count < 9; count++) passed('never named build', { branch, jobs: [] });
    }
    const run = failed({ branch: 'feature/x' });
    const before = fake.requests.length;
    expect(await logsOf(run)).toEqual([]);
    expect(fake.requests.length - before).toBe(1 + 1 + 3 + 1 + 1 + 3);
    expect(await logsOf({ ...run, id: 7 })).toEqual([]);
    expect(fake.requests.length - before).toBe(11);
  });

  it.each`
    what                   | on              | answer                                                                              | problem
    ${'a rate limit'}      | ${/workflows/}  | ${{ status: 429, headers: { 'retry-after': '3' }, body: { message: 'slow down' } }} | ${'rate-limited'}
    ${'no right'}          | ${/workflows/}  | ${{ status: 403, body: { message: 'Resource not accessible by integration' } }}     | ${'forbidden'}
    ${'a bad token'}       | ${/runs\/\d+$/} | ${{ status: 401, body: { message: 'Bad credentials' } }}                            | ${'unauthenticated'}
    ${'no right to a log'} | ${/logs$/}      | ${{ status: 403, body: { message: 'Must have admin rights' } }}                     | ${'forbidden'}
  `('tells $what as $problem', async ({ on, answer, problem }) => {
    const { failed, passed } = repository();
    passed('fine');
    fake.fault({ on, answer });
    await expect(logsOf(failed())).rejects.toMatchObject({ problem });
  });

  it('leaves the last requests to others', async () => {
    const { failed, passed } = repository();
    passed('fine');
    const run = failed();
    fake.patience = { limit: 5_000, left: 499 };
    const before = fake.requests.length;
    await expect(logsOf(run)).rejects.toMatchObject({
      problem: 'rate-limited',
      detail: expect.stringContaining('499'),
    });
    expect(fake.requests.length - before).toBe(1);
    fake.patience = { limit: 5_000, left: 500 };
    expect(await logsOf(run)).toEqual(['fine']);
    fake.patience = undefined;
  });
});

describe('rerunRun', () => {
  it('starts all jobs again, also of a run that passed or never had any', async () => {
    for (const conclusion of ['success', 'startup_failure']) {
      const run = fake.addRun({ conclusion, jobs: [] });
      await platform().rerun?.rerunRun(githubRun(run), signal);
      expect(fake.effects).toContain(`acme/shop#${run.id} -> 2`);
      expect(fake.requests.at(-1)).toBe(`POST /repos/acme/shop/actions/runs/${run.id}/rerun`);
    }
  });
});

describe('rerunJob', () => {
  it('starts one job again', async () => {
    const run = fake.addRun();
    await platform().rerun?.rerunJob?.(githubRun(run), String(run.id * 100_000 + 1_000), signal);
    expect(fake.effects).toContain(`acme/shop#${run.id} -> 2`);
    expect(fake.requests.at(-1)).toBe(`POST /repos/acme/shop/actions/jobs/${run.id}01000/rerun`);
  });

  it.each`
    what                 | job          | problem
    ${'one that is not'} | ${'7'}       | ${'not-found'}
    ${'no number'}       | ${'build-1'} | ${'refused'}
  `('refuses $what', async ({ job, problem }) => {
    const run = githubRun(fake.addRun());
    await expect(platform().rerun?.rerunJob?.(run, job, signal)).rejects.toMatchObject({ problem });
  });
});

describe('the limits of GitHub', () => {
  const now = Date.parse('2026-03-01T00:00:00Z');

  it.each`
    what                | status           | attempt | created                   | limit
    ${'a fresh run'}    | ${'completed'}   | ${1}    | ${'2026-02-28T00:00:00Z'} | ${undefined}
    ${'30 days'}        | ${'completed'}   | ${1}    | ${'2026-01-30T00:00:00Z'} | ${undefined}
    ${'more than that'} | ${'completed'}   | ${1}    | ${'2026-01-29T23:59:59Z'} | ${'it is of 2026-01-29, and GitHub reruns nothing that is older than 30 days'}
    ${'49 reruns'}      | ${'completed'}   | ${50}   | ${'2026-02-28T00:00:00Z'} | ${undefined}
    ${'50 reruns'}      | ${'completed'}   | ${51}   | ${'2026-02-28T00:00:00Z'} | ${'it was rerun 50 times, and GitHub allows 50'}
    ${'a running one'}  | ${'in_progress'} | ${2}    | ${'2026-02-28T00:00:00Z'} | ${'attempt 2 is in_progress'}
  `('of $what: $limit', ({ status, attempt, created, limit }) => {
    expect(limitOf({ status, run_attempt: attempt, created_at: created }, now)).toBe(limit);
  });

  it('are kept without asking for a rerun', async () => {
    const run = fake.addRun({ attempt: 51, reruns: 50, jobs: [] });
    const before = fake.requests.length;
    await expect(platform().rerun?.rerunRun(githubRun(run), signal)).rejects.toMatchObject({
      problem: 'refused',
      detail: `rerun all jobs of run ${run.id}: it was rerun 50 times, and GitHub allows 50`,
    });
    expect(fake.requests.slice(before)).toEqual([`GET /repos/acme/shop/actions/runs/${run.id}`]);
  });
});

describe('a page for people in place of an answer', () => {
  const page = { status: 200, headers: { 'content-type': 'text/html' }, text: '<!DOCTYPE html><h1>Sign in</h1>' };
  const says = expect.stringMatching(
    /expected JSON, found an HTML page \(HTTP 200\): something else than GitHub answers/,
  );

  it('is no rerun', async () => {
    const run = fake.addRun();
    fake.fault({ on: /POST .*rerun-failed-jobs/, answer: page });
    await expect(platform().rerun?.rerunFailedJobs(githubRun(run), signal)).rejects.toMatchObject({
      problem: 'unavailable',
      message: says,
    });
    expect(run.attempt).toBe(1);
  });

  // Octokit takes any 2xx for a yes, and what broke off for an empty answer.
  it.each([
    [
      'JSON of something else',
      { status: 200, body: { ok: true } },
      /expected HTTP 201, by which GitHub says that it begins, found HTTP 200/,
    ],
    ['half an answer', 'half' as const, /the answer broke off/],
  ])('and %s is no rerun either', async (_, answer, says) => {
    const run = fake.addRun();
    const asked: (() => Promise<unknown> | undefined)[] = [
      () => platform().rerun?.rerunFailedJobs(githubRun(run), signal),
      () => platform().rerun?.rerunRun(githubRun(run), signal),
      () => platform().rerun?.rerunJob?.(githubRun(run), String(run.id * 100_000 + 1_000), signal),
    ];
    for (const ask of asked) {
      fake.fault({ on: /^POST /, answer });
      await expect(ask()).rejects.toMatchObject({
        problem: 'unavailable',
        message: expect.stringMatching(says),
      });
    }
    expect(run.attempt).toBe(1);
  });

  it('is no state of a run', async () => {
    const run = fake.addRun();
    fake.fault({ on: /GET .*runs\/\d+$/, answer: page });
    const asked = platform().reader.state(githubRun(run), signal);
    await expect(asked).rejects.toMatchObject({ problem: 'unavailable', message: says });
  });
});

describe('rerunFailedJobs', () => {
  it('starts the next attempt', async () => {
    const run = fake.addRun();
    await platform().rerun?.rerunFailedJobs(githubRun(run), signal);
    expect(fake.effects).toContain(`acme/shop#${run.id} -> 2`);
  });

  it('is not sent twice when the answer is an error: it may have taken effect', async () => {
    const run = fake.addRun();
    fake.fault({ on: /rerun-failed-jobs/, answer: { status: 502, body: {} }, afterEffect: true });
    await expect(platform().rerun?.rerunFailedJobs(githubRun(run), signal)).rejects.toMatchObject({
      problem: 'unavailable',
    });
    expect(fake.effects.filter((effect) => effect.includes(`#${run.id} `))).toHaveLength(1);
  });

  it.each`
    what                   | change                                   | problem
    ${'a run in progress'} | ${{ status: 'in_progress' }}             | ${'refused'}
    ${'too many reruns'}   | ${{ reruns: 50 }}                        | ${'refused'}
    ${'a queued run'}      | ${{ status: 'queued' }}                  | ${'refused'}
    ${'a green run'}       | ${{ conclusion: 'success' }}             | ${'refused'}
    ${'an old run'}        | ${{ createdAt: '2026-01-01T00:00:00Z' }} | ${'refused'}
  `('$what is $problem', async ({ change, problem }) => {
    const run = fake.addRun(change as Partial<FakeRun> as never);
    await expect(platform().rerun?.rerunFailedJobs(githubRun(run), signal)).rejects.toMatchObject({
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
    await expect(platform().rerun?.rerunFailedJobs(githubRun(run), signal)).rejects.toMatchObject({
      problem: 'forbidden',
    });
    fake.fault({ on: /rerun/, answer: 'cut' });
    await expect(platform().rerun?.rerunFailedJobs(githubRun(run), signal)).rejects.toMatchObject({
      problem: 'unavailable',
    });
    fake.fault({ on: /rerun/, answer: 'hang' });
    await expect(platform().rerun?.rerunFailedJobs(githubRun(run), AbortSignal.timeout(200))).rejects.toMatchObject({
      problem: 'unavailable',
    });
  });
});

describe('changedFiles', () => {
  const changedFiles = ['src/cart.ts', 'src/cart.spec.ts'];

  it.each([
    ['of a branch', { branch: 'feature', headSha: 'c'.repeat(40) }],
    ['of the commit on the default branch', { branch: 'main', headSha: 'd'.repeat(40) }],
  ])('%s', async (_what, at) => {
    const run = fake.addRun({ ...at, changedFiles });
    expect(await platform().reader.changedFiles?.(githubRun(run), signal)).toEqual(changedFiles);
  });

  it('are not known of a commit that is gone, or of a repository that is', async () => {
    const run = githubRun(fake.addRun({ branch: 'gone' }));
    expect(await platform().reader.changedFiles?.({ ...run, headSha: '9'.repeat(40) }, signal)).toBeUndefined();
    expect(await platform().reader.changedFiles?.({ ...run, repository: 'acme/nowhere' }, signal)).toBeUndefined();
    expect(await platform().reader.changedFiles?.({ ...run, headSha: '' }, signal)).toBeUndefined();
  });
});

it('never shows the token in an error', async () => {
  const run = githubRun(fake.addRun());
  fake.fault({ on: /GET .*runs/, answer: { status: 403, body: { message: 'no' } } });
  const refused: unknown = await platform()
    .reader.state(run, signal)
    .catch((error: unknown) => error);
  fake.fault({ on: /rerun/, answer: 'cut' });
  const cut: unknown = await platform()
    .rerun?.rerunFailedJobs(run, signal)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ problem: 'forbidden' });
  expect(cut).toMatchObject({ problem: 'unavailable' });
  expect(inspect([refused, cut], { depth: 20, showHidden: true })).not.toContain('ghp_test');
});

it('is not configured without address and token, and can only read without a token', () => {
  expect(github({})).toBeUndefined();
  expect(github({ GITHUB_API_URL: fake.url })?.rerun).toBeUndefined();
});
