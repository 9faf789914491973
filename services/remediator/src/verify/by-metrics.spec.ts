import { Prometheus } from '@prunella/metrics';
import { parsePolicy } from '@prunella/policy';
import { prometheusProgram, startTestPrometheus, type TestServer } from '@prunella/testing';
import type { Proof } from '../actions/action.ts';
import { orderFor } from '../order.fixture.ts';
import type { Order } from '../order.ts';
import { byMetrics } from './by-metrics.ts';

const program = await prometheusProgram();
const MINUTE = 60_000;
const NOW = Date.now();
const ROLLED_OUT: Proof = { kind: 'healed', reason: 'After the rollback of Deployment default/web, it is complete' };
const clock = { now: () => NOW };
const signal = AbortSignal.timeout(120_000);

function order(changes: Partial<Order> = {}): Order {
  const { run } = orderFor();
  const workload = { kind: 'Deployment', namespace: 'default', name: 'web', container: '' };
  return orderFor({
    run: { ...run, kind: 'deployment', environment: 'production', workload },
    action: { type: 'rollback', parameters: {} },
    decidedAt: NOW - 10 * MINUTE,
    ...changes,
  });
}

function watchesWith(errorRate: string, fields = '') {
  return parsePolicy(
    `version: 1\nwatches: [{ name: web, match: { environment: production }, errorRate: ${JSON.stringify(errorRate)}${fields} }]`,
  ).watches;
}

describe('without metrics', () => {
  it.each`
    what                        | proof                                       | changes
    ${'a pending rollout'}      | ${{ kind: 'pending', afterMs: 5_000 }}      | ${{}}
    ${'a failed rollout'}       | ${{ kind: 'ineffective', reason: 'stuck' }} | ${{}}
    ${'an action of its own'}   | ${ROLLED_OUT}                               | ${{ action: { type: 'scale_resources', parameters: {} } }}
    ${'what no watch is about'} | ${ROLLED_OUT}                               | ${{ run: orderFor().run }}
  `("$what is proven by the action's own proof", async ({ proof, changes }) => {
    const d = { watches: watchesWith('vector(1)'), prometheus: undefined, clock };
    expect(await byMetrics(order(changes), proof, undefined, signal, d)).toBe(proof);
  });

  it('is waited for while Prometheus is away, and then inconclusive', async () => {
    const d = { watches: watchesWith('vector(0)'), prometheus: undefined, clock };
    const first = await byMetrics(order(), ROLLED_OUT, undefined, signal, d);
    expect(first).toEqual({ kind: 'pending', afterMs: 10_000, rolledOutAt: NOW });
    expect(await byMetrics(order(), ROLLED_OUT, NOW - 5 * MINUTE, signal, d)).toEqual({
      kind: 'inconclusive',
      reason: expect.stringMatching(/complete, but 5m later nothing is known of it: PROMETHEUS_URL is not set/),
    });
  });
});

(program === undefined ? describe.skip : describe)('by a real Prometheus', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestPrometheus(program ?? '', 'scrape_configs: []');
  }, 60_000);
  afterAll(() => server?.stop());

  /** PromQL that was `before` until five minutes ago, and is `now` since. */
  const rate = (before: number, now: number): string =>
    `vector(${now}) + ${before - now} * (vector(time()) < bool ${NOW / 1_000 - 300})`;

  it.each`
    before  | now     | rolledOut | kind             | reason
    ${0.5}  | ${0.01} | ${0}      | ${'healed'}      | ${/complete; error rate 1 %$/}
    ${0.5}  | ${0.5}  | ${0}      | ${'pending'}     | ${undefined}
    ${0.5}  | ${0.5}  | ${4.9}    | ${'pending'}     | ${undefined}
    ${0.5}  | ${0.5}  | ${5}      | ${'ineffective'} | ${/5m later: error rate 50 %, expected below 5 %$/}
    ${0.5}  | ${0.2}  | ${5}      | ${'ineffective'} | ${/error rate 20 %/}
    ${0.5}  | ${0.54} | ${5}      | ${'ineffective'} | ${/error rate 54 %/}
    ${0.5}  | ${0.9}  | ${5}      | ${'harmful'}     | ${/error rate 90 %, expected below 5 % \(50 % before\)$/}
    ${0.05} | ${0.06} | ${5}      | ${'ineffective'} | ${/error rate 6 %/}
  `(
    '$before before, $now $rolledOut min after the rollout: $kind',
    async ({ before, now, rolledOut, kind, reason }) => {
      const prometheus = new Prometheus({ url: server.url });
      const d = { watches: watchesWith(rate(before, now)), prometheus, clock };
      const proof = await byMetrics(order(), ROLLED_OUT, NOW - rolledOut * MINUTE, signal, d);
      expect(proof.kind).toBe(kind);
      if (reason !== undefined) expect((proof as { reason: string }).reason).toMatch(reason);
    },
  );

  it('is not healed by an empty answer', async () => {
    const d = { watches: watchesWith('nothing'), prometheus: new Prometheus({ url: server.url }), clock };
    expect((await byMetrics(order(), ROLLED_OUT, undefined, signal, d)).kind).toBe('pending');
    expect((await byMetrics(order(), ROLLED_OUT, NOW - 5 * MINUTE, signal, d)).kind).toBe('inconclusive');
  });
});
