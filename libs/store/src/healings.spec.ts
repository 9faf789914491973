import { startTestPostgres, type TestServer } from '@prunella/testing';
import { tallyDays } from './actions.ts';
import { failuresNear, newestActions, newestFailures } from './correlation.ts';
import { countIncidents, type Healing, healTimes, putHealings, repeatedHeals, tallyWorth } from './healings.ts';
import { tallyStated } from './reliability.ts';
import { Store, type Transaction } from './store.ts';

const BEGIN = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
/** What `events_failed` is called in the partition in which events of a time without one are. */
const FAILED = 'using events_lasting_other_time_idx';
/** Two begin with the time. */
const BY_TIME = /using healings_(?:at|ended)/;
const week = { from: new Date(BEGIN + 1_000 * HOUR), to: new Date(BEGIN + 1_168 * HOUR) };

let server: TestServer;
let store: Store;

beforeAll(async () => {
  server = await startTestPostgres();
  store = await Store.open({ url: server.url, name: 'spec' });
  // A year with a heal each ten minutes, and as many failures.
  await store.read(async (manager) => {
    await manager.query(
      `
      INSERT INTO healings SELECT 'inc_' || n, 1, 'retry', to_timestamp($1::float8 / 1000) + n * interval '10 minutes', 'github',
        'acme/r' || n % 50, 'acme/r' || n % 50 || '/ci', 'CI', '', '', 'acme/r' || n % 50 || '/ci', 'fp_' || n % 200, 'network', 'rule:x',
        CASE WHEN n % 10 = 0 THEN 'ineffective' ELSE 'healed' END, n % 10 <> 0, CASE WHEN n % 10 = 0 THEN NULL ELSE 60000 END, 5, 0.05, 'EUR',
        true, 5, 0.05, NULL
      FROM generate_series(1, 52560) n`,
      [BEGIN],
    );
    await manager.query(
      `
      INSERT INTO events (id, incident_id, subject, source, event_id, time, data, lasting)
      SELECT 'evt_' || n, 'inc_' || n, 'pipeline.failed', 'spec', 'e' || n, to_timestamp($1::float8 / 1000) + n * interval '10 minutes' - interval '1 minute',
        jsonb_build_object('platform', 'github', 'pipelineId', 'other/ci', 'repository', 'acme/r' || n % 50, 'environment', ''), true
      FROM generate_series(1, 52560) n`,
      [BEGIN],
    );
    await manager.query('ANALYZE healings; ANALYZE events');
  });
}, 90_000);
afterAll(async () => {
  await store.close();
  await server.stop();
});

/** The plan of the one query that a function asks. */
async function planOf(ask: (manager: Transaction) => Promise<unknown>): Promise<string> {
  return await store.read(async (manager) => {
    let plan = '';
    const explaining = {
      query: async (text: string, parameters: unknown[]) => {
        plan = JSON.stringify(await manager.query(`EXPLAIN ${text}`, parameters));
        return [];
      },
    };
    await ask(explaining as unknown as Transaction);
    return plan;
  });
}

const place = {
  incidentId: 'x',
  platform: 'github',
  pipelineId: 'p',
  repository: 'acme/r1',
  environment: '',
  workload: '',
};

it.each([
  ['times', BY_TIME, (manager: Transaction) => healTimes(manager, week)],
  ['worth', BY_TIME, (manager: Transaction) => tallyWorth(manager, week, { by: 'cause', apart: [] })],
  ['root causes', BY_TIME, (manager: Transaction) => repeatedHeals(manager, week, { atLeast: 3, limit: 50 })],
  ['root causes', 'healings_target', (manager: Transaction) => repeatedHeals(manager, week, { atLeast: 3, limit: 50 })],
  ['actions', BY_TIME, (manager: Transaction) => newestActions(manager, week, 5_000)],
  ['failures', FAILED, (manager: Transaction) => newestFailures(manager, week, 20_000)],
  [
    'failures near',
    FAILED,
    (manager: Transaction) => failuresNear(manager, place, { at: week.from, withinMs: 300_000, limit: 41 }),
  ],
  ['incidents', 'incidents_opened', (manager: Transaction) => countIncidents(manager, week)],
  ['days', 'using healings_ended', (manager: Transaction) => tallyDays(manager, week, ['retry'])],
  ['what was said', 'using healings_ended', (manager: Transaction) => tallyStated(manager, week, ['retry'])],
] as const)('%s of a week are found by the index %s', async (_what, index, ask) => {
  expect(await planOf(ask)).toMatch(index);
});

it('sums up a week of them', async () => {
  const [times] = await store.read((manager) => healTimes(manager, week));
  expect(times).toEqual({ action: null, timed: 907, meanMs: 60_000, medianMs: 60_000 });
  const causes = await store.read((manager) => repeatedHeals(manager, week, { atLeast: 5, limit: 500 }));
  expect(causes[0]).toMatchObject({ count: 6, actions: ['retry'], money: [{ currency: 'EUR' }] });
  expect(causes[0]?.incidentIds).toHaveLength(3);
  const actions = await store.read((manager) => newestActions(manager, week, 10));
  expect(actions.map(({ at }) => at.getTime())).toEqual(
    Array.from({ length: 10 }, (_, n) => week.to.getTime() - (n + 1) * 600_000),
  );
  const failures = await store.read((manager) => newestFailures(manager, week, 2));
  expect(failures).toMatchObject([{ atMs: week.to.getTime() - 60_000 }, { atMs: week.to.getTime() - 660_000 }]);
});

it.each([
  [[], 1, 1],
  [['cause'], 1, 1],
  [['repository'], 45, 1],
] as const)('tells heals apart by %j only, and others not at all', async (apart, heals, others) => {
  const worth = await store.read((manager) => tallyWorth(manager, week, { by: 'action', apart }));
  const [healed, rest] = [true, false].map((is) => worth.filter(({ outcome }) => (outcome === 'healed') === is));
  expect([healed?.length, rest?.length]).toEqual([heals, others]);
  expect(healed?.reduce((sum, { count }) => sum + count, 0)).toBe(907);
  expect(rest).toMatchObject([{ key: 'retry', repository: '', cause: '', count: 101 }]);
});

it('writes what an incident has now over what it had, and the same again changes nothing', async () => {
  const healing: Healing = {
    ...{
      incidentId: 'inc_own',
      attempt: 1,
      action: 'retry',
      at: '2020-01-01T00:00:00.000Z',
      platform: 'p',
      repository: 'r',
    },
    ...{ pipelineId: 'x', name: 'x', environment: '', workload: '', target: 'x', fingerprint: 'f', cause: 'network' },
    ...{ decidedBy: 'rule:x', outcome: null, healed: false, healedAfterMs: null, minutes: 1, money: 0, currency: '' },
    ...{ estimated: false, expectedMinutes: 0, expectedMoney: 0, actualMinutes: null, confidence: null },
  };
  const put = (...healings: Healing[]) =>
    store.transaction((transaction) => putHealings(transaction, ['inc_own'], healings));
  const own = () =>
    store.read((manager) =>
      manager.query(`SELECT attempt, outcome FROM healings WHERE incident_id = 'inc_own' ORDER BY 1`),
    );
  await put(healing, { ...healing, attempt: 2 });
  await put({ ...healing, outcome: 'healed' });
  await put({ ...healing, outcome: 'healed' });
  expect(await own()).toEqual([{ attempt: 1, outcome: 'healed' }]);
  await put();
  expect(await own()).toEqual([]);
});
