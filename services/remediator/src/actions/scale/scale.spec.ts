import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterFromEnvironment } from '@prunella/cluster';
import { FakeKubernetes } from '@prunella/testing';
import { orderFor } from '../../order.fixture.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Proof } from '../action.ts';
import { scale } from './scale.ts';

const WATCHED_MS = 10_000;
const resources = { limits: { memory: '128Mi' } };
const signal = new AbortController().signal;

let kubernetes: FakeKubernetes;
let directory: string;
let plugin: ActionPlugin;

beforeEach(async () => {
  kubernetes = await FakeKubernetes.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-scale-'));
  const file = join(directory, 'kubeconfig');
  await writeFile(file, kubernetes.kubeconfig);
  const cluster = clusterFromEnvironment({ KUBECONFIG: file });
  plugin = scale(cluster, () => ({ memory: '8Gi', cpu: '4', times: 2 }), { watchedMs: WATCHED_MS });
});
afterEach(async () => {
  await kubernetes.stop();
  await rm(directory, { recursive: true });
});

/** An order that is due now, or was so long ago. */
function order(agoMs = 0, parameters: Order['action']['parameters'] = {}): Order {
  const { run } = orderFor();
  return orderFor({
    run: { ...run, workload: { kind: 'Deployment', namespace: 'default', name: 'web', container: '' } },
    action: { type: 'scale_resources', parameters: { resource: 'memory', fromRevision: 1, ...parameters } },
    dueAt: Date.now() - agoMs,
  });
}

const prove = async (it: Order): Promise<Proof | undefined> => plugin.prove?.(it, { says: '' }, signal);

it('is believed to have helped only when it held for a while', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  await plugin.execute(order(), signal);
  expect(await prove(order())).toMatchObject({ kind: 'pending' });
  kubernetes.settle('web', 'complete');
  expect(await prove(order())).toMatchObject({ kind: 'pending' });
  expect(await prove(order(WATCHED_MS + 1))).toMatchObject({
    kind: 'healed',
    reason: 'After giving more to Deployment default/web, 2 of 2 replicas are updated and available',
  });
});

it('has not helped when the rollout fails, at once', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  await plugin.execute(order(), signal);
  kubernetes.settle('web', 'failed');
  expect(await prove(order())).toMatchObject({ kind: 'ineffective' });
});

it('sees its own change, and that of somebody else', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  expect(await plugin.look(order(), undefined, signal)).toEqual({ kind: 'ready' });
  await plugin.execute(order(), signal);
  expect(await plugin.look(order(), Date.now(), signal)).toEqual({
    kind: 'done',
    effect: { says: 'gave more to Deployment default/web' },
  });
  expect(await plugin.look({ ...order(), key: 'inc_2.1' }, undefined, signal)).toEqual({
    kind: 'superseded',
    reason: 'Deployment default/web is at revision 2, the failure was seen at 1',
  });
});

it('refuses parameters that mean nothing', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  expect(await plugin.look(order(0, { factor: 0.5 }), undefined, signal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('parameters.factor'),
  });
});

it('has not helped when a container of the new pods ran out of memory again, at once', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  await plugin.execute(order(), signal);
  kubernetes.settle('web', 'complete');
  kubernetes.killForMemory('web');
  expect(await prove(order())).toMatchObject({
    kind: 'ineffective',
    reason: expect.stringMatching(/app in pod web-.* ran out of memory again$/),
  });
});

it('is not believed where nobody may look at the pods', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  kubernetes.forbid(/^GET .*pods$/);
  await plugin.execute(order(), signal);
  kubernetes.settle('web', 'complete');
  expect(await prove(order(WATCHED_MS + 1))).toMatchObject({
    kind: 'inconclusive',
    reason: expect.stringMatching(/list pods in default/),
  });
});

it('gives no more than the largest node has, and says so', async () => {
  kubernetes.addDeployment('web', ['v1'], { resources });
  kubernetes.removeNode('node-1');
  kubernetes.addNode('node-2', { cpu: '4', memory: '160Mi' });
  expect(await plugin.execute(order(), signal)).toEqual({
    says: 'raised the memory limit of app in Deployment default/web from 128Mi to 160Mi (node-2, the largest node, has 160Mi of memory)',
  });
});

it('says when no node bounds it', async () => {
  kubernetes.addStatefulSet('web', ['v1'], { resources });
  kubernetes.forbid(/^GET .*nodes$/);
  const { run, ...rest } = order();
  const it = {
    ...rest,
    run: { ...run, workload: { kind: 'StatefulSet', namespace: 'default', name: 'web', container: '' } },
  };
  expect(await plugin.execute(it, signal)).toEqual({
    says: 'raised the memory limit of app in StatefulSet default/web from 128Mi to 192Mi (not bounded by the nodes: the nodes may not be listed (403))',
  });
});
