import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runLine } from '../../test/command-line.ts';

const CLUSTER = {
  id: 'fp_strange',
  count: 12,
  firstSeen: '2026-11-20T08:00:00.000Z',
  lastSeen: '2026-11-22T08:00:00.000Z',
  repositories: ['octo/a', 'octo/b'],
  pipelines: ['ci'],
  exampleIncidentId: 'inc_7',
  evidence: ['one', 'two', 'three', 'four'].map((text, line) => ({ line, text, job: 'build' })),
};
const REPORT = {
  ...{ since: '2026-11-16T08:00:00.000Z', until: '2026-11-23T08:00:00.000Z' },
  ...{ total: 101, classified: 88, unknown: 13, share: 88 / 101 },
  clusters: [CLUSTER],
};

let auditor: Server;
let answer: object;
let asked: URL[];

beforeAll(async () => {
  auditor = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://auditor'));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => auditor.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  answer = REPORT;
  asked = [];
});
afterAll(() => new Promise((resolve) => auditor.close(resolve)));

const coverage = (...args: string[]) =>
  runLine(['coverage', ...args], {
    env: { PRUNELLA_URL: `http://127.0.0.1:${(auditor.address() as AddressInfo).port}` },
  });

describe('prunella coverage', () => {
  it('says what share got a cause, and the most frequent unknown ones', async () => {
    const { code, out } = await coverage();
    expect(code).toBe(0);
    expect(out).toEqual([
      '87.1 % of the failures since 2026-11-16 got a cause: 88 of 101, 13 unknown',
      '',
      '12 x fp_strange  octo/a, octo/b  2026-11-20 to 2026-11-22',
      ...['  one', '  two', '  three', '  e.g. inc_7'],
      ...['', 'and 1 more unknown ones (--limit shows more)'],
      ...['', 'prunella rules draft fp_strange writes a rule from the first ones'],
    ]);
  });

  it.each`
    change                                                                                         | says
    ${{ total: 0, classified: 0, unknown: 0, share: null, clusters: [] }}                          | ${['no failures since 2026-11-16']}
    ${{ total: 2, classified: 2, unknown: 0, share: 1, clusters: [] }}                             | ${['100 % of the failures since 2026-11-16 got a cause: 2 of 2, 0 unknown']}
    ${{ total: 10_000, classified: 9_999, unknown: 1, share: 0.9999, clusters: [] }}               | ${['99.9 % of the failures since 2026-11-16 got a cause: 9999 of 10000, 1 unknown']}
    ${{ clusters: [{ ...CLUSTER, repositories: [], evidence: [], lastSeen: CLUSTER.firstSeen }] }} | ${['12 x fp_strange  ci  2026-11-20', '  without evidence']}
  `('says $says', async ({ change, says }) => {
    answer = { ...REPORT, ...(change as object) };
    expect((await coverage()).out).toEqual(expect.arrayContaining(says as string[]));
  });

  it.each`
    args                        | days         | limit
    ${[]}                       | ${7}         | ${'10'}
    ${['--since', '36h']}       | ${1.5}       | ${'10'}
    ${['-n', '3']}              | ${7}         | ${'3'}
    ${['--since', '99999999d']} | ${undefined} | ${'10'}
  `('asks with $args for $days days and $limit clusters', async ({ args, days, limit }) => {
    await coverage(...(args as string[]));
    const { pathname, searchParams } = asked[0] as URL;
    expect([pathname, searchParams.get('limit')]).toEqual(['/v1/coverage', limit]);
    const since = Date.parse(searchParams.get('since') ?? '');
    const expected = days === undefined ? 0 : Date.now() - (days as number) * 86_400_000;
    expect(Math.abs(since - expected)).toBeLessThan(60_000);
  });

  it('hands the answer on as it is with --json', async () => {
    const { out } = await coverage('--json');
    expect(JSON.parse(out.join('\n'))).toEqual(REPORT);
  });

  it.each([
    ['--since', 'yesterday'],
    ['--since', '0d'],
    ['--limit', '0'],
  ])('refuses %s %s', async (...args) => {
    expect((await coverage(...args)).code).toBe(2);
    expect(asked).toEqual([]);
  });
});
