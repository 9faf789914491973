import { startTestPostgres, type TestServer } from '@prunella/testing';
import { eventsOfIncidents, insertEvents, keepEvents } from './events.ts';
import { deleteStrays, dropPartitions, makePartitions, partitionsOf } from './partitions.ts';
import { Store } from './store.ts';
import type { EventRecord } from './tables/event.ts';

const NOW = Date.parse('2091-02-10T12:00:00Z');
let postgres: TestServer;
let store: Store;

beforeAll(async () => {
  postgres = await startTestPostgres();
  store = await Store.open({ url: postgres.url, name: 'partitions' });
}, 60_000);
afterAll(async () => {
  await store.close();
  await postgres.stop();
});

function event(id: string, time: string, subject = 'pipeline.finished'): EventRecord {
  return { id, incidentId: `inc_${id}`, subject, source: 's', eventId: id, time, data: {} } as EventRecord;
}

/** In which table an event is. */
async function placesOf(id: string): Promise<string[]> {
  const rows = await store.read((manager) =>
    manager.query<{ place: string }[]>('SELECT tableoid::regclass::text AS place FROM events WHERE id = $1', [id]),
  );
  return rows.map(({ place }) => place);
}

const names = async (kept: 'lasting' | 'passing') =>
  (await store.read((manager) => partitionsOf(manager, kept))).map(({ name }) => name);

describe('partitions of events', () => {
  it('are there for now and for what comes when the store is opened', async () => {
    const now = new Date();
    const month = `${now.getUTCFullYear()}m${String(now.getUTCMonth() + 1).padStart(2, '0')}`;
    expect(await names('passing')).toContain(`events_passing_${month}`);
    expect((await names('passing')).length).toBeGreaterThanOrEqual(2);
    expect((await names('lasting')).length).toBeGreaterThanOrEqual(1);
    const late = new Date(Date.now() + 40 * 86_400_000).toISOString();
    await store.transaction((tx) => insertEvents(tx, [event('late', late)]));
    expect((await placesOf('late'))[0]).toMatch(/^events_passing_\d{4}m\d\d$/);
  });

  it('are made ahead, once, and take over what found none', async () => {
    await store.transaction((tx) => insertEvents(tx, [event('early', '2091-02-01T00:00:00.000Z')]));
    expect(await placesOf('early')).toEqual(['events_passing_other']);
    const since = NOW - 40 * 86_400_000;
    const make = () => store.transaction((tx) => makePartitions(tx, 'passing', { now: NOW, since }));
    expect(await make()).toEqual(['events_passing_2091m01', 'events_passing_2091m02', 'events_passing_2091m03']);
    expect(await make()).toEqual([]);
    expect(await placesOf('early')).toEqual(['events_passing_2091m02']);
    await store.transaction((tx) => insertEvents(tx, [event('last', '2091-01-31T23:59:59.999Z')]));
    expect(await placesOf('last')).toEqual(['events_passing_2091m01']);
  });

  it('hold an event once, with whatever time it is told again, and also after it was found to be of an incident', async () => {
    await store.transaction((tx) => insertEvents(tx, [event('once', '2091-01-05T00:00:00.000Z')]));
    const again = [event('once', '2091-02-05T00:00:00.000Z'), event('once', '1999-02-05T00:00:00.000Z')];
    for (const told of again) expect(await store.transaction((tx) => insertEvents(tx, [told]))).toEqual(new Map());
    await store.transaction((tx) => keepEvents(tx, ['inc_once']));
    expect(await placesOf('once')).toEqual(['events_lasting_other']);
    for (const told of again) expect(await store.transaction((tx) => insertEvents(tx, [told]))).toEqual(new Map());
    const [found] = await store.read((manager) => eventsOfIncidents(manager, ['inc_once']));
    expect(found).toEqual(event('once', '2091-01-05T00:00:00.000Z'));
  });

  it('hold an event of what is known to be an incident where it lasts, from the first', async () => {
    const incidents = new Set(['inc_known']);
    const some = ['known', 'other'].map((id) => event(id, '2091-01-06T00:00:00.000Z'));
    await store.transaction((tx) => insertEvents(tx, some, incidents));
    expect(await placesOf('known')).toEqual(['events_lasting_other']);
    expect(await placesOf('other')).toEqual(['events_passing_2091m01']);
  });

  it('are dropped when all in them is old, a few at a time; strays by the time at which they were recorded', async () => {
    const before = new Date('2091-03-01T00:00:00Z');
    const drop = () => store.transaction((tx) => dropPartitions(tx, 'passing', { before, limit: 1 }));
    const dropped: string[] = [];
    for (let some = await drop(); some.length > 0; some = await drop()) dropped.push(...some);
    expect(dropped.slice(-2)).toEqual(['events_passing_2091m01', 'events_passing_2091m02']);
    expect(await names('passing')).toEqual(['events_passing_2091m03']);
    expect([...(await placesOf('last')), ...(await placesOf('early'))]).toEqual([]);

    await store.transaction((tx) => insertEvents(tx, [event('old', '1970-01-02T00:00:00.000Z')]));
    const forget = (at: number) =>
      store.transaction((tx) => deleteStrays(tx, 'passing', { before: new Date(at), limit: 5 }));
    expect(await forget(Date.now() - 60_000)).toBe(0);
    expect(await forget(Date.now() + 60_000)).toBe(1);
  });
});
