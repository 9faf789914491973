import { fakeCluster, orderOn, proofOf } from '../../../test/fake-cluster.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Proof } from '../action.ts';
import { scale } from './scale.ts';

const WATCHED_MS = 10_000;
const resources = { limits: { memory: '128Mi' } };
const signal = new AbortController().signal;
const on = fakeCluster();

let plugin: ActionPlugin;

beforeEach(() => {
  plugin = scale(on.cluster, () => ({ memory: '8Gi', cpu: '4', times: 2 }), { watchedMs: WATCHED_MS });
});

/** An order that is due now, or was so long ago. */
function order(agoMs = 0, parameters: Order['action']['parameters'] = {}, kind = 'Deployment'): Order {
  const action: Order['action'] = {
    type: 'scale_resources',
    parameters: { resource: 'memory', fromRevision: 1, ...parameters },
  };
  return orderOn(kind, action, { dueAt: Date.now() - agoMs });
}

const prove = (it: Order): Promise<Proof | undefined> => proofOf(plugin, it);

it('is believed to have helped only when it held for a while', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { resources });
  await plugin.execute(order(), signal);
  expect(await prove(order())).toMatchObject({ kind: 'pending' });
  on.kubernetes.settle('web', 'complete');
  expect(await prove(order())).toMatchObject({ kind: 'pending' });
  expect(await prove(order(WATCHED_MS + 1))).toMatchObject({
    kind: 'healed',
    reason: 'After giving more to Deployment default/web, 2 of 2 replicas are updated and available',
  });
});

it('has not helped when the rollout fails, at once', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { resources });
  await plugin.execute(order(), signal);
  on.kubernetes.settle('web', 'failed');
  expect(await prove(order())).toMatchObject({ kind: 'ineffective' });
});

it('sees its own change, and that of somebody else', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { resources });
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
  on.kubernetes.addDeployment('web', ['v1'], { resources });
  expect(await plugin.look(order(0, { factor: 0.5 }), undefined, signal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('parameters.factor'),
  });
});

it('has not helped when a container of the new pods ran out of memory again, at once', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { resources });
  await plugin.execute(order(), signal);
  on.kubernetes.settle('web', 'complete');
  on.kubernetes.killForMemory('web');
  expect(await prove(order())).toMatchObject({
    kind: 'ineffective',
    reason: expect.stringMatching(/app in pod web-.* ran out of memory again$/),
  });
});

it('is not believed where nobody may look at the pods', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { resources });
  on.kubernetes.forbid(/^GET .*pods$/);
  await plugin.execute(order(), signal);
  on.kubernetes.settle('web', 'complete');
  expect(await prove(order(WATCHED_MS + 1))).toMatchObject({
    kind: 'inconclusive',
    reason: expect.stringMatching(/list pods in default/),
  });
});

it('gives no more than the largest node has, and says so', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { resources });
  on.kubernetes.removeNode('node-1');
  on.kubernetes.addNode('node-2', { cpu: '4', memory: '160Mi' });
  expect(await plugin.execute(order(), signal)).toEqual({
    says: 'raised the memory limit of app in Deployment default/web from 128Mi to 160Mi (node-2, the largest node, has 160Mi of memory)',
  });
});

it('says when no node bounds it', async () => {
  on.kubernetes.addStatefulSet('web', ['v1'], { resources });
  on.kubernetes.forbid(/^GET .*nodes$/);
  const it = order(0, {}, 'StatefulSet');
  expect(await plugin.execute(it, signal)).toEqual({
    says: 'raised the memory limit of app in StatefulSet default/web from 128Mi to 192Mi (not bounded by the nodes: the nodes may not be listed (403))',
  });
});
