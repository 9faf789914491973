import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { type ProviderError } from '@prunella/core';
import { type FakeBuild, FakeJenkins, type FakeParameter, jenkinsRun } from '@prunella/testing';
import type { TriggerTarget } from '../platform.ts';
import { jenkins } from './index.ts';

let fake: FakeJenkins;

beforeEach(async () => {
  fake = await FakeJenkins.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

const JOB = 'folder/app/feature%252Fx';
const sha = 'a'.repeat(40);
const other = 'b'.repeat(40);
const checkout = { sha, branch: 'refs/remotes/origin/main', remote: 'https://git.example/acme/shop.git' };
const library = { sha: other, branch: 'main', remote: 'https://git.example/acme/library.git' };
const branch: FakeParameter = { name: 'BRANCH', kind: 'string', value: 'main' };
const dry: FakeParameter = { name: 'DRY RUN', kind: 'boolean', value: false };
const key: FakeParameter = { name: 'KEY', kind: 'password', value: 'sesame' };

function platform(environment: NodeJS.ProcessEnv = {}) {
  const { url, user, token } = fake;
  return given(jenkins({ JENKINS_URL: `${url}/`, JENKINS_USER: user, JENKINS_TOKEN: token, ...environment }));
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not configured');
  return value;
}

const soon = (ms = 10_000) => AbortSignal.timeout(ms);
const state = (build: FakeBuild, change = {}) => platform().reader.state({ ...jenkinsRun(build), ...change }, soon());
const failedJobs = (build: FakeBuild, limits = {}, on = platform()) =>
  on.reader.failedJobs(jenkinsRun(build), { maxBytesPerLog: 1_000, maxJobs: 10, signal: soon(), ...limits });
const rerun = (build: FakeBuild, signal = soon()) => given(platform().rerun).rerunFailedJobs(jenkinsRun(build), signal);
const problem = (call: Promise<unknown>) =>
  call.then(
    (value) => {
      throw new Error(`expected an error, found ${inspect(value)}`);
    },
    (error: ProviderError) => error,
  );

/** Resolves once the fake was asked so often for something like that. */
async function asked(what: RegExp, times = 1): Promise<void> {
  const { requests } = fake;
  while (requests.filter((one) => what.test(one)).length < times) await sleep(10);
}

/** Aborts then. */
function until(moment: Promise<void>): AbortSignal {
  const controller = new AbortController();
  void moment.then(() => controller.abort());
  return controller.signal;
}

it('is there where JENKINS_URL is, and begins builds only as somebody', () => {
  expect(jenkins({})).toBeUndefined();
  expect(jenkins({ JENKINS_URL: 'http://x', JENKINS_USER: 'a' })).not.toHaveProperty('rerun');
  expect(jenkins({ JENKINS_URL: 'http://x', JENKINS_TOKEN: 'a' })).not.toHaveProperty('trigger');
  expect(platform()).toMatchObject({ id: 'jenkins', rerun: {}, trigger: {} });
});

describe('details', () => {
  const details = (build: FakeBuild, change = {}) =>
    platform().reader.details?.({ ...jenkinsRun(build), headSha: '', ...change }, '', soon());

  it.each`
    checkouts                                | run                        | found
    ${[checkout]}                            | ${{}}                      | ${{ headSha: sha, branch: 'main' }}
    ${[{ ...checkout, branch: 'detached' }]} | ${{}}                      | ${{ headSha: sha }}
    ${[library, checkout]}                   | ${{ headSha: sha }}        | ${{ headSha: sha, branch: 'main' }}
    ${[library, checkout]}                   | ${{}}                      | ${{}}
    ${[]}                                    | ${{}}                      | ${{}}
    ${[checkout]}                            | ${{ runId: `${JOB}#999` }} | ${undefined}
  `('of $checkouts for $run are $found', async ({ checkouts, run, found }) => {
    expect(await details(fake.addBuild(JOB, { checkouts }), run)).toEqual(found);
  });
});

describe('state', () => {
  it.each`
    result         | conclusion
    ${'SUCCESS'}   | ${'success'}
    ${'FAILURE'}   | ${'failure'}
    ${'UNSTABLE'}  | ${'failure'}
    ${'ABORTED'}   | ${'cancelled'}
    ${'NOT_BUILT'} | ${'skipped'}
    ${'EXPLODED'}  | ${'neutral'}
  `('$result is $conclusion', async ({ result, conclusion }) => {
    const build = fake.addBuild(JOB, { result });
    expect(await state(build)).toEqual({ status: 'completed', conclusion, attempt: 1, headSha: '', lastedMs: 1_000 });
  });

  it('of a running build is in progress, in the attempt that was asked for', async () => {
    const build = fake.addBuild(JOB, { result: null, checkouts: [checkout] });
    expect(await state(build, { attempt: 3, runAttempt: 1 })).toEqual({
      status: 'in_progress',
      attempt: 1,
      headSha: sha,
    });
    expect(await state(build, { attempt: 3 })).toMatchObject({ attempt: 3 });
  });

  it.each`
    what                                   | checkouts              | run                                         | headSha
    ${'the only checkout'}                 | ${[checkout]}          | ${{ headSha: '' }}                          | ${sha}
    ${'it, although the run says another'} | ${[checkout]}          | ${{ headSha: other }}                       | ${sha}
    ${"the run's commit among several"}    | ${[library, checkout]} | ${{ headSha: sha }}                         | ${sha}
    ${"the run's repository among them"}   | ${[library, checkout]} | ${{ headSha: '', repository: 'acme/shop' }} | ${sha}
    ${"the run's own, else"}               | ${[library, checkout]} | ${{ headSha: 'c', repository: 'x/shop' }}   | ${'c'}
    ${"the run's own, without git"}        | ${[]}                  | ${{ headSha: 'c' }}                         | ${'c'}
  `('tells the commit: $what', async ({ checkouts, run, headSha }) => {
    expect(await state(fake.addBuild(JOB, { checkouts }), run)).toMatchObject({ headSha });
  });

  it('tells by later builds that the branch moved on', async () => {
    const build = fake.addBuild(JOB, { checkouts: [checkout] });
    expect(await state(build)).not.toHaveProperty('branchHeadSha');
    fake.addBuild(JOB, { checkouts: [{ ...checkout, sha: other }] });
    fake.addBuild(JOB, { checkouts: [{ ...checkout, sha: 'd', branch: 'refs/remotes/origin/other' }, library] });
    expect(await state(build)).toMatchObject({ headSha: sha, branchHeadSha: other });
  });

  it('knows no build that is gone, of a job that may be gone', async () => {
    const build = fake.addBuild(JOB);
    expect(await state({ ...build, number: 99 })).toBeUndefined();
    expect(await state({ ...build, job: 'gone' })).toBeUndefined();
  });

  it('refuses what is no build', async () => {
    const run = { ...jenkinsRun(fake.addBuild(JOB)), runId: '../../script#1' };
    expect(await problem(platform().reader.state(run, soon()))).toMatchObject({ problem: 'refused' });
    expect(fake.requests).toEqual([]);
  });

  it('tells the newest rerun: replayed by somebody, or begun by us with the same parameters', async () => {
    const build = fake.addBuild(JOB, { parameters: [branch, key] });
    fake.addBuild(JOB, { parameters: [branch] });
    expect(await state(build)).not.toHaveProperty('rerunAs');
    const replayed = fake.addBuild(JOB, { causes: [{ by: 'ada' }, { replayOf: build.number }] });
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#${replayed.number}` } });
    const rebuilt = fake.addBuild(JOB, { causes: [{ by: 'ada' }, { rebuildOf: build.number }] });
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#${rebuilt.number}` } });
    const ours = fake.addBuild(JOB, { parameters: [branch, key], causes: [{ by: 'PRUNELLA' }] });
    const url = `${fake.url}/job/folder/job/app/job/feature%252Fx/${ours.number}/`;
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#${ours.number}`, url } });
    fake.addBuild(JOB, { parameters: [{ ...branch, value: 'other' }], causes: [{ by: 'prunella' }] });
    fake.addBuild('folder/app', { parameters: [branch], causes: [{ by: 'prunella' }] });
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#${ours.number}` } });
  });

  it('tells of a rerun that waits in the queue, until it is a build', async () => {
    fake.executors = 'busy';
    const build = fake.addBuild(JOB, { parameters: [branch] });
    fake.enqueue({ job: 'folder/app', parameters: [branch], causes: [{ by: 'prunella' }] });
    fake.enqueue({ job: JOB, parameters: [{ ...branch, value: 'x' }], causes: [{ by: 'prunella' }] });
    expect(await state(build)).not.toHaveProperty('rerunQueued');
    const item = fake.enqueue({ job: JOB, parameters: [branch], causes: [{ timer: true }, { by: 'prunella' }] });
    expect(await state(build)).toMatchObject({ status: 'completed', rerunQueued: true });
    fake.run(item);
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#2` } });
    expect(await state(build)).not.toHaveProperty('rerunQueued');
  });

  it('sees none of its own when nobody is signed in', async () => {
    const build = fake.addBuild(JOB);
    fake.addBuild(JOB, { causes: [{ by: 'prunella' }] });
    const reader = given(jenkins({ JENKINS_URL: fake.url })).reader;
    expect(await reader.state(jenkinsRun(build), soon())).not.toHaveProperty('rerunAs');
  });
});

describe('failedJobs', () => {
  it('is the build, with the end of its text', async () => {
    const log = `${'a line that is not needed\n'.repeat(500)}npm error code ETIMEDOUT\n`;
    const build = fake.addBuild(JOB, { log });
    expect(await failedJobs(build)).toEqual([
      {
        id: `${JOB}#1`,
        name: JOB,
        conclusion: 'failure',
        url: `${fake.url}/job/folder/job/app/job/feature%252Fx/1/`,
        log: expect.stringMatching(/^a line.*\nnpm error code ETIMEDOUT\n$/s),
        firstLine: 464,
        gap: expect.stringContaining('only the end of the log was read: 463 lines'),
      },
    ]);
  });

  it.each`
    result         | telling
    ${'FAILURE'}   | ${1}
    ${'UNSTABLE'}  | ${1}
    ${'ABORTED'}   | ${1}
    ${'SUCCESS'}   | ${0}
    ${'NOT_BUILT'} | ${0}
    ${null}        | ${0}
  `('of a build that is $result are $telling', async ({ result, telling }) => {
    expect(await failedJobs(fake.addBuild(JOB, { result }))).toHaveLength(telling);
  });

  it.each`
    result        | kind           | failedStep
    ${'FAILURE'}  | ${'pipeline'}  | ${'Test'}
    ${'UNSTABLE'} | ${'pipeline'}  | ${'Lint'}
    ${'FAILURE'}  | ${'freestyle'} | ${undefined}
  `('of a $kind that is $result names the stage $failedStep', async ({ result, kind, failedStep }) => {
    fake.addJob(JOB, { kind });
    const stages = ['Build SUCCESS', 'Lint UNSTABLE', 'Test FAILED', 'Deploy NOT_EXECUTED', 'Post FAILED'].map(
      (one) => {
        const [name = '', status = ''] = one.split(' ');
        return { name, status };
      },
    );
    const [job] = await failedJobs(fake.addBuild(JOB, { result, stages }));
    expect(job?.failedStep).toBe(failedStep);
    expect(job?.gap).toBeUndefined();
  });

  it('says why a log or a stage is not there', async () => {
    const build = fake.addBuild(JOB);
    fake.fault({ on: /consoleText/, answer: { status: 404 } });
    fake.fault({ on: /wfapi/, answer: { status: 403, text: 'no right' } });
    const [job] = await failedJobs(build);
    expect(job).toMatchObject({
      firstLine: 1,
      gap: expect.stringMatching(/^the log is not there .*; the list of stages may not be read/),
    });
    expect(job).not.toHaveProperty('log');
  });

  it('says that a log broke off', async () => {
    const build = fake.addBuild(JOB);
    const headers = { 'content-length': '1000', connection: 'close' };
    fake.fault({ on: /consoleText/, answer: { status: 200, headers, text: 'the beginning' } });
    expect(await failedJobs(build)).toMatchObject([{ gap: expect.stringContaining('the text broke off') }]);
  });

  it('that a rate limit holds back can be read later, those of a build that is gone can not', async () => {
    const build = fake.addBuild(JOB);
    for (let asked = 0; asked < 3; asked++) {
      fake.fault({ on: /consoleText/, answer: { status: 429, headers: { 'retry-after': '30' } } });
    }
    expect(await problem(failedJobs(build))).toMatchObject({
      problem: 'rate-limited',
      options: { retryAfterMs: 30_000 },
    });
    expect(await problem(failedJobs({ ...build, number: 99 }))).toMatchObject({ problem: 'not-found' });
  });
});

describe('greenLogs', () => {
  const greenLogs = (build: FakeBuild, jobs = [JOB], maxPerJob = 2) =>
    given(platform().reader.greenLogs)(jenkinsRun(build), jobs, { maxBytesPerLog: 20, maxPerJob, signal: soon() });

  it('are of the newest builds of the job before it that passed, as many as are wanted', async () => {
    fake.addBuild('other', { result: 'SUCCESS' });
    for (const result of ['SUCCESS', 'SUCCESS', 'UNSTABLE', 'SUCCESS', 'SUCCESS', null] as const) {
      fake.addBuild(JOB, { result, log: `not needed\n${result} ${fake.builds.length}\n` });
    }
    const failed = fake.addBuild(JOB);
    fake.addBuild(JOB, { result: 'SUCCESS' });
    fake.fault({ on: /\/4\/consoleText/, answer: { status: 404 } });
    expect(await greenLogs(failed)).toEqual([
      { job: JOB, runId: `${JOB}#5`, log: 'SUCCESS 5\n' },
      { job: JOB, runId: `${JOB}#2`, log: 'SUCCESS 2\n' },
    ]);
    expect(await greenLogs(failed, [JOB], 1)).toHaveLength(1);
  });

  it('are none of a job that is not of the build, or that never passed', async () => {
    const failed = fake.addBuild(JOB);
    expect(await greenLogs(failed)).toEqual([]);
    expect(await greenLogs(failed, ['other'])).toEqual([]);
  });
});

describe('rerun', () => {
  it('builds again with the same parameters, and says which build that is', async () => {
    fake.addJob(JOB, { parameters: [branch, dry] });
    const parameters = [
      { ...branch, value: 'a & b = ü\n' },
      { ...dry, value: true },
    ];
    const build = fake.addBuild(JOB, { parameters });
    const url = `${fake.url}/job/folder/job/app/job/feature%252Fx/2/`;
    expect(await rerun(build)).toEqual({ runId: `${JOB}#2`, url });
    expect(fake.begun).toMatchObject([{ job: JOB, parameters, causes: [{ by: 'prunella' }], state: { number: 2 } }]);
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#2`, url } });
  });

  it('of all jobs is the same; a job without parameters takes none', async () => {
    const build = fake.addBuild(JOB);
    expect(await given(platform().rerun).rerunRun(jenkinsRun(build), soon())).toMatchObject({ runId: `${JOB}#2` });
    expect(fake.requests).toContain('POST /job/folder/job/app/job/feature%252Fx/build');
  });

  it('of a build from before the job had parameters takes what they are by default', async () => {
    const build = fake.addBuild(JOB);
    fake.addJob(JOB, { parameters: [branch] });
    await rerun(build);
    expect(fake.begun).toMatchObject([{ parameters: [branch] }]);
  });

  it.each`
    what                          | job                              | build                            | says
    ${'a password'}               | ${{ parameters: [branch, key] }} | ${{ parameters: [branch, key] }} | ${/parameter "KEY" can't be read/}
    ${'what the job has no more'} | ${{ parameters: [branch] }}      | ${{ parameters: [branch, dry] }} | ${/has no parameter "DRY RUN"/}
    ${'a job that is disabled'}   | ${{ disabled: true }}            | ${{}}                            | ${/is disabled/}
    ${'a build that still runs'}  | ${{}}                            | ${{ result: null }}              | ${/still running/}
  `('refuses $what, and begins nothing', async ({ job, build, says }) => {
    fake.addJob(JOB, job);
    const error = await problem(rerun(fake.addBuild(JOB, build)));
    expect(error).toMatchObject({ problem: 'refused', message: expect.stringMatching(says) });
    expect(error.message).not.toContain('sesame');
    expect(fake.begun).toEqual([]);
  });

  it('waits for its turn, within the time that it has', async () => {
    fake.executors = 'busy';
    const build = fake.addBuild(JOB);
    expect(await problem(rerun(build, until(asked(/queue.item/))))).toMatchObject({
      problem: 'unavailable',
      message: expect.stringMatching(/item 1 still waits in Jenkins' queue: Waiting for next available executor|abort/),
    });
    expect(await state(build)).toMatchObject({ rerunQueued: true });
    const second = rerun(build);
    await asked(/POST/, 2);
    fake.run(given(fake.queue[0]));
    // the same item: Jenkins makes one of what is the same in its queue
    expect(await second).toMatchObject({ runId: `${JOB}#2` });
    expect(fake.queue).toHaveLength(1);
  });

  it('may have begun when the address of the new build is not to be read', async () => {
    const build = fake.addBuild(JOB);
    const text = JSON.stringify({ executable: { url: 'https://ci.example/computer/7/' } });
    fake.fault({ on: /queue.item/, answer: { status: 200, text } });
    expect(await problem(rerun(build))).toMatchObject({
      problem: 'unavailable',
      message: expect.stringContaining('expected the address of a build'),
    });
  });

  it('takes it for a no when somebody takes it out of the queue', async () => {
    fake.executors = 'busy';
    const rebuilt = problem(rerun(fake.addBuild(JOB)));
    await asked(/queue.item/);
    fake.cancel(given(fake.queue[0]));
    expect(await rebuilt).toMatchObject({ problem: 'refused', message: expect.stringContaining('was cancelled') });
  });

  it.each`
    what                          | on              | answer
    ${'the answer is lost'}       | ${/POST/}       | ${'cut'}
    ${'the item is forgotten'}    | ${/queue.item/} | ${{ status: 404 }}
    ${'the item may not be read'} | ${/queue.item/} | ${{ status: 403 }}
    ${'it is not said where'}     | ${/POST/}       | ${{ status: 201 }}
  `('may have begun when $what; the state tells', async ({ on, answer }) => {
    const build = fake.addBuild(JOB);
    fake.fault({ on, answer, afterEffect: true });
    expect(await problem(rerun(build))).toMatchObject({ problem: 'unavailable' });
    expect(fake.begun).toHaveLength(1);
    expect(await state(build)).toMatchObject({ rerunAs: { runId: `${JOB}#2` } });
  });

  it('is sent once, whatever the answer', async () => {
    const build = fake.addBuild(JOB);
    fake.fault({ on: /POST/, answer: { status: 503, headers: { 'retry-after': '7' } } });
    expect(await problem(rerun(build))).toMatchObject({ problem: 'unavailable', options: { retryAfterMs: 7_000 } });
    expect(fake.requests.filter((one) => one.startsWith('POST'))).toHaveLength(1);
  });
});

describe('a crumb', () => {
  it('is fetched with its session when Jenkins wants one, and kept', async () => {
    fake.wantsCrumb = true;
    const { rerun } = platform();
    const build = fake.addBuild(JOB);
    await given(rerun).rerunRun(jenkinsRun(build), soon());
    await given(rerun).rerunRun(jenkinsRun(build), soon());
    expect(fake.begun).toHaveLength(2);
    expect(fake.requests.filter((one) => /crumbIssuer|POST/.test(one)).map((one) => one.split('/').at(-1))).toEqual([
      'build',
      'json',
      'build',
      'build',
    ]);
  });

  it('is fetched anew once its session is over, once', async () => {
    fake.wantsCrumb = true;
    const { rerun } = platform();
    const run = jenkinsRun(fake.addBuild(JOB));
    await given(rerun).rerunRun(run, soon());
    const crumbless = {
      on: /POST/,
      answer: { status: 403, text: 'Error 403 No valid crumb was included in the request' },
    };
    fake.fault(crumbless);
    await given(rerun).rerunRun(run, soon());
    fake.fault(crumbless);
    fake.fault(crumbless);
    expect(await problem(given(rerun).rerunRun(run, soon()))).toMatchObject({
      problem: 'forbidden',
      message: expect.stringContaining('with an API token in JENKINS_TOKEN'),
    });
    expect(fake.begun).toHaveLength(2);
  });
});

describe('trigger', () => {
  const target = (change: Partial<TriggerTarget> = {}): TriggerTarget => ({
    run: { ...jenkinsRun(fake.addBuild(JOB)), branch: 'main' },
    pipeline: 'folder/mirror',
    ref: '',
    inputs: { BRANCH: 'fix' },
    ...change,
  });
  const trigger = () => given(platform().trigger);

  it('builds another job with the inputs, and finds that build again', async () => {
    fake.addJob('folder/mirror', { parameters: [branch, dry] });
    const before = Date.now();
    expect(await trigger().findTriggered(target(), before, soon())).toBeUndefined();
    const started = await trigger().trigger(target(), soon());
    expect(started).toMatchObject({ runId: 'folder/mirror#1' });
    expect(fake.begun).toMatchObject([{ job: 'folder/mirror', parameters: [{ ...branch, value: 'fix' }, dry] }]);
    expect(await trigger().findTriggered(target(), before, soon())).toEqual(started);
  });

  it('finds neither what was begun long before, nor by others, nor with other inputs', async () => {
    const begun = { parameters: [{ ...branch, value: 'fix' }], causes: [{ by: 'prunella' }] };
    fake.addBuild('folder/mirror', { ...begun, since: Date.now() - 120_000 });
    fake.addBuild('folder/mirror', { ...begun, causes: [{ by: 'ada' }] });
    fake.addBuild('folder/mirror', { ...begun, parameters: [branch] });
    expect(await trigger().findTriggered(target(), Date.now(), soon())).toBeUndefined();
  });

  it('knows a job by its name, however its address is escaped', async () => {
    fake.executors = 'busy';
    fake.addJob('folder/my%20app', { parameters: [branch] });
    fake.addJob('folder/m%79%20app', { parameters: [branch] });
    const item = fake.enqueue({
      job: 'folder/my%20app',
      parameters: [{ ...branch, value: 'fix' }],
      causes: [{ by: 'prunella' }],
    });
    const found = trigger().findTriggered(target({ pipeline: 'folder/m%79%20app' }), Date.now(), soon());
    await asked(/queue.item/);
    fake.run(item);
    expect(await found).toMatchObject({ runId: 'folder/my%20app#1' });
  });

  it('waits for one that is in the queue', async () => {
    fake.executors = 'busy';
    fake.addJob('folder/mirror', { parameters: [branch] });
    expect(await problem(trigger().trigger(target(), until(asked(/queue.item/))))).toMatchObject({
      problem: 'unavailable',
    });
    const found = trigger().findTriggered(target(), Date.now() - 1_000, soon());
    await asked(/queue.item/, 2);
    fake.run(given(fake.queue[0]));
    expect(await found).toMatchObject({ runId: 'folder/mirror#1' });
  });

  it.each`
    what                   | change                            | says
    ${'another branch'}    | ${{ ref: 'release' }}             | ${/expected no ref, found "release"/}
    ${'no such parameter'} | ${{ inputs: { X: '1', Y: '2' } }} | ${/no parameter "X", "Y"/}
    ${'no path of a job'}  | ${{ pipeline: 'my mirror' }}      | ${/expected a job as in its address/}
  `('refuses $what', async ({ change, says }) => {
    fake.addJob('folder/mirror', { parameters: [branch] });
    const error = await problem(trigger().trigger(target(change), soon()));
    expect(error).toMatchObject({ problem: 'refused', message: expect.stringMatching(says) });
    expect(fake.begun).toEqual([]);
  });

  it('takes the branch of the run for none', async () => {
    fake.addJob('folder/mirror', { parameters: [branch] });
    expect(await trigger().trigger(target({ ref: 'main' }), soon())).toMatchObject({ runId: 'folder/mirror#1' });
  });
});

describe('errors', () => {
  const REDIRECT = (location: string) => ({ status: 302, headers: { location } });

  it.each`
    what                           | on        | answer                                                     | problem              | says
    ${'a wrong token'}             | ${/GET/}  | ${{ status: 401 }}                                         | ${'unauthenticated'} | ${/check JENKINS_USER and JENKINS_TOKEN/}
    ${'missing rights'}            | ${/GET/}  | ${{ status: 403, text: 'missing the Job/Read' }}           | ${'forbidden'}       | ${/has no right to it/}
    ${'a login page'}              | ${/GET/}  | ${REDIRECT('/jenkins/securityRealm/commenceLogin?from=x')} | ${'unauthenticated'} | ${/as to a login page/}
    ${'a login elsewhere'}         | ${/GET/}  | ${REDIRECT('https://sso.example/?secret=sesame')}          | ${'unauthenticated'} | ${/to https:\/\/sso.example\//}
    ${'a login page for a form'}   | ${/POST/} | ${REDIRECT('/jenkins/login')}                              | ${'unauthenticated'} | ${/as to a login page/}
    ${'a queue that took nothing'} | ${/POST/} | ${REDIRECT('.')}                                           | ${'refused'}         | ${/did not put it in its queue/}
    ${'a limit with a wish'}       | ${/POST/} | ${{ status: 429, headers: { 'retry-after': '60' } }}       | ${'rate-limited'}    | ${/HTTP 429/}
    ${'a start-up'}                | ${/POST/} | ${{ status: 503 }}                                         | ${'unavailable'}     | ${/HTTP 503/}
    ${'a job that went meanwhile'} | ${/POST/} | ${{ status: 404 }}                                         | ${'not-found'}       | ${/HTTP 404/}
    ${'a page that is no JSON'}    | ${/GET/}  | ${{ status: 200, text: '<html>' }}                         | ${'unavailable'}     | ${/expected JSON/}
    ${'JSON of something else'}    | ${/GET/}  | ${{ status: 200, text: '{"number":"x"}' }}                 | ${'unavailable'}     | ${/not as expected/}
  `('$what: $problem', async ({ on, answer, problem: expected, says }) => {
    const build = fake.addBuild(JOB);
    fake.fault({ on, answer });
    const error = await problem(rerun(build));
    expect(error).toMatchObject({ provider: 'jenkins', problem: expected, message: expect.stringMatching(says) });
    expect(inspect(error, { depth: 9 })).not.toMatch(new RegExp(`${fake.token}|sesame`));
    expect(fake.begun).toEqual([]);
  });

  it('Jenkins under another address says which', async () => {
    const build = fake.addBuild(JOB);
    const path = '/jenkins/job/folder/job/app/job/feature%252Fx/1/api/json';
    fake.fault({ on: /GET/, answer: REDIRECT(`https://ci.example${path}`) });
    expect(await problem(state(build))).toMatchObject({
      problem: 'refused',
      message: expect.stringContaining('https://ci.example/jenkins/job/folder'),
    });
  });

  it('who is nobody is asked to sign in', async () => {
    fake.anonymousRead = false;
    const build = fake.addBuild(JOB);
    const { reader } = given(jenkins({ JENKINS_URL: fake.url }));
    expect(await problem(reader.state(jenkinsRun(build), soon()))).toMatchObject({ problem: 'unauthenticated' });
    expect(await problem(failedJobs(build, {}, platform({ JENKINS_TOKEN: 'wrong' })))).toMatchObject({
      problem: 'unauthenticated',
      options: { status: 401 },
    });
  });

  it('who may not build is told so', async () => {
    fake.mayBuild = false;
    expect(await problem(rerun(fake.addBuild(JOB)))).toMatchObject({
      problem: 'forbidden',
      message: expect.stringContaining('reruns need Job/Build'),
    });
  });

  it.each(['hang', 'cut'] as const)('no answer (%s) is no answer', async (answer) => {
    const build = fake.addBuild(JOB);
    fake.fault({ on: /POST/, answer });
    expect(await problem(rerun(build, until(asked(/POST/))))).toMatchObject({ problem: 'unavailable' });
  });

  it('reading is tried again', async () => {
    const build = fake.addBuild(JOB);
    fake.fault({ on: /GET/, answer: 'cut' });
    fake.fault({ on: /GET/, answer: { status: 502 } });
    expect(await state(build)).toMatchObject({ status: 'completed' });
  });
});
