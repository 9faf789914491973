import { backOf, fakeCluster, orderOn, proofOf } from '../../../test/fake-cluster.ts';
import { orderFor } from '../../order.fixture.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';
import { raiseTimeout } from './raise-timeout.ts';

const signal = new AbortController().signal;
const on = fakeCluster();
const HOUR = 3_600_000;

let plugin: ActionPlugin;

beforeEach(() => {
  plugin = raiseTimeout(on.cluster, () => ({ deadline: HOUR, times: 2 }));
});

function order(kind = 'Deployment', parameters: Order['action']['parameters'] = {}, key = 'inc_1.1'): Order {
  return orderOn(
    kind,
    { type: 'raise_timeout', parameters: { fromRevision: 2, fromSeconds: 600, ...parameters } },
    { key },
  );
}

const seconds = () => on.kubernetes.spec('web')['progressDeadlineSeconds'];

/** An update that Argo broke off because its new pods were not ready in time. */
function lateRollout(changes: object = {}): void {
  on.kubernetes.addRollout('web', ['v1', 'v2'], { updating: true, ...changes });
  on.kubernetes.abort('web', 'ReplicaSet "web-6d4" has timed out progressing.', '2026-11-23T12:00:00Z');
}

it('gives a rollout that ran out of time more of it, sees its own change, and is proven by the rollout', async () => {
  on.kubernetes.addDeployment('web', ['v1', 'v2']);
  const it = order();
  expect(await plugin.pin?.(it.run, signal)).toEqual({ fromRevision: 2, fromSeconds: 600 });
  expect(await plugin.look(it, undefined, signal)).toEqual({ kind: 'ready' });
  expect(await plugin.execute(it, signal)).toEqual({
    says: 'raised the progress deadline of Deployment default/web from 10m to 20m',
  });
  expect(on.kubernetes.effects).toEqual(['default/web -> {"progressDeadlineSeconds":1200}']);
  expect(await plugin.look(it, Date.now(), signal)).toMatchObject({ kind: 'done' });
  // Its controller goes on saying that it is out of time, until there is progress.
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'pending' });
  on.kubernetes.settle('web', 'complete');
  expect(await proofOf(plugin, it)).toEqual({
    kind: 'healed',
    reason: 'After giving 20m instead of 10m to Deployment default/web, 2 of 2 replicas are updated and available',
  });
});

it('makes no revision, and leaves what the history says of this one', async () => {
  on.kubernetes.addDeployment('web', ['v1', 'v2'], { annotations: { 'kubernetes.io/change-cause': 'release 7' } });
  await plugin.execute(order(), signal);
  expect(on.kubernetes.annotations('web')).toMatchObject({
    'kubernetes.io/change-cause': 'release 7',
    'deployment.kubernetes.io/revision': '2',
    'prunella.dev/raised-deadline': '600',
  });
});

it.each`
  what                               | change                                                                                   | kind            | reason
  ${'that is complete by now'}       | ${() => on.kubernetes.settle('web', 'complete')}                                         | ${'superseded'} | ${/is not out of time any more: 2 of 2 replicas/}
  ${'with another template'}         | ${() => on.kubernetes.rollOut('web', 'v3')}                                              | ${'superseded'} | ${/is at revision 3, the failure was seen at 2/}
  ${'whose deadline is another one'} | ${() => Object.assign(on.kubernetes.spec('web'), { progressDeadlineSeconds: 900 })}      | ${'superseded'} | ${/the deadline of Deployment default\/web was changed from 600 s to 900 s/}
  ${'that crashes'}                  | ${() => on.kubernetes.holdUp('web', 'CrashLoopBackOff')}                                 | ${'refused'}    | ${/more time does not help .*: app in pod web-\S+ is in CrashLoopBackOff; roll it back/}
  ${'whose pods only wait'}          | ${() => on.kubernetes.holdUp('web', 'ContainerCreating')}                                | ${'ready'}      | ${undefined}
  ${'whose pods nobody may list'}    | ${() => on.kubernetes.forbid(/^GET .*pods$/)}                                            | ${'ready'}      | ${undefined}
  ${'that Argo CD owns'}             | ${() => Object.assign(on.kubernetes.annotations('web'), { 'argocd.argoproj.io/x': '' })} | ${'refused'}    | ${/Argo CD owns default\/web .*`alternatives` of the policy/}
  ${'that is paused'}                | ${() => Object.assign(on.kubernetes.spec('web'), { paused: true })}                      | ${'refused'}    | ${/is paused/}
`('looks at a Deployment $what: $kind', async ({ change, kind, reason }) => {
  on.kubernetes.addDeployment('web', ['v1', 'v2']);
  change();
  const look = await plugin.look(order(), undefined, signal);
  expect(look).toMatchObject({ kind, ...(reason && { reason: expect.stringMatching(reason) }) });
  expect(on.kubernetes.effects).toEqual([]);
});

it('goes as far as the policy allows, never less than there is, and not for ever', async () => {
  on.kubernetes.addDeployment('web', ['v1', 'v2']);
  await plugin.execute(order('Deployment', { factor: 10 }), signal);
  expect(seconds()).toBe(3_600);
  const next = order('Deployment', { fromSeconds: 3_600 }, 'inc_2.1');
  const reason = 'default/web has 1h already, and 1h is the most that may be given';
  expect(await plugin.look(next, undefined, signal)).toEqual({ kind: 'refused', reason });
  plugin = raiseTimeout(on.cluster, () => ({ deadline: 4 * HOUR, times: 1 }));
  expect(await plugin.look(next, undefined, signal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/was raised already, from 10m: what needs ever more time/),
  });
  await expect(plugin.execute(next, signal)).rejects.toMatchObject({ problem: 'refused' });
  expect(seconds()).toBe(3_600);
});

it('refuses parameters that mean nothing', async () => {
  on.kubernetes.addDeployment('web', ['v1', 'v2']);
  const it = order('Deployment', { factor: 0.5 });
  expect(await plugin.look(it, undefined, signal)).toMatchObject({
    reason: expect.stringContaining('parameters.factor'),
  });
});

it('is not judged when somebody else rolls out something', async () => {
  on.kubernetes.addDeployment('web', ['v1', 'v2']);
  await plugin.execute(order(), signal);
  on.kubernetes.rollOut('web', 'v3');
  expect(await proofOf(plugin, order())).toMatchObject({ kind: 'inconclusive', reason: /changed by somebody else/ });
});

it('takes the update of a Rollout up again that was broken off for want of time', async () => {
  lateRollout();
  const it = order('Rollout');
  expect(await plugin.look(it, undefined, signal)).toEqual({ kind: 'ready' });
  expect(await plugin.execute(it, signal)).toEqual({
    says: 'raised the progress deadline of Rollout default/web from 10m to 20m, and took its update up again',
  });
  expect(on.kubernetes.effects).toEqual([
    'default/web -> {"progressDeadlineSeconds":1200}',
    'default/web -> {"abort":false}',
  ]);
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'pending' });
  on.kubernetes.settle('web', 'complete');
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'healed' });
});

it('goes on where it was cut off between deadline and update, once', async () => {
  lateRollout();
  const it = order('Rollout');
  on.kubernetes.fault(/^PATCH .*status$/, 500);
  await expect(plugin.execute(it, signal)).rejects.toMatchObject({ problem: 'unavailable' });
  expect(await plugin.look(it, Date.now(), signal)).toEqual({ kind: 'ready' });
  await plugin.execute(it, signal);
  expect(seconds()).toBe(1_200);
  expect(on.kubernetes.effects).toHaveLength(2);
  expect(await plugin.look(it, Date.now(), signal)).toMatchObject({ kind: 'done' });
});

it('leaves a Rollout alone that was broken off for another reason', async () => {
  on.kubernetes.addRollout('web', ['v1', 'v2'], { updating: true });
  on.kubernetes.abort('web', 'Metric "error-rate" assessed Failed due to failed (3) > failureLimit (2)');
  expect(await plugin.look(order('Rollout'), undefined, signal)).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/more time does not help Rollout default\/web: it is Degraded: RolloutAborted/),
  });
});

it('changes the Rollout, and not the Deployment whose template it takes', async () => {
  on.kubernetes.addDeployment('base', ['v1']);
  lateRollout({ workloadRef: 'base' });
  await plugin.execute(order('Rollout'), signal);
  expect(on.kubernetes.effects[0]).toBe('default/web -> {"progressDeadlineSeconds":1200}');
  expect(on.kubernetes.spec('base')['progressDeadlineSeconds']).toBe(600);
});

it('that did harm is taken back, once: the old deadline, and the update broken off again', async () => {
  lateRollout();
  const it = order('Rollout');
  await plugin.execute(it, signal);
  expect(await plugin.undo?.look(backOf(it), undefined, signal)).toEqual({ kind: 'ready' });
  expect(await plugin.undo?.execute(backOf(it), signal)).toEqual({
    says: 'put the progress deadline of Rollout default/web back to 10m, and broke its update off again',
  });
  expect([seconds(), on.kubernetes.status('web')['abort']]).toEqual([600, true]);
  expect(await plugin.undo?.look(backOf(it), Date.now(), signal)).toMatchObject({ kind: 'done' });
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'harmful' });
  // It counts as never raised.
  expect(on.kubernetes.annotations('web')['prunella.dev/raised-deadline']).toBe('');
});

it('that did harm is left to whoever changed the deadline since', async () => {
  on.kubernetes.addDeployment('web', ['v1', 'v2']);
  const it = order();
  await plugin.execute(it, signal);
  on.kubernetes.spec('web')['progressDeadlineSeconds'] = 900;
  expect(await plugin.undo?.look(backOf(it), undefined, signal)).toMatchObject({ kind: 'superseded' });
  await expect(plugin.undo?.execute(backOf(it), signal)).rejects.toMatchObject({ problem: 'refused' });
  expect(seconds()).toBe(900);
});

it.each`
  what               | run                                          | says
  ${'a StatefulSet'} | ${order('StatefulSet').run}                  | ${'a StatefulSet has no deadline for its rollouts that could be raised'}
  ${'a DaemonSet'}   | ${order('DaemonSet').run}                    | ${'a DaemonSet has no deadline for its rollouts that could be raised'}
  ${'a CronJob'}     | ${order('CronJob').run}                      | ${"a CronJob can't be handled: only Deployment, StatefulSet, DaemonSet, Rollout can"}
  ${'a run'}         | ${orderFor().run}                            | ${'no call of github changes the time limit of a run: raise it in the pipeline, or name a pipeline that takes it as an input (`alternatives` in prunella.yaml)'}
  ${'a deployment'}  | ${{ ...orderFor().run, kind: 'deployment' }} | ${'the failure names no workload to give more time to'}
  ${'a Deployment'}  | ${order().run}                               | ${undefined}
`('of $what: $says', ({ run, says }) => {
  expect(plugin.unsupported(run, order().action)).toBe(says);
});
