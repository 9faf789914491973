import { fakeCluster, orderOn, proofOf } from '../../../test/fake-cluster.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';
import { restart } from './restart.ts';

const signal = new AbortController().signal;
const on = fakeCluster();

let plugin: ActionPlugin;

beforeEach(() => {
  plugin = restart(on.cluster);
});

function order(kind = 'Deployment', key = 'inc_1.1'): Order {
  const action: Order['action'] = { type: 'reset_connections', parameters: { fromRevision: 1 } };
  return orderOn(kind, action, { key, decidedAt: Date.parse('2026-11-23T12:00:00Z') });
}

it('restarts pod by pod, as kubectl does, and proves the rollout', async () => {
  on.kubernetes.addDeployment('web', ['v1']);
  expect(await plugin.pin?.(order().run, signal)).toEqual({ fromRevision: 1 });
  expect(await plugin.look(order(), undefined, signal)).toEqual({ kind: 'ready' });
  expect(await plugin.execute(order(), signal)).toEqual({
    says: 'restarted the pods of Deployment default/web one after another',
  });
  expect(on.kubernetes.effects).toEqual([
    'default/web -> {"kubectl.kubernetes.io/restartedAt":"2026-11-23T12:00:00.000Z"}',
  ]);
  expect(await proofOf(plugin, order())).toMatchObject({ kind: 'pending' });
  on.kubernetes.settle('web', 'complete');
  expect(await proofOf(plugin, order())).toEqual({
    kind: 'healed',
    reason: 'After the restart of Deployment default/web, 2 of 2 replicas are updated and available',
  });
});

it('sees its own restart after a crash, and that of somebody else', async () => {
  on.kubernetes.addDeployment('web', ['v1']);
  await plugin.execute(order(), signal);
  expect(await plugin.look(order(), Date.now(), signal)).toMatchObject({ kind: 'done' });
  expect(await plugin.look(order('Deployment', 'inc_2.1'), undefined, signal)).toMatchObject({
    kind: 'superseded',
    reason: expect.stringContaining('its pods are new'),
  });
});

it('leaves a paused Deployment alone', async () => {
  on.kubernetes.addDeployment('web', ['v1'], { paused: true });
  expect(await plugin.look(order(), undefined, signal)).toMatchObject({ kind: 'refused' });
});

it.each`
  kind             | add
  ${'StatefulSet'} | ${() => on.kubernetes.addStatefulSet('web', ['v1'])}
  ${'DaemonSet'}   | ${() => on.kubernetes.addDaemonSet('web', ['v1'])}
  ${'Rollout'}     | ${() => on.kubernetes.addRollout('web', ['v1'])}
`('restarts a $kind, sees it, and proves it', async ({ kind, add }) => {
  add();
  const it = order(kind);
  await plugin.execute(it, signal);
  expect(await plugin.look(it, Date.now(), signal)).toMatchObject({ kind: 'done' });
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'pending' });
  on.kubernetes.settle('web', 'complete');
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'healed' });
  expect(on.kubernetes.effects).toHaveLength(1);
});

it('leaves a StatefulSet alone that replaces no pods by itself', async () => {
  on.kubernetes.addStatefulSet('web', ['v1'], { spec: { updateStrategy: { type: 'OnDelete' } } });
  const it = order('StatefulSet');
  expect(await plugin.look(it, undefined, signal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/^StatefulSet default\/web replaces no pod by itself/),
  });
});
