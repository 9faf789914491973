import { startTestPostgres, type TestServer } from '@prunella/testing';
import { DataSource } from 'typeorm';
import { tallyActions } from '../actions.ts';
import { tallyCosts } from '../costs.ts';
import { listDebts } from '../debts.ts';
import { eventsOfIncidents, insertEvents } from '../events.ts';
import { listIncidents } from '../incidents.ts';
import { tallyStated } from '../reliability.ts';
import { Store } from '../store.ts';
import { Ledger1761955200000 } from './1761955200000-ledger.ts';
import { Coverage1795392000000 } from './1795392000000-coverage.ts';
import { Outcomes1795651200000 } from './1795651200000-outcomes.ts';
import { Quarantine1795849200000 } from './1795849200000-quarantine.ts';
import { TestHistory1795860000000 } from './1795860000000-test-history.ts';
import { Joins1795939200000 } from './1795939200000-joins.ts';
import { Partitions1796000000000 } from './1796000000000-partitions.ts';
import { Scale1796000100000 } from './1796000100000-scale.ts';
import { History1796000200000 } from './1796000200000-history.ts';
import { Learning1796100000000 } from './1796100000000-learning.ts';
import { Healings1796200000000 } from './1796200000000-healings.ts';
import { ApiChanges1796300000000 } from './1796300000000-api-changes.ts';
import { Backtests1796400000000 } from './1796400000000-backtests.ts';
import { Decisions1796410000000 } from './1796410000000-decisions.ts';
import { HealingConfidence1796412000000 } from './1796412000000-healing-confidence.ts';
import { Alike1796450000000 } from './1796450000000-alike.ts';
import { Dependencies1796500000000 } from './1796500000000-dependencies.ts';
import { PartitionUpkeep1796600000000 } from './1796600000000-partition-upkeep.ts';

const OLD = [
  ...[Ledger1761955200000, Coverage1795392000000, Outcomes1795651200000],
  ...[Quarantine1795849200000, TestHistory1795860000000, Joins1795939200000],
];
const NEW = [
  ...[Partitions1796000000000, Scale1796000100000, History1796000200000, Learning1796100000000, Healings1796200000000],
  ...[
    ApiChanges1796300000000,
    Backtests1796400000000,
    Decisions1796410000000,
    HealingConfidence1796412000000,
    Alike1796450000000,
    Dependencies1796500000000,
    PartitionUpkeep1796600000000,
  ],
];
const INCIDENTS = 1_000;
const EVER = { from: new Date(0), to: new Date('2100-01-01') };

let postgres: TestServer;
let store: Store;

beforeAll(async () => {
  postgres = await startTestPostgres();
  const before = new DataSource({ type: 'postgres', url: postgres.url, migrations: OLD });
  await before.initialize();
  await before.runMigrations({ transaction: 'all' });
  await before.query(ROWS);
  await before.destroy();
  store = await Store.open({ url: postgres.url, name: 'upgrade' });
}, 60_000);
afterAll(async () => {
  await store?.close();
  await postgres.stop();
});

/** A store of the version before, with a year of incidents whose rerun healed them, green runs, and times that are wrong by far. */
const ROWS = `
  CREATE TEMPORARY TABLE made AS
  SELECT n, 'inc_' || n AS id, date_trunc('milliseconds', now() - n * interval '8 hours') AS at FROM generate_series(1, ${INCIDENTS}) AS n;
  INSERT INTO incidents (id, pipeline_id, repository, platform, state, outcome, cause, opened_at, changed_at, search, document)
  SELECT id, 'ci.yml', 'octo/repo', 'github', 'closed', 'healed', 'network', at, at, id, jsonb_build_object('id', id) FROM made;
  INSERT INTO events (id, incident_id, subject, source, event_id, time, seq, data)
  SELECT 'failed_' || n, id, 'pipeline.failed', 's', 'failed_' || n, at, n, '{}' FROM made
  UNION ALL
  SELECT 'executed_' || n, id, 'action.executed', 's', 'executed_' || n, at, n,
         jsonb_build_object('run', jsonb_build_object('attempt', 1, 'runId', id, 'repository', 'octo/repo'), 'status', 'executed', 'cause', 'network', 'confidence', 0.84,
           'action', jsonb_build_object('type', 'retry'), 'cost', jsonb_build_object('minutes', 10, 'money', 0.1, 'currency', 'EUR')) FROM made
  UNION ALL
  SELECT 'outcome_' || n, id, 'outcome.observed', 's', 'outcome_' || n, at, n,
         jsonb_build_object('run', jsonb_build_object('attempt', 1), 'action', 'retry', 'outcome', 'healed', 'reverses', '') FROM made
  UNION ALL
  SELECT 'finished_' || n, id, 'pipeline.finished', 's', 'finished_' || n, at, n,
         jsonb_build_object('kind', 'run', 'attempt', 2, 'startedAt', at, 'finishedAt', at + interval '6 minutes') FROM made
  UNION ALL
  SELECT 'green_' || n, 'run_' || n, 'pipeline.finished', 's', 'green_' || n, at, n, '{"kind": "run"}' FROM made
  UNION ALL
  SELECT 'stray_' || year, 'run_stray', 'pipeline.finished', 's', 'stray_' || year, make_timestamptz(year, 1, 1, 0, 0, 0), 1, '{}'
  FROM (VALUES (1970), (2001), (9998)) AS wrong (year);
  INSERT INTO events (id, subject, source, event_id, time, data)
  VALUES ('word', 'debt.changed', 's', 'word', now(), '{"debtId": "debt_1", "owner": "ada", "by": "grace", "reason": "hers"}');
  INSERT INTO debt_entries
  SELECT 'due_' || n, 'debt_' || n % 3, 'retry_pass', 'it fails', id, 'github', 'octo/repo', 'ci.yml', 'fp', '', 'network', at, 6, 0.06, 'EUR' FROM made;`;

describe('a store of the version before', () => {
  it('keeps all its events, each where it is kept for as long as it should be', async () => {
    const counts = await store.read((manager) =>
      manager.query(
        `SELECT lasting, split_part(id, '_', 1) AS kind, count(*)::int AS count FROM events GROUP BY 1, 2 ORDER BY 2, 1`,
      ),
    );
    expect(counts).toEqual([
      ...['executed', 'failed', 'finished'].map((kind) => ({ lasting: true, kind, count: INCIDENTS })),
      { lasting: false, kind: 'green', count: INCIDENTS },
      { lasting: true, kind: 'outcome', count: INCIDENTS },
      { lasting: false, kind: 'stray', count: 3 },
      { lasting: true, kind: 'word', count: 1 },
    ]);
    const [{ strays }] = await store.read((manager) =>
      manager.query(
        `SELECT count(*)::int AS strays FROM events WHERE tableoid::regclass::text LIKE '%other' AND id NOT LIKE 'stray%'`,
      ),
    );
    expect(strays).toBe(0);
    const events = await store.read((manager) => eventsOfIncidents(manager, ['inc_7']));
    expect(events.map(({ id }) => id).sort()).toEqual(['executed_7', 'failed_7', 'finished_7', 'outcome_7']);
    expect(await store.transaction((tx) => insertEvents(tx, events))).toEqual(new Map());
  });

  it('has what reports read', async () => {
    const tallies = await store.read((manager) => tallyActions(manager, EVER, ['retry']));
    expect(tallies).toEqual([{ action: 'retry', outcome: 'healed', count: INCIDENTS }]);
    const costs = await store.read((manager) => tallyCosts(manager, EVER, { by: 'repository', actions: ['retry'] }));
    expect(costs).toMatchObject([
      {
        key: 'octo/repo',
        currency: 'EUR',
        actions: INCIDENTS,
        expectedMinutes: 10_000,
        timed: INCIDENTS,
        actualMinutes: 6_000,
      },
    ]);
    const stated = await store.read((manager) => tallyStated(manager, EVER, ['retry']));
    expect(stated).toEqual([{ confidence: 0.84, cases: INCIDENTS, successes: INCIDENTS, unproven: 0 }]);
    const page = { now: new Date(), dueMs: 86_400_000, limit: 9 };
    const debts = await store.read((manager) => listDebts(manager, { repository: 'octo/repo' }, page));
    expect(debts.map(({ id, count, owner, by }) => [id, count, owner, by]).sort()).toEqual([
      ['debt_0', 333, '', ''],
      ['debt_1', 334, 'ada', 'grace'],
      ['debt_2', 333, '', ''],
    ]);
    expect(await store.read((manager) => listIncidents(manager, { q: 'nc_77' }, { limit: 99 }))).toHaveLength(11);
  });

  it('goes back to what it was', async () => {
    await store.close();
    const back = new DataSource({
      type: 'postgres',
      url: postgres.url,
      migrations: [...OLD, ...NEW],
    });
    await back.initialize();
    for (const _ of NEW) await back.undoLastMigration();
    const [{ count }] = await back.query('SELECT count(*)::int AS count FROM events');
    expect(count).toBe(5 * INCIDENTS + 4);
    await back.destroy();
    store = await Store.open({ url: postgres.url, name: 'again' });
    const tallies = await store.read((manager) => tallyActions(manager, EVER, ['retry']));
    expect(tallies).toEqual([{ action: 'retry', outcome: 'healed', count: INCIDENTS }]);
  });
});
