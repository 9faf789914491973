import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json as readJson } from 'node:stream/consumers';
import { runLine } from '../../test/command-line.ts';

const DEBT = {
  ...{ id: 'debt_7', what: 'CI fails with network and passes when it is run again', state: 'open', rootCause: true },
  ...{ owner: null, dueAt: '2026-12-02T08:00:00.000Z', count: 12, recent: 4, trend: 'rising', minutes: 61.6 },
  ...{ money: [{ currency: 'EUR', amount: 0.493 }], kind: 'retry_pass' },
};

let auditor: Server;
let answer: object;
let asked: { method: string; path: string; body: unknown }[];

beforeAll(async () => {
  auditor = createServer(async (request, response) => {
    const body = request.method === 'POST' ? await readJson(request) : undefined;
    asked.push({ method: request.method ?? '', path: request.url ?? '', body });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => auditor.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  answer = { items: [DEBT], nextCursor: null };
  asked = [];
});
afterAll(() => new Promise((resolve) => auditor.close(resolve)));

const debts = (...args: string[]) =>
  runLine(['debts', ...args], {
    env: { PRUNELLA_URL: `http://127.0.0.1:${(auditor.address() as AddressInfo).port}`, USER: 'ada' },
  });

describe('prunella debts', () => {
  it('shows what wants repair, what it costs, and what is a root cause', async () => {
    const { code, out } = await debts();
    expect(code).toBe(0);
    expect(out.join('\n').replaceAll(/ +/g, ' ')).toContain(
      'debt_7 12 4 rising 62 min, 0.49 EUR 2026-12-02 - root cause: CI fails with network',
    );
    expect(asked).toEqual([{ method: 'GET', path: '/v1/debts?limit=20', body: undefined }]);
  });

  it('passes filters on, says where to go on, and prints JSON as it is', async () => {
    answer = { items: [{ ...DEBT, state: 'overdue', owner: 'team-a', rootCause: false }], nextCursor: 'abc' };
    const { out } = await debts('list', '--state', 'overdue', '--repository', 'octo/a', '-n', '1');
    expect(asked[0]?.path).toBe('/v1/debts?limit=1&state=overdue&repository=octo%2Fa');
    expect(out.at(-1)).toBe('more: prunella debts list --cursor abc');
    expect(JSON.parse((await debts('--json')).out.join('\n'))).toEqual(answer);
    answer = { items: [], nextCursor: null };
    expect((await debts()).out).toEqual(['no debts']);
  });

  it.each([
    [['claim', 'debt_7', 'team-a'], { owner: 'team-a', by: 'ada', reason: '' }],
    [
      ['resolve', 'debt_7', '--by', 'bob', '--reason', 'mirror set up'],
      { resolved: true, by: 'bob', reason: 'mirror set up' },
    ],
  ])('%j: is said and recorded', async (args, body) => {
    answer = { ...DEBT, owner: 'team-a' };
    const { code, out } = await debts(...args);
    expect(code).toBe(0);
    expect(asked).toEqual([{ method: 'POST', path: '/v1/debts/debt_7', body }]);
    expect(out).toEqual(['debt_7: open, of team-a: CI fails with network and passes when it is run again']);
  });
});
