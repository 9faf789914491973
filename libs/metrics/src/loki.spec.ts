import { FakeLoki } from '@prunella/testing';
import { BadLogQuery, Loki, lokiFromEnvironment } from './loki.ts';

const BEGIN = Date.parse('2026-11-02T08:00:00Z');
const API = { namespace: 'shop', pod: 'api-7d9f-x1' };

let fake: FakeLoki;
beforeAll(async () => {
  fake = await FakeLoki.start();
  fake.ship(API, BEGIN, 'ready', 'Error: connection refused', 'panic: no route');
  fake.ship({ namespace: 'shop', pod: 'api-7d9f-x2' }, BEGIN + 1, 'ERROR the other pod');
  fake.ship({ namespace: 'shop', pod: 'web-1' }, BEGIN, 'error of another workload');
  fake.ship(API, BEGIN + 60_000, 'error later');
  fake.ship(
    { service_name: 'prunella-remediator' },
    BEGIN,
    '{"pipeline_id":"acme/ci","msg":"retry"}',
    '{"pipeline_id":"x","msg":"retry"}',
  );
});
beforeEach(() => {
  fake.tenant = undefined;
});
afterAll(() => fake.stop());

const query = '{namespace="shop", pod=~"api-.*"} |~ "(?i)error|fatal|panic|exception"';
const range = { from: BEGIN, to: BEGIN + 60_000, limit: 10 };
const retry = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1, random: () => 0, sleep: async () => undefined };
const signal = () => AbortSignal.timeout(10_000);
const failure = (working: Promise<unknown>) => working.then(() => undefined).catch((error: unknown) => error);

it('gives the lines of a workload that speak of trouble, in order of time over all its pods', async () => {
  expect(await new Loki({ url: `${fake.url}/` }).lines(query, range, signal())).toEqual({
    lines: [
      { at: '2026-11-02T08:00:00.001Z', text: 'Error: connection refused' },
      { at: '2026-11-02T08:00:00.001Z', text: 'ERROR the other pod' },
      { at: '2026-11-02T08:00:00.002Z', text: 'panic: no route' },
    ],
    more: false,
  });
});

it('gives the first where there are more, and what was logged about one pipeline', async () => {
  const loki = new Loki({ url: fake.url });
  expect(await loki.lines(query, { ...range, limit: 1 }, signal())).toMatchObject({ lines: [{}], more: true });
  const healing = '{service_name=~"prunella.*"} | json | pipeline_id="acme/ci" |~ "(?i)heal|rollback|retry"';
  expect((await loki.lines(healing, range, signal())).lines).toHaveLength(1);
});

it('cuts what is endless', async () => {
  fake.ship({ app: 'long' }, BEGIN, 'x'.repeat(5_000));
  const { lines } = await new Loki({ url: fake.url }).lines('{app="long"}', range, signal());
  expect(lines[0]?.text).toHaveLength(4_000);
});

it.each`
  answer                                                                                                                      | error
  ${[400, 'parse error at line 1, col 2']}                                                                                    | ${{ name: 'BadLogQuery', message: expect.stringContaining('parse error at line 1') }}
  ${[200, '{"status":"success","data":{"resultType":"matrix"}}']}                                                             | ${{ name: 'BadLogQuery', message: expect.stringContaining('expected lines, found a matrix') }}
  ${[200, '{"status":"success","data":{"resultType":"streams","result":[{"values":[["99999999999999999999999999","a"]]}]}}']} | ${{ name: 'BadLogQuery', message: expect.stringContaining('none of Loki') }}
  ${[200, '{"status":"fine"}']}                                                                                               | ${{ name: 'BadLogQuery', message: expect.stringContaining('none of Loki') }}
  ${[200, 'no JSON']}                                                                                                         | ${{ problem: 'unavailable' }}
  ${[429, 'too many outstanding requests']}                                                                                   | ${{ problem: 'rate-limited' }}
  ${[503, '']}                                                                                                                | ${{ problem: 'unavailable' }}
`('an answer of $answer is told as $error', async ({ answer: [status, text], error }) => {
  fake.answerNext(status, text);
  expect(await failure(new Loki({ url: fake.url, retry }).lines(query, range, signal()))).toMatchObject(error);
});

it('says who asks, and is told from the environment', async () => {
  fake.tenant = 'team-a';
  expect(await failure(new Loki({ url: fake.url, retry }).lines(query, range, signal()))).toMatchObject({
    problem: 'unauthenticated',
  });
  const loki = lokiFromEnvironment({ LOKI_URL: fake.url, LOKI_TENANT: 'team-a', LOKI_TOKEN: 'sesame' });
  expect((await loki?.lines(query, range, signal()))?.lines).toHaveLength(3);
  expect(lokiFromEnvironment({})).toBeUndefined();
  expect(new BadLogQuery('{', 'x').message).toBe('loki: x; the query is {');
});
