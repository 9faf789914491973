import { backOf, fakeCluster, orderOn, proofOf } from '../../../test/fake-cluster.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Proof } from '../action.ts';
import { rollback } from './rollback.ts';

const signal = new AbortController().signal;
const on = fakeCluster();

let plugin: ActionPlugin;

beforeEach(() => {
  plugin = rollback(on.cluster);
});

function order(kind = 'Deployment', fromRevision = 2, key = 'inc_1.1'): Order {
  return orderOn(kind, { type: 'rollback', parameters: { fromRevision } }, { key });
}

const add = {
  Deployment: () => on.kubernetes.addDeployment('web', ['v1', 'v2']),
  StatefulSet: () => on.kubernetes.addStatefulSet('web', ['v1', 'v2']),
  DaemonSet: () => on.kubernetes.addDaemonSet('web', ['v1', 'v2']),
  Rollout: () => on.kubernetes.addRollout('web', ['v1', 'v2']),
};

const prove = (it: Order): Promise<Proof | undefined> => proofOf(plugin, it);

describe.each(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'] as const)('of a %s', (kind) => {
  it('goes back, sees its own change, and is proven by the rollout', async () => {
    add[kind]();
    const it = order(kind);
    expect(await plugin.pin?.(it.run, signal)).toEqual({ fromRevision: 2 });
    expect(await plugin.look(it, undefined, signal)).toEqual({ kind: 'ready' });
    expect(await plugin.execute(it, signal)).toEqual({
      says: `rolled back ${kind} default/web from revision 2 to the template of revision 1`,
    });
    expect(await plugin.look(it, Date.now(), signal)).toMatchObject({ kind: 'done' });
    expect(await prove(it)).toMatchObject({ kind: 'pending' });
    on.kubernetes.settle('web', 'complete');
    expect(await prove(it)).toMatchObject({ kind: 'healed' });
  });

  it('never goes back again to what it left', async () => {
    add[kind]();
    await plugin.execute(order(kind), signal);
    on.kubernetes.settle('web', 'complete');
    on.kubernetes.rollOut('web', 'v3');
    const next = order(kind, 4, 'inc_2.1');
    await plugin.execute(next, signal);
    expect(on.kubernetes.image('web')).toBe('v1');
    on.kubernetes.rollOut('web', 'v2');
    on.kubernetes.rollOut('web', 'v1');
    expect(await plugin.look(order(kind, 7, 'inc_3.1'), undefined, signal)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/no earlier revision that was not rolled back from before/),
    });
  });

  it('that cannot be told from the change of another one is not judged', async () => {
    add[kind]();
    const it = order(kind);
    await plugin.execute(it, signal);
    on.kubernetes.rollOut('web', 'v4');
    expect(await prove(it)).toMatchObject({ kind: 'inconclusive', reason: /changed by somebody else/ });
    expect(await plugin.undo?.look(backOf(it), undefined, signal)).toMatchObject({ kind: 'superseded' });
  });

  it('that is taken back leaves the template as it was, once, and what it brought as the bad one', async () => {
    add[kind]();
    const it = order(kind);
    await plugin.execute(it, signal);
    on.kubernetes.settle('web', 'failed');
    expect(await plugin.undo?.look(backOf(it), undefined, signal)).toEqual({ kind: 'ready' });
    expect(await plugin.undo?.execute(backOf(it), signal)).toEqual({
      says: `put the template of revision 2 of ${kind} default/web back`,
    });
    expect(on.kubernetes.image('web')).toBe('v2');
    expect(await plugin.undo?.look(backOf(it), Date.now(), signal)).toMatchObject({ kind: 'done' });
    expect(await prove(it)).toMatchObject({ kind: 'harmful' });
    // The next one does not go where it was worse.
    expect(await plugin.look(order(kind, 4, 'inc_2.1'), undefined, signal)).toMatchObject({ kind: 'refused' });
  });
});

describe('did harm', () => {
  it.each`
    what                                           | before        | kind
    ${'when it fails and something served before'} | ${'complete'} | ${'harmful'}
    ${'not when nothing served before'}            | ${'failed'}   | ${'ineffective'}
  `('$what', async ({ before, kind }) => {
    add.Deployment();
    on.kubernetes.settle('web', before);
    await plugin.execute(order(), signal);
    on.kubernetes.settle('web', 'failed');
    expect(await prove(order())).toMatchObject({ kind, reason: expect.stringMatching(/progress deadline/) });
  });
});

it('breaks off an update of a Rollout before it puts the stable template back', async () => {
  on.kubernetes.addRollout('web', ['v1', 'v2'], { updating: true });
  await plugin.execute(order('Rollout'), signal);
  expect(on.kubernetes.effects).toEqual(['default/web -> {"abort":true}', 'default/web -> v1']);
  expect(on.kubernetes.status('web')['abort']).toBeUndefined();
});

it('goes on where it was cut off after the abort', async () => {
  on.kubernetes.addRollout('web', ['v1', 'v2'], { updating: true });
  on.kubernetes.fault(/^PATCH .*rollouts\/web$/, 500);
  await expect(plugin.execute(order('Rollout'), signal)).rejects.toMatchObject({ problem: 'unavailable' });
  expect(await plugin.look(order('Rollout'), Date.now(), signal)).toEqual({ kind: 'ready' });
  await plugin.execute(order('Rollout'), signal);
  expect(on.kubernetes.effects).toEqual(['default/web -> {"abort":true}', 'default/web -> v1']);
});

it('reads again and goes on when the controller was faster', async () => {
  add.StatefulSet();
  on.kubernetes.fault(/^PATCH/, 409);
  await plugin.execute(order('StatefulSet'), signal);
  expect(on.kubernetes.effects).toEqual(['default/web -> v1']);
});

it('changes nothing that was changed since the decision', async () => {
  add.DaemonSet();
  on.kubernetes.rollOut('web', 'v3');
  await expect(plugin.execute(order('DaemonSet'), signal)).rejects.toMatchObject({ problem: 'refused' });
  expect(await plugin.look(order('DaemonSet'), undefined, signal)).toMatchObject({
    kind: 'superseded',
    reason: 'DaemonSet default/web is at revision 3, the failure was seen at 2',
  });
  expect(on.kubernetes.effects).toEqual([]);
});

it.each`
  kind         | says
  ${'CronJob'} | ${"a CronJob can't be handled: only Deployment, StatefulSet, DaemonSet, Rollout can"}
  ${''}        | ${undefined}
`('of a "$kind": $says', ({ kind, says }) => {
  const { run, action } = order(kind);
  expect(plugin.unsupported(run, action)).toBe(says);
});
