import { makePartitions, Store } from '@prunella/store';
import { SEEDED_DAYS, seedStore } from '@prunella/testing';
import pg from 'pg';
import { get, Running } from '../../test/running.ts';

const INCIDENTS = 40_000;
const DAY = 86_400_000;
/** Of less than that to read all is right. */
const BIG = 10_000;
/** What is small whatever happens: one row for each rule and action, or for each entry of a list that people keep. */
const SMALL = [
  'backtests',
  'confidence',
  'quarantine',
  'quarantine_results',
  'confidence_days',
  'outbox',
  'migrations',
];

/** A statement as the service sent it. */
interface Sent {
  text: string;
  values: unknown[];
}

let running: Running;
let client: pg.Client;
let paths: string[];
const sent: Sent[] = [];
const original = pg.Client.prototype.query;

beforeAll(async () => {
  running = await Running.start();
  const { url } = running.postgres;
  const store = await Store.open({ url, name: 'seed' });
  const now = Date.now();
  const since = { lasting: now - SEEDED_DAYS.incidents * DAY, passing: now - SEEDED_DAYS.events * DAY };
  for (const kept of ['lasting', 'passing'] as const) {
    await store.transaction((tx) => makePartitions(tx, kept, { now, since: since[kept] }));
  }
  await store.close();
  await seedStore(url, { incidents: INCIDENTS, events: 7 * INCIDENTS });
  client = new pg.Client({ connectionString: url });
  await client.connect();
  const service = await running.auditor();
  paths = await getPaths(service);
  // The service runs in this process: what it sends is seen here.
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
    const [text, values] = parameters;
    if (this !== client && typeof text === 'string' && /^\s*(?:SELECT|WITH)/i.test(text)) {
      sent.push({ text, values: Array.isArray(values) ? values : [] });
    }
    return Reflect.apply(original, this, parameters);
  } as typeof original;
}, 120_000);
afterAll(async () => {
  pg.Client.prototype.query = original;
  await client?.end();
  await running.stop();
});

/** The GET routes of the API that answer once. */
async function getPaths(service: Parameters<typeof get>[0]): Promise<string[]> {
  const { body } = await get(service, '/openapi.json');
  return Object.entries(body.paths as Record<string, Record<string, unknown>>)
    .filter(([path, methods]) => methods['get'] !== undefined && path.startsWith('/v1/') && path !== '/v1/stream')
    .map(([path]) => path)
    .sort();
}

const day = (ago: number) => new Date(Date.now() - ago * DAY).toISOString();
const HALF = Buffer.from(JSON.stringify([day(200), 'evt_0'])).toString('base64url');

/** How each route is called. One that is new has to say so here. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  '/v1/incidents': [
    ...['', 'limit=200', 'state=closed', 'state=awaiting_approval', 'outcome=ineffective', 'cause=oom'],
    ...['repository=octo%2Frepo-7', 'pipeline=octo%2Frepo-7%2F.github%2Fworkflows%2Fci.yml', 'source=jenkins'],
    ...['q=registry-41', 'q=inc_000000031999', 'q=nothing-is-called-so', 'q=zq', 'q=a'],
    ...['state=closed&outcome=healed&cause=network&source=github'],
    `cursor=${Buffer.from(JSON.stringify([Date.now() - 200 * DAY, 'inc_0'])).toString('base64url')}`,
  ].map((query) => `/v1/incidents?${query}`),
  '/v1/incidents/{id}': ['/v1/incidents/inc_000000000123'],
  '/v1/incidents/{id}/correlation': ['/v1/incidents/inc_000000000122/correlation'],
  '/v1/incidents/{id}/similar': ['/v1/incidents/inc_000000000123/similar', '/v1/incidents/inc_000000000127/similar'],
  // Loki is asked, and not Postgres.
  '/v1/logs/healing': [],
  '/v1/approvals': ['/v1/approvals'],
  '/v1/backtests': ['/v1/backtests'],
  '/v1/backtests/events': [`?from=${day(60)}&to=${day(30)}`, `?from=${day(399)}&to=${day(0)}&cursor=${HALF}`].map(
    (query) => `/v1/backtests/events${query}`,
  ),
  // A report is read by its key, of at most thirty. Its progress is a stream, of the same.
  '/v1/backtests/{id}': [],
  '/v1/backtests/{id}/progress': [],
  '/v1/breakers': ['/v1/breakers'],
  '/v1/changes': ['/v1/changes', '/v1/changes?limit=200'],
  '/v1/confidence': ['/v1/confidence'],
  '/v1/confidence/changes': ['/v1/confidence/changes', '/v1/confidence/changes?decidedBy=rule%3Ar7&action=retry'],
  '/v1/confidence/evidence': ['/v1/confidence/evidence?decidedBy=rule%3Ar7&action=retry'],
  '/v1/confidence/reliability': ['/v1/confidence/reliability', '/v1/confidence/reliability?action=retry'],
  '/v1/coverage': ['/v1/coverage'],
  '/v1/coverage/clusters/{id}': ['/v1/coverage/clusters/fp_7_217'],
  '/v1/debts': [
    '',
    'state=open',
    'state=resolved',
    'kind=skipped_test',
    'repository=octo%2Frepo-7',
    'incident=inc_000000000120',
  ].map((query) => `/v1/debts?${query}`),
  '/v1/policy': ['/v1/policy'],
  '/v1/coverage/clusters/{id}/draft': ['/v1/coverage/clusters/fp_7_217/draft?cause=network'],
  '/v1/dependencies': ['/v1/dependencies'],
  // The services are asked over NATS; what the auditor asks Postgres of itself reads catalogues.
  '/v1/doctor': [],
  '/v1/quarantine': ['/v1/quarantine', '/v1/quarantine?state=over'],
  '/v1/reports/correlation': ['/v1/reports/correlation'],
  '/v1/reports/costs': ['action', 'repository', 'cause', 'day'].map((by) => `/v1/reports/costs?by=${by}`),
  '/v1/reports/effectiveness': ['/v1/reports/effectiveness'],
  '/v1/reports/flaky': ['/v1/reports/flaky', '/v1/reports/flaky?repository=octo%2Frepo-7'],
  '/v1/reports/root-causes': ['/v1/reports/root-causes', '/v1/reports/root-causes?repository=octo%2Frepo-7'],
  '/v1/reports/summary': ['/v1/reports/summary'],
  '/v1/reports/uplift': ['/v1/reports/uplift'],
  '/v1/session': ['/v1/session'],
  '/v1/tests': ['', 'state=flaky', 'repository=octo%2Frepo-7', 'q=within+77+ms'].map((query) => `/v1/tests?${query}`),
  '/v1/tests/{id}': ['/v1/tests/test_77'],
  '/v1/tokens': ['/v1/tokens'],
  '/v1/training': ['/v1/training'],
};

it('every GET route of the API reads by indexes: no big table is read from end to end', async () => {
  expect(Object.keys(CALLS).sort()).toEqual(paths);
  const [service] = running.services;
  const found: string[] = [];
  for (const call of Object.values(CALLS).flat()) {
    sent.length = 0;
    expect(await get(service as never, call)).toMatchObject({ status: 200 });
    // What runs beside it is looked at as well.
    for (const { text, values } of [...sent]) {
      for (const table of await readWhole(text, values)) found.push(`${call}: ${table} by ${text.slice(0, 200)}`);
    }
  }
  expect(found).toEqual([]);
}, 120_000);

it('incidents like one are found by their fingerprint, and not by going through all of them by time', async () => {
  const [service] = running.services;
  sent.length = 0;
  await get(service as never, '/v1/incidents/inc_000000000123/similar');
  const { text, values } = sent.find((one) => one.text.includes('fingerprint BETWEEN')) ?? { text: '', values: [] };
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
  expect(JSON.stringify(rows)).toContain('"Index Name":"incidents_fingerprint"');
});

/** The tables that a statement reads from end to end. */
async function readWhole(text: string, values: unknown[]): Promise<string[]> {
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const scanned: string[] = [];
  const look = (node: Record<string, unknown>) => {
    if (node['Node Type'] === 'Seq Scan') scanned.push(String(node['Relation Name']));
    for (const inner of (node['Plans'] as Record<string, unknown>[] | undefined) ?? []) look(inner);
  };
  look(rows[0]['QUERY PLAN'][0].Plan);
  // A partition for what is yet to come, or found no other, is empty.
  const { rows: full } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relname = ANY($1) AND reltuples > $3 AND relname <> ALL($2)`,
    [scanned, SMALL, BIG],
  );
  return full.map(({ relname }) => relname);
}
