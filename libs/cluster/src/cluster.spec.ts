import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeKubernetes } from '@prunella/testing';
import { type Cluster, clusterFromEnvironment } from './cluster.ts';
import { rollbackTarget } from './rollback-target.ts';
import type { Workload } from './workload.ts';

let fake: FakeKubernetes;
let cluster: Cluster;
let directory: string;

beforeEach(async () => {
  fake = await FakeKubernetes.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-kube-'));
  const file = join(directory, 'config');
  await writeFile(file, fake.kubeconfig);
  const found = await clusterFromEnvironment({ KUBECONFIG: file });
  if (found === undefined) throw new Error('expected a cluster');
  cluster = found;
});

afterEach(async () => {
  await fake.stop();
  await rm(directory, { recursive: true, force: true });
  expect(fake.violations).toEqual([]);
});

async function read(kind: string, name: string): Promise<Workload> {
  const workload = await cluster.get({ kind, namespace: 'default', name });
  if (workload === undefined) throw new Error(`expected ${name}`);
  return workload;
}

async function targetOf(kind: string, name: string) {
  const workload = await read(kind, name);
  return rollbackTarget(workload, await cluster.revisions(workload));
}

async function rollBack(kind: string, name: string): Promise<void> {
  const workload = await read(kind, name);
  const target = rollbackTarget(workload, await cluster.revisions(workload));
  if (target.kind !== 'revision') throw new Error(target.reason);
  await cluster.replaceTemplate(workload, target.template, { cause: 'prunella: test' });
}

const add = {
  Deployment: (name: string, images: string[], changes = {}) => fake.addDeployment(name, images, changes),
  StatefulSet: (name: string, images: string[], changes = {}) => fake.addStatefulSet(name, images, changes),
  DaemonSet: (name: string, images: string[], changes = {}) => fake.addDaemonSet(name, images, changes),
  Rollout: (name: string, images: string[], changes = {}) => fake.addRollout(name, images, changes),
};

describe.each(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'] as const)('a %s', (kind) => {
  it('is read with its history, of which nothing is lost', async () => {
    add[kind]('web', ['v1', 'v2', 'v3']);
    const target = await targetOf(kind, 'web');
    expect(target).toMatchObject({
      kind: 'revision',
      from: 3,
      revision: 2,
      template: { spec: { containers: [{ image: 'v2' }], terminationGracePeriodSeconds: 30 } },
    });
    expect(JSON.stringify(target)).not.toMatch(/pod-template-hash|\$patch/);
  });

  it('is rolled back, says why in the change-cause, and is then at the next revision with the same template', async () => {
    add[kind]('web', ['v1', 'v2'], { annotations: { team: 'shop' } });
    const target = await targetOf(kind, 'web');
    await rollBack(kind, 'web');
    expect(fake.image('web')).toBe('v1');
    const after = await read(kind, 'web');
    expect(after.annotations).toMatchObject({ 'kubernetes.io/change-cause': 'prunella: test', team: 'shop' });
    expect(after.revision).toBe(3);
    const current = (await cluster.revisions(after)).find((one) => one.current);
    expect(current?.hash).toBe(target.kind === 'revision' && target.hash);
  });

  it('has no revisions of others', async () => {
    add[kind]('web', ['v1'], { spec: { selector: { matchLabels: { app: 'same' } } } });
    add[kind]('other', ['v1', 'v2'], { spec: { selector: { matchLabels: { app: 'same' } } } });
    expect(await targetOf(kind, 'web')).toMatchObject({ kind: 'none' });
  });

  it('goes to an older revision that serves, and not to one that does not', async () => {
    add[kind]('web', ['v1', 'v2', 'v3', 'v4']);
    fake.scale('web', 3, { replicas: 2, ready: 0 });
    expect(await targetOf(kind, 'web')).toMatchObject({ revision: 2 });
    fake.scale('web', 1, { replicas: 1, ready: 1 });
    expect(await targetOf(kind, 'web')).toMatchObject({ revision: 1 });
  });

  it('has no revision while its controller lags behind', async () => {
    add[kind]('web', ['v1', 'v2']);
    fake.lag('web');
    const { revision, rollout } = await read(kind, 'web');
    expect([revision, rollout.kind]).toEqual([undefined, 'progressing']);
  });

  it('is left alone when it was changed meanwhile', async () => {
    add[kind]('web', ['v1', 'v2']);
    const workload = await read(kind, 'web');
    fake.rollOut('web', 'v3');
    await expect(cluster.replaceTemplate(workload, workload.template, { cause: 'x' })).rejects.toMatchObject({
      problem: 'refused',
      options: { status: 409 },
    });
    expect(fake.image('web')).toBe('v3');
  });

  it('is restarted, with another template or by its own wish', async () => {
    add[kind]('web', ['v1']);
    await cluster.restart(await read(kind, 'web'), Date.parse('2026-11-23T12:00:00Z'), { cause: 'x' });
    const wish = kind === 'Rollout' ? 'restartAt' : 'kubectl.kubernetes.io/restartedAt';
    expect(fake.effects).toEqual([`default/web -> {"${wish}":"2026-11-23T12:00:00.000Z"}`]);
    expect((await read(kind, 'web')).rollout.kind).toBe('progressing');
    fake.settle('web', 'complete');
    expect((await read(kind, 'web')).rollout.kind).toBe('complete');
  });

  it.each`
    what      | changes                                                       | owner
    ${'Argo'} | ${{ annotations: { 'argocd.argoproj.io/tracking-id': 'x' } }} | ${'Argo CD'}
    ${'Flux'} | ${{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }}    | ${'Flux'}
  `('knows that $owner owns it', async ({ changes, owner }) => {
    add[kind]('web', ['v1', 'v2'], changes);
    expect((await read(kind, 'web')).owner).toBe(owner);
  });
});

it.each`
  kind             | changes                                                              | reason
  ${'Deployment'}  | ${{ paused: true }}                                                  | ${/is paused; resume it first/}
  ${'StatefulSet'} | ${{ spec: { updateStrategy: { type: 'OnDelete' } } }}                | ${/replaces no pod by itself/}
  ${'StatefulSet'} | ${{ spec: { updateStrategy: { rollingUpdate: { partition: 2 } } } }} | ${/holds back all its pods/}
  ${'DaemonSet'}   | ${{ spec: { updateStrategy: { type: 'OnDelete' } } }}                | ${/replaces no pod by itself/}
  ${'Rollout'}     | ${{ spec: { paused: true } }}                                        | ${/is paused/}
`('a $kind whose pods would stay is not rolled back: $reason', async ({ kind, changes, reason }) => {
  add[kind as 'Deployment']('it', ['v1', 'v2'], changes);
  expect(await targetOf(kind, 'it')).toMatchObject({ kind: 'none', reason: expect.stringMatching(reason) });
});

describe('a Rollout', () => {
  it('goes back to what is stable, however new the others are', async () => {
    fake.addRollout('shop', ['v1', 'v2', 'v3'], { updating: true });
    fake.scale('shop', 1, { replicas: 1, ready: 1 });
    expect(await targetOf('Rollout', 'shop')).toMatchObject({ revision: 2 });
  });

  it('is aborted and retried by its status, and an abort of a healthy one is nothing', async () => {
    fake.addRollout('shop', ['v1', 'v2'], { updating: true });
    await cluster.abort(await read('Rollout', 'shop'));
    expect((await read('Rollout', 'shop')).rollout).toMatchObject({ kind: 'failed', says: /RolloutAborted/ });
    expect((await read('Rollout', 'shop')).updating).toBe(false);
    await cluster.retry(await read('Rollout', 'shop'));
    expect(fake.status('shop')['abort']).toBeUndefined();
    expect(fake.effects).toEqual(['default/shop -> {"abort":true}', 'default/shop -> {"abort":false}']);
    fake.abort('shop', 'no metrics', '2026-11-23T12:00:00Z');
    expect((await read('Rollout', 'shop')).aborted).toEqual({
      says: 'RolloutAborted: Rollout aborted update to revision 2: no metrics',
      at: Date.parse('2026-11-23T12:00:00Z'),
    });
    fake.addRollout('well', ['v1', 'v2']);
    await cluster.abort(await read('Rollout', 'well'));
    expect(fake.effects).toHaveLength(2);
  });

  it('is rolled back in the workload whose template it takes', async () => {
    fake.addDeployment('base', ['v1']);
    fake.addRollout('shop', ['v1', 'v2'], { workloadRef: 'base' });
    await rollBack('Rollout', 'shop');
    expect(fake.image('base')).toBe('v1');
    expect(fake.effects).toEqual(['default/base -> v1']);
    expect((await read('Rollout', 'shop')).annotations).toMatchObject({
      'kubernetes.io/change-cause': 'prunella: test',
    });
    fake.settle('shop', 'complete');
    expect((await read('Rollout', 'shop')).rollout.kind).toBe('complete');
  });
});

it('a StatefulSet that waits for a pod of the older template says which one is to be deleted', async () => {
  fake.addStatefulSet('db', ['v1', 'v2']);
  await rollBack('StatefulSet', 'db');
  expect((await read('StatefulSet', 'db')).rollout).toMatchObject({
    kind: 'progressing',
    stuck: expect.stringMatching(/delete it by hand \(kubectl delete pod db-\w+-0 -n default\)/),
  });
});

it.each`
  kind             | seconds
  ${'Deployment'}  | ${600}
  ${'Rollout'}     | ${600}
  ${'StatefulSet'} | ${undefined}
  ${'DaemonSet'}   | ${undefined}
`(
  'the deadline of a $kind is $seconds s, where it has one, and is set if it is still the one that was read',
  async ({ kind, seconds }) => {
    add[kind as 'Deployment']('web', ['v1']);
    const seen = await read(kind, 'web');
    expect(seen.deadlineSeconds).toBe(seconds);
    if (seconds === undefined) {
      await expect(cluster.setDeadline(seen, 900, {})).rejects.toMatchObject({ problem: 'refused' });
      return;
    }
    await cluster.setDeadline(seen, 900, { note: 'x' });
    expect(await read(kind, 'web')).toMatchObject({ deadlineSeconds: 900, revision: 1, annotations: { note: 'x' } });
    await expect(cluster.setDeadline(seen, 901, {})).rejects.toMatchObject({ options: { status: 409 } });
  },
);

describe('the largest node', () => {
  it('is the one that can give most and takes pods', async () => {
    fake.removeNode('node-1');
    expect(await cluster.largestNode('memory')).toEqual({ kind: 'unknown', reason: 'no node takes pods' });
    fake.addNode('small', { cpu: '8', memory: '4194304Ki' });
    fake.addNode('large', { cpu: '4', memory: '8Gi' });
    fake.addNode('drained', { cpu: '64', memory: '64Gi' }, true);
    expect(await cluster.largestNode('memory')).toEqual({ kind: 'node', name: 'large', amount: '8Gi' });
    expect(await cluster.largestNode('cpu')).toEqual({ kind: 'node', name: 'small', amount: '8' });
  });

  it('is not known without the right to list nodes', async () => {
    fake.forbid(/^GET .*nodes$/);
    expect(await cluster.largestNode('cpu')).toEqual({ kind: 'unknown', reason: 'the nodes may not be listed (403)' });
  });
});

it.each`
  status | problem
  ${401} | ${'unauthenticated'}
  ${403} | ${'forbidden'}
  ${409} | ${'refused'}
  ${415} | ${'refused'}
  ${422} | ${'refused'}
  ${429} | ${'rate-limited'}
  ${500} | ${'unavailable'}
`('HTTP $status is $problem', async ({ status, problem }) => {
  fake.addDeployment('errors', ['v1', 'v2']);
  const workload = await read('Deployment', 'errors');
  fake.fault(/^PATCH/, status);
  await expect(cluster.replaceTemplate(workload, workload.template, { cause: 'x' })).rejects.toMatchObject({
    provider: 'kubernetes',
    problem,
  });
});

it('does not wait for an API server for ever, and hears when to come again', async () => {
  const impatient = await clusterFromEnvironment({ KUBECONFIG: join(directory, 'config') }, { timeoutMs: 100 });
  const any = { kind: '', namespace: 'default', name: 'any' };
  fake.fault(/^GET/, 'hang');
  await expect(impatient?.get(any)).rejects.toMatchObject({ problem: 'unavailable' });
  fake.fault(/^GET/, 429, false, { 'retry-after': '3' });
  await expect(cluster.get(any)).rejects.toMatchObject({ problem: 'rate-limited', options: { retryAfterMs: 3_000 } });
});

it('knows no workload that is not there, and needs a cluster to be told of one', async () => {
  expect(await cluster.get({ kind: 'StatefulSet', namespace: 'default', name: 'nobody' })).toBeUndefined();
  await expect(async () => await cluster.get({ kind: 'CronJob', namespace: 'default', name: 'x' })).rejects.toThrow(
    /a CronJob can't be handled/,
  );
  expect(await clusterFromEnvironment({})).toBeUndefined();
  await expect(clusterFromEnvironment({ KUBECONFIG: join(directory, 'missing') })).rejects.toThrow(
    /KUBECONFIG .* can't be read/,
  );
});
