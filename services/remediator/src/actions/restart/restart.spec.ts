import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterFromEnvironment } from '@prunella/cluster';
import { FakeKubernetes } from '@prunella/testing';
import { orderFor } from '../../order.fixture.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';
import { restart } from './restart.ts';

const signal = new AbortController().signal;

let kubernetes: FakeKubernetes;
let directory: string;
let plugin: ActionPlugin;

beforeEach(async () => {
  kubernetes = await FakeKubernetes.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-restart-'));
  const file = join(directory, 'kubeconfig');
  await writeFile(file, kubernetes.kubeconfig);
  plugin = restart(clusterFromEnvironment({ KUBECONFIG: file }));
});
afterEach(async () => {
  await kubernetes.stop();
  await rm(directory, { recursive: true });
});

function order(changes: Partial<Order> = {}): Order {
  const { run } = orderFor();
  return orderFor({
    run: { ...run, workload: { kind: 'Deployment', namespace: 'default', name: 'web', container: '' } },
    action: { type: 'reset_connections', parameters: { fromRevision: 1 } },
    decidedAt: Date.parse('2026-11-23T12:00:00Z'),
    ...changes,
  });
}

it('restarts pod by pod, as kubectl does, and proves the rollout', async () => {
  kubernetes.addDeployment('web', ['v1']);
  expect(await plugin.pin?.(order().run, signal)).toEqual({ fromRevision: 1 });
  expect(await plugin.look(order(), undefined, signal)).toEqual({ kind: 'ready' });
  expect(await plugin.execute(order(), signal)).toEqual({
    says: 'restarted the pods of Deployment default/web one after another',
  });
  expect(kubernetes.effects).toEqual([
    'default/web -> {"kubectl.kubernetes.io/restartedAt":"2026-11-23T12:00:00.000Z"}',
  ]);
  expect(await plugin.prove?.(order(), { says: '' }, signal)).toMatchObject({ kind: 'pending' });
  kubernetes.settle('web', 'complete');
  expect(await plugin.prove?.(order(), { says: '' }, signal)).toEqual({
    kind: 'healed',
    reason: 'After the restart of Deployment default/web, 2 of 2 replicas are updated and available',
  });
});

it('sees its own restart after a crash, and that of somebody else', async () => {
  kubernetes.addDeployment('web', ['v1']);
  await plugin.execute(order(), signal);
  expect(await plugin.look(order(), Date.now(), signal)).toMatchObject({ kind: 'done' });
  expect(await plugin.look(order({ key: 'inc_2.1' }), undefined, signal)).toMatchObject({
    kind: 'superseded',
    reason: expect.stringContaining('its pods are new'),
  });
});

it('leaves a paused Deployment alone', async () => {
  kubernetes.addDeployment('web', ['v1'], { paused: true });
  expect(await plugin.look(order(), undefined, signal)).toMatchObject({ kind: 'refused' });
});

it.each`
  kind             | add
  ${'StatefulSet'} | ${() => kubernetes.addStatefulSet('web', ['v1'])}
  ${'DaemonSet'}   | ${() => kubernetes.addDaemonSet('web', ['v1'])}
  ${'Rollout'}     | ${() => kubernetes.addRollout('web', ['v1'])}
`('restarts a $kind, sees it, and proves it', async ({ kind, add }) => {
  add();
  const { run } = order();
  const it = order({ run: { ...run, workload: { kind, namespace: 'default', name: 'web', container: '' } } });
  await plugin.execute(it, signal);
  expect(await plugin.look(it, Date.now(), signal)).toMatchObject({ kind: 'done' });
  expect(await plugin.prove?.(it, { says: '' }, signal)).toMatchObject({ kind: 'pending' });
  kubernetes.settle('web', 'complete');
  expect(await plugin.prove?.(it, { says: '' }, signal)).toMatchObject({ kind: 'healed' });
  expect(kubernetes.effects).toHaveLength(1);
});

it('leaves a StatefulSet alone that replaces no pods by itself', async () => {
  kubernetes.addStatefulSet('web', ['v1'], { spec: { updateStrategy: { type: 'OnDelete' } } });
  const { run } = order();
  const it = order({
    run: { ...run, workload: { kind: 'StatefulSet', namespace: 'default', name: 'web', container: '' } },
  });
  expect(await plugin.look(it, undefined, signal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/^StatefulSet default\/web replaces no pod by itself/),
  });
});
