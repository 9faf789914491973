import { compareQuantities, parseQuantity } from '@prunella/core';
import fc from 'fast-check';
import type { LargestNode } from './cluster.ts';
import type { Resources } from './objects.ts';
import { type ScaleWish, scalePlan } from './scale-plan.ts';
import { workload } from './workload.fixture.ts';
import type { Workload } from './workload.ts';

const LARGE: LargestNode = { kind: 'node', name: 'n1', amount: '64Gi' };
const WISH: ScaleWish = { resource: 'memory', factor: 1.5, container: '', most: '8Gi', times: 2, node: LARGE };

function deployment(
  resources: Resources | undefined,
  { more = [], ...changes }: Partial<Workload> & { more?: string[] } = {},
): Workload {
  const containers = [
    { name: 'app', image: 'app:1', ...(resources && { resources }) },
    ...more.map((name) => ({ name, image: 'x' })),
  ];
  return workload({ namespace: 'shop', name: 'web', template: { spec: { containers } }, ...changes });
}

function planned(...args: Parameters<typeof scalePlan>): unknown {
  const plan = scalePlan(...args);
  if (plan.kind === 'none') return plan.reason;
  return [plan.from, plan.to, plan.template.spec?.containers?.find(({ name }) => name === plan.container)?.resources];
}

describe('scalePlan', () => {
  it('raises the limit, and the request in proportion', () => {
    const resources = { limits: { memory: '128Mi', cpu: '500m' }, requests: { memory: '64Mi', cpu: '100m' } };
    expect(planned(deployment(resources), WISH)).toEqual([
      '128Mi',
      '192Mi',
      { limits: { memory: '192Mi', cpu: '500m' }, requests: { memory: '96Mi', cpu: '100m' } },
    ]);
    expect(planned(deployment(resources), { ...WISH, resource: 'cpu', factor: 2, most: '4' })).toEqual([
      '500m',
      '1',
      { limits: { memory: '128Mi', cpu: '1' }, requests: { memory: '64Mi', cpu: '200m' } },
    ]);
  });

  it('sets no request where there was none', () => {
    expect(planned(deployment({ limits: { memory: '1Gi' } }), WISH)).toEqual([
      '1Gi',
      '1536Mi',
      { limits: { memory: '1536Mi' } },
    ]);
  });

  it('gives no more than may be given', () => {
    expect(planned(deployment({ limits: { memory: '6Gi' }, requests: { memory: '6Gi' } }), WISH)).toEqual([
      '6Gi',
      '8Gi',
      { limits: { memory: '8Gi' }, requests: { memory: '8Gi' } },
    ]);
  });

  it('takes the named container, and changes no other one', () => {
    const web = deployment({ limits: { memory: '1Gi' } }, { more: ['proxy'] });
    const plan = scalePlan(web, { ...WISH, container: 'app' });
    expect(plan).toMatchObject({ kind: 'plan', container: 'app' });
    expect(plan.kind === 'plan' && plan.template.spec?.containers?.[1]).toEqual({ name: 'proxy', image: 'x' });
    expect(web.template.spec?.containers?.[0]?.resources).toEqual({ limits: { memory: '1Gi' } });
  });

  it('notes what it was, and stops when that happened too often', () => {
    const first = scalePlan(deployment({ limits: { memory: '128Mi' } }), WISH);
    expect(first).toMatchObject({ annotations: { 'prunella.dev/raised-memory.app': '128Mi' } });
    const second = scalePlan(
      deployment({ limits: { memory: '192Mi' } }, { annotations: { 'prunella.dev/raised-memory.app': '128Mi' } }),
      WISH,
    );
    expect(second).toMatchObject({ to: '288Mi', annotations: { 'prunella.dev/raised-memory.app': '128Mi 192Mi' } });
    expect(
      planned(
        deployment(
          { limits: { memory: '288Mi' } },
          { annotations: { 'prunella.dev/raised-memory.app': '128Mi 192Mi' } },
        ),
        WISH,
      ),
    ).toBe('app was raised already, from 128Mi to 192Mi: what needs ever more may be a leak');
  });

  it.each([
    ['no limit', deployment(undefined), {}, 'app has no memory limit that could be raised'],
    [
      'the most already',
      deployment({ limits: { memory: '8Gi' } }),
      {},
      'app has 8Gi of memory already, and 8Gi is the most that may be given',
    ],
    [
      'several containers and no name',
      deployment({ limits: { memory: '1Gi' } }, { more: ['proxy'] }),
      {},
      'it is not known which container of shop/web needs more: it has app, proxy',
    ],
    [
      'a container that is not there',
      deployment({ limits: { memory: '1Gi' } }),
      { container: 'db' },
      'it is not known which container of shop/web needs more: it has app',
    ],
    [
      'what GitOps owns',
      deployment({ limits: { memory: '1Gi' } }, { owner: 'Argo CD' }),
      {},
      'Argo CD owns shop/web and would undo it; change it in its repository',
    ],
    ['what is paused', deployment({ limits: { memory: '1Gi' } }, { blocked: 'is paused' }), {}, 'shop/web is paused'],
    [
      'what the largest node can not give',
      deployment({ limits: { memory: '4Gi' } }),
      { node: { kind: 'node', name: 'small', amount: '4Gi' } as const },
      'app has 4Gi of memory already, and small, the largest node, has 4Gi of memory',
    ],
    ['a limit that is none', deployment({ limits: { memory: 'lots' } }), {}, /expected a quantity .* found "lots"/],
  ])('leaves %s alone, and says why', (_, web, wish, says) => {
    const reason = planned(web, { ...WISH, ...wish });
    if (says instanceof RegExp) expect(reason).toMatch(says);
    else expect(reason).toBe(says);
  });

  it.each`
    limit      | most     | node         | to          | bounded
    ${'128Mi'} | ${'8Gi'} | ${'64Gi'}    | ${'192Mi'}  | ${''}
    ${'6Gi'}   | ${'8Gi'} | ${'64Gi'}    | ${'8Gi'}    | ${''}
    ${'4Gi'}   | ${'8Gi'} | ${'5Gi'}     | ${'5Gi'}    | ${'n1, the largest node, has 5Gi of memory'}
    ${'1Gi'}   | ${'8Gi'} | ${'5Gi'}     | ${'1536Mi'} | ${''}
    ${'4Gi'}   | ${'8Gi'} | ${undefined} | ${'6Gi'}    | ${'not bounded by the nodes: no'}
  `('of $limit gives $to, allowed $most, node $node', ({ limit, most, node: amount, to, bounded }) => {
    const node: LargestNode =
      amount === undefined ? { kind: 'unknown', reason: 'no' } : { kind: 'node', name: 'n1', amount };
    expect(scalePlan(deployment({ limits: { memory: limit } }), { ...WISH, most, node })).toMatchObject({
      to,
      bounded,
    });
  });

  it('never gives more than may be given, or any node has, and never less than there was', () => {
    const amount = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom('Mi', 'Gi', 'M', 'G', 'Ki', 'k'));
    const text = amount.map((parts) => parts.join(''));
    const factor = fc.integer({ min: 101, max: 1_000 }).map((percent) => percent / 100);
    fc.assert(
      fc.property(text, text, text, text, factor, (limit, request, most, node, times) => {
        const plan = scalePlan(deployment({ limits: { memory: limit }, requests: { memory: request } }), {
          ...WISH,
          factor: times,
          most,
          node: { kind: 'node', name: 'n1', amount: node },
        });
        if (plan.kind === 'none') return;
        const compared = (other: string): number => compareQuantities(parseQuantity(plan.to), parseQuantity(other));
        expect([compared(most) <= 0, compared(node) <= 0, compared(limit) > 0]).toEqual([true, true, true]);
      }),
    );
  });
});
