import { fakeCluster, orderOn, proofOf } from '../../../test/fake-cluster.ts';
import { orderFor } from '../../order.fixture.ts';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';
import { split } from '../split.ts';
import { retry } from './retry.ts';
import { isOfRollout, retryRollout } from './retry-rollout.ts';

const signal = new AbortController().signal;
const on = fakeCluster();
const ABORTED = '2026-11-23T12:00:00Z';
const LATER = '2026-11-23T12:05:00Z';
const at = Date.parse(ABORTED);
const why =
  'Metric "error-rate" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: dial tcp: connection refused"';

let plugin: ActionPlugin;

beforeEach(() => {
  plugin = split(isOfRollout, retryRollout(on.cluster), retry([]));
  on.kubernetes.addRollout('web', ['v1', 'v2'], { updating: true });
  on.kubernetes.abort('web', why, ABORTED);
});

const order = (changes: Partial<Order> = {}): Order =>
  orderOn(
    'Rollout',
    { type: 'retry_with_backoff', parameters: { fromRevision: 2, abortedAt: at } },
    { dueAt: at + 60_000, ...changes },
  );

it('takes an update up again that was broken off, and is proven by the Rollout', async () => {
  const it = order();
  expect(await plugin.pin?.(it.run, signal)).toEqual({ fromRevision: 2, abortedAt: at });
  expect(await plugin.look(it, undefined, signal)).toEqual({ kind: 'ready' });
  expect(await plugin.execute(it, signal)).toEqual({ says: 'took the update of Rollout default/web up again' });
  expect(on.kubernetes.effects).toEqual(['default/web -> {"abort":false}']);
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'pending' });
  on.kubernetes.settle('web', 'complete');
  expect(on.kubernetes.image('web')).toBe('v2');
  expect(await proofOf(plugin, it)).toEqual({
    kind: 'healed',
    reason: 'After the update of Rollout default/web was taken up again, it is Healthy, 2 of 2 replicas are available',
  });
});

it('is ineffective when it is broken off again, or out of time', async () => {
  const it = order();
  await plugin.execute(it, signal);
  on.kubernetes.abort('web', why, LATER);
  expect(await proofOf(plugin, it)).toMatchObject({
    kind: 'ineffective',
    reason: expect.stringMatching(/assessed Error/),
  });
  on.kubernetes.rollOut('web', 'v3');
  on.kubernetes.settle('web', 'failed');
  expect(await proofOf(plugin, order())).toMatchObject({ kind: 'inconclusive' });
  const next = order({ action: { type: 'retry', parameters: { fromRevision: 3, abortedAt: at } } });
  expect(await proofOf(plugin, next)).toMatchObject({ kind: 'ineffective' });
});

it('does not take what was there before for an answer', async () => {
  const it = order();
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'pending' });
  // The patch is through, and the controller has not looked at it yet.
  const { phase, message, conditions } = on.kubernetes.status('web');
  await plugin.execute(it, signal);
  Object.assign(on.kubernetes.status('web'), { phase, message, conditions });
  expect(await proofOf(plugin, it)).toMatchObject({ kind: 'pending' });
});

it.each`
  what                                     | actingSince  | change                                                              | kind            | reason
  ${'untouched, after a crash'}            | ${at + 1}    | ${() => undefined}                                                  | ${'ready'}      | ${undefined}
  ${'taken up by somebody'}                | ${undefined} | ${async () => await plugin.execute(order(), signal)}                | ${'superseded'} | ${/is not broken off: it is Progressing/}
  ${'taken up by our call before a crash'} | ${at + 1}    | ${async () => await plugin.execute(order(), signal)}                | ${'done'}       | ${undefined}
  ${'broken off again since'}              | ${undefined} | ${() => on.kubernetes.abort('web', why, LATER)}                     | ${'superseded'} | ${/taken up by somebody else, and broken off again/}
  ${'broken off again after our call'}     | ${at + 1}    | ${() => on.kubernetes.abort('web', why, LATER)}                     | ${'done'}       | ${undefined}
  ${'at another template'}                 | ${undefined} | ${() => on.kubernetes.rollOut('web', 'v3')}                         | ${'superseded'} | ${/is at revision 3, the failure was seen at 2/}
  ${'at another template, after a crash'}  | ${at + 1}    | ${() => on.kubernetes.rollOut('web', 'v3')}                         | ${'superseded'} | ${/is at revision 3/}
  ${'Healthy by now'}                      | ${undefined} | ${() => on.kubernetes.settle('web', 'complete')}                    | ${'superseded'} | ${/it is Healthy/}
  ${'not observed'}                        | ${undefined} | ${() => on.kubernetes.lag('web')}                                   | ${'later'}      | ${/has no revision yet/}
  ${'paused by a person'}                  | ${undefined} | ${() => Object.assign(on.kubernetes.spec('web'), { paused: true })} | ${'refused'}    | ${/is paused/}
`('looks at a Rollout that is $what: $kind', async ({ actingSince, change, kind, reason }) => {
  await change();
  const before = [...on.kubernetes.effects];
  const look = await plugin.look(order(), actingSince, signal);
  expect(look).toMatchObject({ kind, ...(reason && { reason: expect.stringMatching(reason) }) });
  expect(on.kubernetes.effects).toEqual(before);
});

it('changes nothing that was changed between the look and the call', async () => {
  on.kubernetes.abort('web', why, LATER);
  await expect(plugin.execute(order(), signal)).rejects.toMatchObject({ problem: 'refused' });
  expect(on.kubernetes.effects).toEqual([]);
});

it.each`
  what                       | run                                             | says
  ${'a Rollout'}             | ${order().run}                                  | ${undefined}
  ${'a run of its pipeline'} | ${{ ...order().run, kind: 'run' }}              | ${'nothing here is configured to rerun pipelines of platform "github"'}
  ${'a Deployment'}          | ${orderOn('Deployment', orderFor().action).run} | ${'nothing here is configured to rerun pipelines of platform "github"'}
`('for $what: $says', ({ run, says }) => {
  expect(plugin.unsupported(run, order().action)).toBe(says);
});
