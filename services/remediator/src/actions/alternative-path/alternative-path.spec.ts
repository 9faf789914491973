import { type CiPlatform, ciPlatforms } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import { FakeGitHub, type FakeRun, githubRun } from '@prunella/testing';
import { orderFor } from '../../order.fixture.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';
import { alternativePath } from './alternative-path.ts';

let github: FakeGitHub;
let platforms: CiPlatform[];
let plugin: ActionPlugin;
// never aborted: how fast this machine is proves nothing
const signal = new AbortController().signal;

beforeAll(async () => {
  github = await FakeGitHub.start();
  platforms = ciPlatforms({ GITHUB_API_URL: github.url, GITHUB_TOKEN: 'ghp_test' });
  plugin = alternativePath(platforms);
  for (const repository of ['acme/shop', 'acme/deployments']) {
    github.addRun({ repository, path: '.github/workflows/mirror.yml', workflow: 'mirror' });
  }
});

beforeEach(() => {
  github.dispatched.length = 0;
});

afterEach(() => {
  expect(github.violations).toEqual([]);
});

afterAll(() => github.stop());

const MIRROR = { pipeline: 'mirror.yml', ref: '', inputs: { mirror: 'eu' } };

function order(run: Run, parameters: Order['action']['parameters'] = MIRROR): Order {
  return orderFor({ run, action: { type: 'alternative_path', parameters } });
}

function failedRun(changes: Partial<FakeRun> = {}): { failed: FakeRun; run: Run } {
  const { jobs: _, ...rest } = changes;
  const failed = github.addRun(rest);
  return { failed, run: githubRun(failed) };
}

it('starts the other workflow, and is proven by how its run ends', async () => {
  const it = order(failedRun().run);
  expect(await plugin.look(it, undefined, signal)).toEqual({ kind: 'ready' });
  const done = await plugin.execute(it, signal);
  const [{ run: begun, inputs } = fail()] = github.dispatched;
  expect(inputs).toEqual({ mirror: 'eu' });
  expect(done).toMatchObject({
    says: `started mirror.yml of acme/shop on main (run ${begun.id})`,
    started: { runId: String(begun.id) },
  });
  expect(await plugin.prove?.(it, done, signal)).toMatchObject({ kind: 'pending' });
  github.completeRun(begun, 'success');
  expect(await plugin.prove?.(it, done, signal)).toEqual({ kind: 'healed', reason: `run ${begun.id} succeeded` });
});

it.each`
  conclusion     | proof
  ${'failure'}   | ${undefined}
  ${'timed_out'} | ${undefined}
  ${'cancelled'} | ${'inconclusive'}
`('leaves a run that ended $conclusion to its own diagnosis, or says nothing of it', async ({ conclusion, proof }) => {
  const it = order(failedRun().run);
  const done = await plugin.execute(it, signal);
  github.completeRun(github.dispatched[0]?.run ?? fail(), conclusion);
  expect((await plugin.prove?.(it, done, signal))?.kind).toBe(proof);
});

it('finds after a crash what it began, and begins it when it did not', async () => {
  // a branch of its own: what others began there a moment ago is not ours
  github.pushTo('acme/shop', 'crash', '5'.repeat(40));
  const it = order(failedRun().run, { ...MIRROR, ref: 'crash' });
  const since = Date.now() - 1_000;
  expect(await plugin.look(it, Date.now() + 3_600_000, signal)).toEqual({ kind: 'ready' });
  await plugin.execute(it, signal);
  const [{ run: begun } = fail()] = github.dispatched;
  expect(await plugin.look(it, since, signal)).toMatchObject({
    kind: 'done',
    effect: { started: { runId: String(begun.id) } },
  });
  expect(github.dispatched).toHaveLength(1);
});

it('is not started for what is green or has moved on by now', async () => {
  const green = failedRun({ conclusion: 'success' });
  expect(await plugin.look(order(green.run), undefined, signal)).toMatchObject({ kind: 'superseded' });
  const moved = failedRun({ branch: 'moved', headSha: '3'.repeat(40) });
  github.pushTo('acme/shop', 'moved', '4'.repeat(40));
  expect(await plugin.look(order(moved.run), undefined, signal)).toMatchObject({ kind: 'superseded' });
});

it('may be started elsewhere, for what is no run of a CI platform', async () => {
  const rollback: Run = { ...orderFor().run, platform: 'kubernetes', kind: 'deployment', runId: '', repository: '' };
  const elsewhere = { ...MIRROR, platform: 'github', repository: 'acme/deployments', ref: 'main' };
  const it = order(rollback, elsewhere);
  expect(plugin.unsupported(rollback, it.action)).toBeUndefined();
  expect(await plugin.look(it, undefined, signal)).toEqual({ kind: 'ready' });
  const done = await plugin.execute(it, signal);
  const [{ run: begun } = fail()] = github.dispatched;
  expect(begun.repository).toBe('acme/deployments');
  expect(done.started).toMatchObject({ platform: 'github', repository: 'acme/deployments', runId: String(begun.id) });
});

it.each<[string, Partial<Run>, Order['action']['parameters'], RegExp]>([
  ['where none is written', {}, {}, /no alternative path is written/],
  ['with parameters that mean nothing', {}, { pipeline: 7 }, /parameters\.pipeline/],
  [
    'on a branch of which a stranger chose the name',
    { branch: 'mallory:main' },
    MIRROR,
    /mallory:main, a branch of a fork; write a `ref`/,
  ],
  ['on a platform that is not configured', { platform: 'gitlab' }, MIRROR, /platform "gitlab"/],
])('can not be done %s', (_what, changes, parameters, says) => {
  const { run } = failedRun();
  const changed = { ...run, ...changes };
  expect(plugin.unsupported(changed, order(changed, parameters).action)).toMatch(says);
});

it('that has a branch of its own starts there for a fork as well', () => {
  const { run } = failedRun();
  const { action } = order(run, { ...MIRROR, ref: 'main' });
  expect(plugin.unsupported({ ...run, branch: 'mallory:main' }, action)).toBeUndefined();
});

function fail(): never {
  throw new Error('nothing was dispatched');
}
