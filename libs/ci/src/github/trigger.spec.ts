import { FakeGitHub, githubRun } from '@prunella/testing';
import type { Trigger, TriggerTarget } from '../platform.ts';
import { github } from './index.ts';

let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
  fake.addRun({ path: '.github/workflows/mirror.yml', workflow: 'mirror' });
  fake.pushTo('acme/shop', 'main', 'b'.repeat(40));
});

beforeEach(() => {
  fake.dispatched.length = 0;
  fake.isOld = false;
  fake.accounts.person = 'ada';
});

afterEach(() => {
  expect(fake.violations).toEqual([]);
});

afterAll(() => fake.stop());

// never aborted: how fast this machine is proves nothing
const signal = new AbortController().signal;

function trigger(more: NodeJS.ProcessEnv = { GITHUB_TOKEN: 'ghp_test' }): Trigger {
  const found = github({ GITHUB_API_URL: fake.url, ...more })?.trigger;
  if (found === undefined) throw new Error('not configured');
  return found;
}

function target(changes: Partial<TriggerTarget> = {}): TriggerTarget {
  const run = githubRun(fake.addRun());
  return { run, pipeline: '.github/workflows/mirror.yml', ref: '', inputs: { mirror: 'eu' }, ...changes };
}

it('starts the workflow on the branch of the run, with its inputs, and says which run that is', async () => {
  const started = await trigger().trigger(target(), signal);
  const [{ run, inputs } = fail()] = fake.dispatched;
  expect(inputs).toEqual({ mirror: 'eu' });
  expect(run).toMatchObject({ branch: 'main', path: '.github/workflows/mirror.yml' });
  expect(started).toEqual({ runId: String(run.id), url: `https://github.com/acme/shop/actions/runs/${run.id}` });
});

it('starts it on another branch when told to', async () => {
  fake.pushTo('acme/shop', 'release', 'c'.repeat(40));
  await trigger().trigger(target({ pipeline: 'mirror.yml', ref: 'release' }), signal);
  expect(fake.dispatched[0]?.run).toMatchObject({ branch: 'release', headSha: 'c'.repeat(40) });
});

it('does not take half an answer for a run that was begun', async () => {
  fake.fault({ on: /^POST /, answer: 'half' });
  await expect(trigger().trigger(target(), signal)).rejects.toMatchObject({
    problem: 'unavailable',
    message: expect.stringMatching(/the answer broke off/),
  });
  expect(fake.dispatched).toHaveLength(0);
});

it('starts it once on a server that can not say which run it began', async () => {
  fake.isOld = true;
  expect(await trigger().trigger(target(), signal)).toBeUndefined();
  expect(fake.dispatched).toHaveLength(1);
});

it.each`
  what                   | changes                      | problem
  ${'no workflow'}       | ${{ pipeline: '' }}          | ${'refused'}
  ${'an unknown one'}    | ${{ pipeline: 'other.yml' }} | ${'not-found'}
  ${'an unknown branch'} | ${{ ref: 'gone' }}           | ${'refused'}
`('$what is $problem', async ({ changes, problem }) => {
  await expect(trigger().trigger(target(changes as Partial<TriggerTarget>), signal)).rejects.toMatchObject({ problem });
  expect(fake.dispatched).toEqual([]);
});

it('is not sent twice when the answer got lost, and is found again', async () => {
  fake.addRun({ path: '.github/workflows/lost.yml' });
  const begun = target({ pipeline: 'lost.yml' });
  const since = Date.now();
  fake.fault({ on: /dispatches/, answer: 'cut', afterEffect: true });
  await expect(trigger().trigger(begun, signal)).rejects.toMatchObject({ problem: 'unavailable' });
  expect(fake.dispatched).toHaveLength(1);
  expect(await trigger().findTriggered(begun, since, signal)).toMatchObject({
    runId: String(fake.dispatched[0]?.run.id),
  });
});

describe('findTriggered', () => {
  let path = '';
  let files = 0;

  beforeEach(() => {
    path = `.github/workflows/found-${files++}.yml`;
  });

  const dispatchedBy = (actor: string, createdAt: string, branch = 'main') =>
    fake.addRun({ path, event: 'workflow_dispatch', actor, createdAt, branch });
  const since = Date.parse('2026-05-01T10:00:00.700Z');
  const found = (more?: NodeJS.ProcessEnv) => trigger(more).findTriggered(target({ pipeline: path }), since, signal);

  it('finds nothing but the first run of its branch that our own account began since then', async () => {
    fake.addRun({ path, createdAt: '2026-05-01T10:00:01Z' });
    dispatchedBy('ada', '2026-05-01T09:59:59Z');
    dispatchedBy('bob', '2026-05-01T10:00:01Z');
    dispatchedBy('ada', '2026-05-01T10:00:01Z', 'other');
    expect(await found()).toBeUndefined();
    const ours = dispatchedBy('ada', '2026-05-01T10:00:00Z');
    dispatchedBy('ada', '2026-05-01T10:00:30Z');
    expect(await found()).toMatchObject({ runId: String(ours.id) });
  });

  it('takes the first one when the token may not say whose it is', async () => {
    fake.accounts.person = undefined;
    const first = dispatchedBy('bob', '2026-05-01T10:00:01Z');
    expect(await found()).toMatchObject({ runId: String(first.id) });
  });

  it('knows the name of an App', async () => {
    const { id, privateKey } = fake.accounts.add({ slug: 'healer' });
    dispatchedBy('bob', '2026-05-01T10:00:01Z');
    const ours = dispatchedBy('healer[bot]', '2026-05-01T10:00:10Z');
    const app = { GITHUB_APP_ID: String(id), GITHUB_APP_PRIVATE_KEY: privateKey };
    expect(await found(app)).toMatchObject({ runId: String(ours.id) });
  });
});

function fail(): never {
  throw new Error('nothing was dispatched');
}
