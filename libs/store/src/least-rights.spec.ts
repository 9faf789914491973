import { ConfigError } from '@prunella/core';
import { plainRole, startTestPostgres, type TestServer } from '@prunella/testing';
import pg from 'pg';
import { insertEvents } from './events.ts';
import { dropPartitions, makePartitions, partitionsOf } from './partitions.ts';
import { Store } from './store.ts';
import type { EventRecord } from './tables/event.ts';

/** The auditor's own role at run time: what it can do is what it needs. That it is enough is shown by the specs of the auditor, which run with it. */
const NOW = Date.parse('2091-02-15T00:00:00Z');

let postgres: TestServer;
/** Address with the role that has no rights of its own. */
let plain: string;
let client: pg.Client;
let store: Store;

beforeAll(async () => {
  postgres = await startTestPostgres();
  plain = await plainRole(postgres.url);
  store = await Store.open({ url: plain, migrationUrl: postgres.url, name: 'least' });
  client = new pg.Client({ connectionString: plain });
  await client.connect();
}, 60_000);
afterAll(async () => {
  await client?.end();
  await store?.close();
  await postgres?.stop();
});

describe('a role without rights of its own', () => {
  it('opens a store that is up to date, without the address of the owner', async () => {
    const alone = await Store.open({ url: plain, name: 'alone' });
    const [{ role }] = await alone.read((manager) => manager.query('SELECT current_user AS role'));
    expect([role, alone.isSearchIndexed]).toEqual(['plain', true]);
    await alone.close();
  });

  it('is told when the two addresses lead to different databases', async () => {
    const other = await startTestPostgres();
    const elsewhere = new URL(plain);
    elsewhere.pathname = new URL(other.url).pathname;
    const opened = Store.open({ url: elsewhere.href, migrationUrl: postgres.url, name: 'elsewhere' });
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(/found none; DATABASE_URL and DATABASE_MIGRATION_URL must lead to the same/);
    await other.stop();
  });

  it('looks after the partitions of events', async () => {
    const names = async () => (await store.read((tx) => partitionsOf(tx, 'passing'))).map(({ name }) => name);
    const early = {
      ...{ id: 'early', incidentId: 'inc_1', subject: 'pipeline.finished', source: 'test', eventId: 'early' },
      ...{ time: '2091-02-01T00:00:00.000Z', seq: 1, data: {} },
    } as EventRecord;
    await store.transaction((tx) => insertEvents(tx, [early]));
    await store.transaction((tx) => makePartitions(tx, 'passing', { now: NOW }));
    expect(await names()).toEqual(expect.arrayContaining(['events_passing_2091m02', 'events_passing_2091m03']));
    const { rows } = await client.query("SELECT tableoid::regclass::text AS place FROM events WHERE id = 'early'");
    expect(rows).toEqual([{ place: 'events_passing_2091m02' }]);
    const before = new Date('2091-03-01T00:00:00Z');
    await store.transaction((tx) => dropPartitions(tx, 'passing', { before, limit: 99 }));
    expect(await names()).not.toContain('events_passing_2091m02');
  });

  it.each([
    'DROP TABLE incidents',
    'DROP TABLE events_lasting_other',
    'ALTER TABLE incidents ADD COLUMN x int',
    'ALTER TABLE events DETACH PARTITION events_lasting',
    'TRUNCATE events',
    'DROP INDEX incidents_search',
    'CREATE TABLE mine (x int)',
    'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE TRIGGER mine BEFORE INSERT ON incidents EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    'DELETE FROM migrations',
    "INSERT INTO migrations (timestamp, name) VALUES (1, 'mine')",
    'CREATE ROLE mine',
    "COPY incidents TO PROGRAM 'cat'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT prunella_drop_partition('incidents')",
    "SELECT prunella_drop_partition('events_lasting_other')",
    "SELECT prunella_drop_partition('events_lasting_1999q1')",
    "SELECT prunella_make_partition('incidents', 'incidents_2091q1', now(), now())",
    "SELECT prunella_make_partition('events_lasting', 'mine', now(), now())",
  ])('may not: %s', async (statement) => {
    // 42501: insufficient privilege.
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('is told what to do where the tables are not there yet, or older', async () => {
    const empty = await startTestPostgres();
    const url = await plainRole(empty.url);
    const opened = Store.open({ url, name: 'empty' });
    await expect(opened).rejects.toThrow(ConfigError);
    await expect(opened).rejects.toThrow(/DATABASE_MIGRATION_URL.*store:migrate/);
    await Store.migrate({ url, migrationUrl: empty.url, name: 'first' });
    await (await Store.open({ url, name: 'second' })).close();
    await empty.stop();
  });
});

it('another role sees nothing', async () => {
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  await owner.query("CREATE ROLE stranger LOGIN PASSWORD 'stranger'");
  await owner.query('SET ROLE stranger');
  await expect(owner.query('SELECT FROM incidents')).rejects.toThrow('permission denied for table');
  // By the function itself what is no partition is refused with the same code.
  const { rows } = await owner.query<{ proname: string; types: string }>(
    "SELECT proname, pg_get_function_arguments(oid) AS types FROM pg_proc WHERE proname LIKE 'prunella\\_%' AND prosecdef",
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { proname, types } of rows) {
    const nothing = types
      .split(',')
      .filter(Boolean)
      .map(() => 'NULL');
    await expect(owner.query(`SELECT ${proname}(${nothing})`)).rejects.toThrow('permission denied for function');
  }
  await owner.end();
});
