import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runLine } from '../../test/command-line.ts';

const RANGE = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-08T00:00:00.000Z' };
const MONEY = [{ currency: 'EUR', amount: 1.5 }];
const DID = {
  ...{ total: 5, successful: 3, ineffective: 1, harmful: 1, inconclusive: 0, pending: 0, successRate: 0.6 },
  ...{ meanMinutesToHeal: 8.25, medianMinutesToHeal: 12, notDone: { recommended: 2 } },
};
const EFFECTIVENESS = { ...RANGE, overall: DID, actions: [{ action: 'retry', ...DID }] };
const COST = {
  ...{ actions: 5, healed: 3, spent: { minutes: 25, money: MONEY } },
  ...{ inVain: { minutes: 10, money: [] }, saved: { heals: 3, minutes: 45, money: [{ currency: 'EUR', amount: 60 }] } },
};
const COSTS = { ...RANGE, by: 'repository', total: COST, items: [{ key: 'acme/shop', ...COST, saved: null }] };
const ROOT_CAUSE = {
  ...{
    what: 'CI\u001b[2J of acme/shop was healed of network 4 times',
    fix: 'Mirror it.',
    owner: null,
    count: 4,
    before: 1,
  },
  ...{ trend: 'rising', minutes: 20, money: MONEY, incidentIds: ['inc_1', 'inc_2'] },
};
const ROOT_CAUSES = { ...RANGE, atLeast: 3, items: [ROOT_CAUSE] };
const CORRELATION = {
  ...{ ...RANGE, says: 'a correlation in time, which is no cause', looked: 5, more: false },
  actions: [{ action: 'retry', total: 5, preceded: 2, followed: 1 }],
  items: [
    {
      ...{ incidentId: 'inc_9', action: 'retry', at: '2026-11-02T08:00:00.000Z', name: 'CI', workload: 'shop/api' },
      ...{ outcome: null, before: 1, after: 7 },
    },
  ],
};
const SUMMARY = {
  ...RANGE,
  incidents: { opened: 12, healed: 3, handedOver: 1, waiting: 2 },
  ...{ effectiveness: EFFECTIVENESS, costs: COSTS, rootCauses: ROOT_CAUSES, correlation: CORRELATION },
  debts: { overdue: 1, dueSoon: 0, items: [{ what: 'CI fails', dueAt: '2026-11-05T00:00:00.000Z', owner: '@pay' }] },
  tests: { known: 100, failing: 1, flaky: 2, suspect: 3 },
};
const STATED = { cases: 40, successes: 30, stated: 0.82, observed: { value: 0.75, low: 0.6, high: 0.86 } };
const RELIABILITY = {
  ...{ ...RANGE, ...STATED, says: '82 % was said, 75 % healed: what was said holds.', unproven: 3, unstated: 2 },
  ...{ calibrationError: 0.07, brier: 0.19, brierOfAverage: 0.1875 },
  bins: [
    { from: 0.7, to: 0.8, cases: 0, successes: 0, stated: null, observed: null },
    { from: 0.8, to: 0.9, ...STATED },
  ],
};
const ANSWERS: Record<string, object> = {
  ...{
    effectiveness: EFFECTIVENESS,
    costs: COSTS,
    'root-causes': ROOT_CAUSES,
    correlation: CORRELATION,
    summary: SUMMARY,
    '/v1/confidence/reliability': RELIABILITY,
  },
};

let auditor: Server;
let asked: string[];

beforeAll(async () => {
  auditor = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { pathname } = new URL(request.url ?? '/', 'http://auditor');
    if (request.headers.accept === 'text/markdown') {
      response.setHeader('content-type', 'text/markdown').end('# What Prunella did\n');
      return;
    }
    const answer = ANSWERS[pathname.replace('/v1/reports/', '')];
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => auditor.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  asked = [];
});
afterAll(() => new Promise((resolve) => auditor.close(resolve)));

async function report(args: readonly string[], url = `http://127.0.0.1:${(auditor.address() as AddressInfo).port}`) {
  const ending = await runLine(['report', ...args], { env: { PRUNELLA_URL: url } });
  return { ...ending, text: ending.out.join('\n').replaceAll(/ +/g, ' ') };
}

it.each`
  args               | shows
  ${'effectiveness'} | ${'60 % of what is proven healed: 3 of 5 actions, 1 did harm'}
  ${'effectiveness'} | ${'retry 5 3 1 1 0 60 % 12 min 8.3 min 2'}
  ${'costs'}         | ${'spent 25 min, 1.50 EUR, of that 10 min in vain; saved people 45 min, 60.00 EUR, by reports.byHand'}
  ${'costs'}         | ${'acme/shop 5 3 25 min, 1.50 EUR 10 min -'}
  ${'root-causes'}   | ${"4 x CI [2J of acme/shop was healed of network 4 times\n Mirror it.\n rising (before: 1), cost 20 min, 1.50 EUR, nobody's, e.g. inc_1"}
  ${'correlation'}   | ${'7 retry shop/api 2026-11-02 08:00 - inc_9'}
  ${'summary'}       | ${'12 incidents, 3 healed, 1 handed over, 2 wait for somebody'}
  ${'summary'}       | ${'1 overdue, 0 due soon\n 2026-11-05 @pay CI fails'}
  ${'reliability'}   | ${'off by 7 % on average; Brier score 0.190, by always saying the average 0.188'}
  ${'reliability'}   | ${' 80 % to 90 % 82 % 40 30 75 % 60 % to 86 % \nleft out: 3 without proof, 2 of which'}
  ${''}              | ${'100 known: 1 failing, 2 flaky, 3 suspect'}
`('report $args shows $shows', async ({ args, shows }) => {
  const { code, text } = await report(args === '' ? [] : [args]);
  expect([code, text]).toEqual([0, expect.stringContaining(shows)]);
  expect(text).not.toContain('\u001b');
});

it.each`
  args                                                        | path
  ${['--from', '2026-11-01', '--to', '2026-11-08T00:00:00Z']} | ${'/v1/reports/summary?from=2026-11-01T00%3A00%3A00.000Z&to=2026-11-08T00%3A00%3A00.000Z'}
  ${['costs', '--by', 'day']}                                 | ${'/v1/reports/costs?by=day'}
  ${['reliability', '--action', 'retry']}                     | ${'/v1/confidence/reliability?action=retry'}
  ${['root-causes', '--at-least', '5', '-n', '3']}            | ${'/v1/reports/root-causes?limit=3&atLeast=5'}
`('report $args asks for $path', async ({ args, path }) => {
  expect((await report(args)).code).toBe(0);
  expect(asked).toEqual([path]);
});

it('takes times as how long ago they were', async () => {
  await report(['costs', '--from', '7d', '--to', 'now']);
  const query = new URL(asked[0] ?? '', 'http://auditor').searchParams;
  const [from, to] = ['from', 'to'].map((name) => Date.parse(query.get(name) ?? ''));
  // The two are read one after the other.
  expect(Math.round(((to ?? 0) - (from ?? 0)) / 60_000)).toBe(7 * 24 * 60);
});

it('prints JSON and Markdown as they are', async () => {
  expect(JSON.parse((await report(['summary', '--json'])).out.join('\n'))).toEqual(SUMMARY);
  expect((await report(['root-causes', '--markdown'])).out).toEqual(['# What Prunella did']);
});

it.each`
  args                             | code | says
  ${['--from', 'yesterday']}       | ${2} | ${'expected a date'}
  ${['costs', '--by', 'hour']}     | ${2} | ${'Allowed choices'}
  ${['--json', '--markdown']}      | ${2} | ${'cannot be used with'}
  ${['effectiveness', '-n', '3']}  | ${2} | ${'unknown option'}
  ${['reliability', '--markdown']} | ${2} | ${'unknown option'}
`('report $args ends with $code', async ({ args, code, says }) => {
  const ending = await report(args);
  expect([ending.code, ending.err.join('\n')]).toEqual([code, expect.stringContaining(says)]);
  expect(asked).toEqual([]);
});

it('ends with 3 when the auditor does not answer', async () => {
  expect((await report([], 'http://127.0.0.1:1')).code).toBe(3);
});
