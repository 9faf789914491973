import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Deployment } from '@kubernetes/client-node';
import { FakeKubernetes } from '@prunella/testing';
import { clusterFromEnvironment, type Deployments } from './deployments.ts';
import { rollbackTarget } from './rollback-target.ts';
import { rolloutStatus } from './rollout-status.ts';

let fake: FakeKubernetes;
let cluster: Deployments;
let directory: string;

beforeAll(async () => {
  fake = await FakeKubernetes.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-kube-'));
  const file = join(directory, 'config');
  await writeFile(file, fake.kubeconfig);
  const found = clusterFromEnvironment({ KUBECONFIG: file });
  if (found === undefined) throw new Error('expected a cluster');
  cluster = found;
});

afterAll(async () => {
  await fake.stop();
  await rm(directory, { recursive: true, force: true });
});

async function read(name: string): Promise<V1Deployment> {
  const deployment = await cluster.get({ namespace: 'default', name });
  if (deployment === undefined) throw new Error(`expected ${name}`);
  return deployment;
}

async function targetOf(name: string) {
  const deployment = await read(name);
  return rollbackTarget(deployment, await cluster.replicaSets(deployment));
}

describe('rollbackTarget', () => {
  it('is the newest earlier revision, without the hash label of its ReplicaSet', async () => {
    fake.addDeployment('web', ['v1', 'v2', 'v3']);
    const target = await targetOf('web');
    expect(target).toMatchObject({
      kind: 'revision',
      from: 3,
      revision: 2,
      template: { spec: { containers: [{ image: 'v2' }] } },
    });
    expect(JSON.stringify(target)).not.toContain('pod-template-hash');
  });

  it('skips an earlier revision that is the same', async () => {
    fake.addDeployment('same', ['v1', 'v2', 'v2']);
    expect(await targetOf('same')).toMatchObject({ kind: 'revision', revision: 1 });
  });

  it.each`
    what                                                  | pods                                                              | revision
    ${'the newest, when nothing is known of any'}         | ${{}}                                                             | ${3}
    ${'an older one that serves while the new one hangs'} | ${{ 2: { replicas: 2, ready: 2 } }}                               | ${2}
    ${'the newest of those that serve'}                   | ${{ 1: { replicas: 1, ready: 1 }, 2: { replicas: 1, ready: 1 } }} | ${2}
    ${'not one that never got ready'}                     | ${{ 3: { replicas: 2, ready: 0 } }}                               | ${2}
  `('is $what', async ({ pods, revision }) => {
    fake.addDeployment('pods', ['v1', 'v2', 'v3', 'v4']);
    for (const [number, counts] of Object.entries(pods as Record<string, { replicas: number; ready: number }>)) {
      fake.scale('pods', Number(number), counts);
    }
    expect(await targetOf('pods')).toMatchObject({ kind: 'revision', from: 4, revision });
  });

  it('is none when no earlier revision has a ready replica, and of others no ReplicaSet', async () => {
    fake.addDeployment('sick', ['v1', 'v2']);
    fake.scale('sick', 1, { replicas: 2, ready: 0 });
    expect(await targetOf('sick')).toMatchObject({ kind: 'none', reason: expect.stringMatching(/ready replica/) });
    fake.addDeployment('mine', ['v1']);
    fake.addDeployment('other', ['v1', 'v2', 'v3']);
    const sets = await cluster.replicaSets(await read('other'));
    expect(rollbackTarget(await read('mine'), sets)).toMatchObject({ kind: 'none' });
  });

  it.each`
    what            | images          | changes                                                       | reason
    ${'the first'}  | ${['v1']}       | ${{}}                                                         | ${/no earlier revision/}
    ${'paused'}     | ${['v1', 'v2']} | ${{ paused: true }}                                           | ${/is paused; resume it first/}
    ${'of Argo CD'} | ${['v1', 'v2']} | ${{ annotations: { 'argocd.argoproj.io/tracking-id': 'x' } }} | ${/^Argo CD owns default\/it/}
    ${'of Flux'}    | ${['v1', 'v2']} | ${{ labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }}    | ${/^Flux owns/}
  `('is none when the Deployment is $what, and says why', async ({ images, changes, reason }) => {
    fake.addDeployment('it', images, changes);
    expect(await targetOf('it')).toMatchObject({ kind: 'none', reason: expect.stringMatching(reason) });
  });
});

describe('replaceTemplate', () => {
  it('rolls back, and says why in the change-cause', async () => {
    fake.addDeployment('api', ['v1', 'v2']);
    const deployment = await read('api');
    const target = await targetOf('api');
    if (target.kind !== 'revision') throw new Error('expected a revision');
    await cluster.replaceTemplate(deployment, target.template, 'prunella: test');
    expect(fake.image('api')).toBe('v1');
    expect((await read('api')).metadata?.annotations).toMatchObject({ 'kubernetes.io/change-cause': 'prunella: test' });
  });

  it('is refused when the Deployment was changed meanwhile', async () => {
    fake.addDeployment('race', ['v1', 'v2']);
    const deployment = await read('race');
    fake.rollOut('race', 'v3');
    await expect(cluster.replaceTemplate(deployment, deployment.spec?.template as never, 'x')).rejects.toMatchObject({
      problem: 'refused',
    });
    expect(fake.image('race')).toBe('v3');
  });

  it.each`
    status | problem
    ${403} | ${'forbidden'}
    ${409} | ${'refused'}
    ${429} | ${'rate-limited'}
    ${500} | ${'unavailable'}
  `('HTTP $status is $problem', async ({ status, problem }) => {
    fake.addDeployment('errors', ['v1', 'v2']);
    const deployment = await read('errors');
    fake.fault(/^PATCH/, status);
    await expect(cluster.replaceTemplate(deployment, deployment.spec?.template as never, 'x')).rejects.toMatchObject({
      provider: 'kubernetes',
      problem,
    });
  });
});

it('does not wait for an API server for ever, and hears when to come again', async () => {
  const file = join(directory, 'config');
  const impatient = clusterFromEnvironment({ KUBECONFIG: file }, { timeoutMs: 100 });
  fake.fault(/^GET/, 'hang');
  await expect(impatient?.get({ namespace: 'default', name: 'any' })).rejects.toMatchObject({ problem: 'unavailable' });
  fake.fault(/^GET/, 429, false, { 'retry-after': '3' });
  await expect(cluster.get({ namespace: 'default', name: 'any' })).rejects.toMatchObject({
    problem: 'rate-limited',
    options: { retryAfterMs: 3_000 },
  });
});

it('knows no Deployment that is not there, and needs a cluster to be told of one', async () => {
  expect(await cluster.get({ namespace: 'default', name: 'nobody' })).toBeUndefined();
  expect(clusterFromEnvironment({})).toBeUndefined();
  expect(() => clusterFromEnvironment({ KUBECONFIG: join(directory, 'missing') })).toThrow(
    /KUBECONFIG .* can't be read/,
  );
});

describe('rolloutStatus', () => {
  const base = { metadata: { generation: 2 }, spec: { replicas: 3 } };
  const status = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
  it.each`
    what                   | changes                                                                                           | kind
    ${'all available'}     | ${{}}                                                                                             | ${'complete'}
    ${'not observed'}      | ${{ observedGeneration: 1 }}                                                                      | ${'progressing'}
    ${'not all updated'}   | ${{ updatedReplicas: 2 }}                                                                         | ${'progressing'}
    ${'old ones left'}     | ${{ replicas: 4 }}                                                                                | ${'progressing'}
    ${'not available'}     | ${{ availableReplicas: 1 }}                                                                       | ${'progressing'}
    ${'deadline exceeded'} | ${{ conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }} | ${'failed'}
    ${'no status at all'}  | ${{ observedGeneration: undefined }}                                                              | ${'progressing'}
  `('$what: $kind', ({ changes, kind }) => {
    expect(rolloutStatus({ ...base, status: { ...status, ...changes } } as never).kind).toBe(kind);
  });
});
