import { ConfigError } from '@prunella/core';
import { startTestPostgres, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import pg from 'pg';
import { addObservations, listConfidence, weighedOutcomes } from './confidence.ts';
import { countCoverage, EVER, unknownClusters, unknownSamples } from './coverage.ts';
import { eventsOfIncidents, insertEvents } from './events.ts';
import { INCIDENT_CHANNEL, type IncidentWrite, listIncidents, putIncidents } from './incidents.ts';
import { storable } from './json.ts';
import { listen } from './listen.ts';
import { lock, tryLock } from './locks.ts';
import { putOutbox, takeOutbox } from './outbox.ts';
import { Store } from './store.ts';
import type { EventRecord } from './tables/event.ts';

let postgres: TestServer;
let store: Store;

beforeAll(async () => {
  postgres = await startTestPostgres();
  // As replicas do that start together.
  const [first, ...others] = await Promise.all(
    [1, 2, 3].map((n) => Store.open({ url: postgres.url, name: `test-${n}` })),
  );
  store = first as Store;
  await Promise.all(others.map((other) => other.close()));
}, 60_000);
afterAll(async () => {
  await store.close();
  await postgres.stop();
});

function event(id: string, data: object = {}): EventRecord {
  return {
    id,
    incidentId: 'inc_1',
    subject: 'pipeline.failed',
    source: 'test',
    eventId: id,
    time: '2026-11-02T08:00:00.123Z',
    seq: 7,
    data,
  } as EventRecord;
}

function incident(id: string, more: Partial<IncidentWrite> = {}): IncidentWrite {
  return {
    ...{ id, pipelineId: 'p', repository: 'r', platform: 'github', state: 'detected', outcome: null, cause: null },
    ...{ fingerprint: null, pipelineKey: null, verifyingSince: null, openedAt: '2026-11-02T08:00:00Z', closedAt: null },
    ...{ search: id, document: { id } },
    ...more,
  };
}

describe('Store.open', () => {
  it('migrates once, whoever comes first', async () => {
    const migrations = await store.read((manager) => manager.query('SELECT name FROM migrations'));
    expect(migrations).toEqual([
      { name: 'Ledger1761955200000' },
      { name: 'Coverage1795392000000' },
      { name: 'Outcomes1795651200000' },
      { name: 'Quarantine1795849200000' },
      { name: 'TestHistory1795860000000' },
      { name: 'Joins1795939200000' },
      { name: 'Partitions1796000000000' },
      { name: 'Scale1796000100000' },
      { name: 'History1796000200000' },
      { name: 'Learning1796100000000' },
      { name: 'Healings1796200000000' },
      { name: 'ApiChanges1796300000000' },
      { name: 'Backtests1796400000000' },
      { name: 'Decisions1796410000000' },
      { name: 'HealingConfidence1796412000000' },
      { name: 'Alike1796450000000' },
      { name: 'Dependencies1796500000000' },
      { name: 'PartitionUpkeep1796600000000' },
    ]);
  });

  it('says what is wrong with the address', async () => {
    const wrong = new URL(postgres.url);
    wrong.pathname = '/nowhere';
    await expect(Store.open({ url: wrong.href, name: 'test' })).rejects.toThrow(ConfigError);
    wrong.password = 'wrong-password';
    const refused = Store.open({ url: wrong.href, name: 'test' });
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.not.toThrow(/wrong-password/);
  });
});

describe('a server that has no trigrams for us', () => {
  it('is searched all the same', async () => {
    const other = await startTestPostgres();
    const admin = await Store.open({ url: postgres.url, name: 'test' });
    await admin.read((manager) => manager.query("CREATE ROLE plain LOGIN PASSWORD 'plain'"));
    await admin.close();
    const url = new URL(other.url);
    const inside = new pg.Client({ connectionString: other.url });
    await inside.connect();
    await inside.query('GRANT ALL ON SCHEMA public TO plain');
    await inside.end();
    [url.username, url.password] = ['plain', 'plain'];
    const plain = await Store.open({ url: url.href, name: 'plain' });
    expect([plain.isSearchIndexed, store.isSearchIndexed]).toEqual([false, true]);
    await plain.transaction((tx) => putIncidents(tx, [incident('found', { search: 'a connection timed out' })]));
    const found = await plain.read((manager) => listIncidents(manager, { q: 'timed' }, { limit: 9 }));
    expect(found.map(({ id }) => id)).toEqual(['found']);
    await plain.close();
    await other.stop();
  });
});

describe('events', () => {
  it('are recorded once, and come back as they were', async () => {
    const events = [event('a', { error: { message: 'x' } }), event('b')];
    const first = await store.transaction((tx) => insertEvents(tx, events));
    expect(first).toEqual(new Map(events.map((each) => [each.id, each])));
    const second = await store.transaction((tx) => insertEvents(tx, [...events, event('c')]));
    expect([...second.keys()]).toEqual(['c']);
    const found = await store.read((manager) => eventsOfIncidents(manager, ['inc_1']));
    expect(found.sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual([...events, event('c')]);
  });

  it('take any JSON, and are told as they will be found', async () => {
    let n = 0;
    const text = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, fc.jsonValue()), text, async (any, eventId) => {
        n += 1;
        // JSON has no -0.
        const data = JSON.parse(JSON.stringify(any)) as object;
        const told = { ...event(`json-${n}`, data), eventId, incidentId: `json-${n}` } as EventRecord;
        const recorded = await store.transaction((tx) => insertEvents(tx, [told]));
        const [found] = await store.read((manager) => eventsOfIncidents(manager, [`json-${n}`]));
        expect(found?.data).toEqual(JSON.parse(storable(data)));
        expect(recorded.get(told.id)).toEqual(found);
      }),
      { numRuns: 50 },
    );
  });

  it('are not read again by who has them', async () => {
    const events = ['had', 'else'].map((id) => ({ ...event(id), incidentId: 'inc_had' }) as EventRecord);
    await store.transaction((tx) => insertEvents(tx, events));
    const found = await store.read((manager) => eventsOfIncidents(manager, ['inc_had'], ['had', 'unknown']));
    expect(found.map(({ id }) => id)).toEqual(['else']);
  });

  it('are all or nothing', async () => {
    const failing = store.transaction(async (tx) => {
      await insertEvents(tx, [event('half')]);
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect([...(await store.transaction((tx) => insertEvents(tx, [event('half')]))).keys()]).toEqual(['half']);
  });
});

describe('incidents', () => {
  it('say which are new, and replace what stood there', async () => {
    expect(await store.transaction((tx) => putIncidents(tx, [incident('one'), incident('two')]))).toBe(2);
    expect(
      await store.transaction((tx) => putIncidents(tx, [incident('two', { state: 'closed' }), incident('three')])),
    ).toBe(1);
    const closed = await store.read((manager) => listIncidents(manager, { state: 'closed' }, { limit: 9 }));
    expect(closed.map((row) => row.id)).toEqual(['two']);
  });

  it.each(['%', '_', '\\', "'", '100%'])('are found by the text %s itself', async (q) => {
    const id = `text-${q}`;
    await store.transaction((tx) => putIncidents(tx, [incident(id, { search: `before ${q} after` })]));
    const found = await store.read((manager) => listIncidents(manager, { q }, { limit: 99 }));
    expect(found.map((row) => row.id)).toContain(id);
    expect(found.every((row) => row.search.includes(q))).toBe(true);
  });
});

describe('coverage', () => {
  const [from, to] = [new Date('2001-01-01T00:00:00Z'), new Date('2001-01-02T00:00:00Z')];

  function unknown(id: string, fingerprint: string | null, minute: number, more: Partial<IncidentWrite> = {}) {
    const openedAt = new Date(from.getTime() + minute * 60_000).toISOString();
    return incident(id, { cause: 'unknown', fingerprint, openedAt, ...more });
  }

  function diagnosis(incidentId: string, fingerprint: string, text: string, hour = 8): EventRecord {
    const data = { fingerprint, evidence: [{ line: 7, text, job: 'build' }], alternatives: [] };
    const time = `2001-01-01T0${hour}:00:00.000Z`;
    return { ...event(`${incidentId}/${text}`, data), incidentId, subject: 'diagnosis.made', time } as EventRecord;
  }

  beforeAll(async () => {
    await store.transaction(async (tx) => {
      await putIncidents(tx, [
        ...[unknown('u1', 'fp-a', 1, { repository: 'x' }), unknown('u2', 'fp-a', 2, { repository: 'y' })],
        ...[unknown('u3', 'fp-a', 3, { repository: 'y' }), unknown('u4', 'fp-b', 4), unknown('u5', null, 5)],
        ...[unknown('known', 'fp-c', 6, { cause: 'network' }), unknown('undiagnosed', null, 7, { cause: null })],
        ...[
          unknown('later', 'fp-a', 24 * 60),
          unknown('before', 'fp-b', -1),
          unknown('blank', 'fp-b', 5, { repository: '' }),
        ],
      ]);
      const first = diagnosis('u3', 'fp-a', 'exploded', 8);
      await insertEvents(tx, [
        first,
        diagnosis('u3', 'fp-a', 'exploded again', 9),
        diagnosis('u3', 'fp-z', 'other', 9),
      ]);
      await insertEvents(tx, [diagnosis('u1', 'fp-a', 'exploded first')]);
    });
  });

  it('counts what is diagnosed, and what of it has a cause', async () => {
    expect(await store.read((manager) => countCoverage(manager, { from, to }))).toEqual({ total: 7, classified: 1 });
    const nothing = { from: new Date(0), to: new Date(1) };
    expect(await store.read((manager) => countCoverage(manager, nothing))).toEqual({ total: 0, classified: 0 });
  });

  it('clusters what is unknown by fingerprint, the largest first', async () => {
    const clusters = await store.read((manager) => unknownClusters(manager, { from, to }, { most: 9 }));
    expect(clusters).toEqual([
      {
        ...{ fingerprint: 'fp-a', count: 3, exampleIncidentId: 'u3', repositories: ['y', 'x'], pipelines: ['p'] },
        ...{ firstSeen: new Date('2001-01-01T00:01:00Z'), lastSeen: new Date('2001-01-01T00:03:00Z') },
        evidence: [{ line: 7, text: 'exploded again', job: 'build' }],
      },
      expect.objectContaining({
        fingerprint: 'fp-b',
        count: 2,
        exampleIncidentId: 'blank',
        repositories: ['r'],
        evidence: [],
      }),
    ]);
    const [largest, ...others] = await store.read((manager) => unknownClusters(manager, { from, to }, { most: 1 }));
    expect([largest?.fingerprint, others]).toEqual(['fp-a', []]);
  });

  it('finds one cluster, with its newest incidents', async () => {
    const one = await store.read((manager) => unknownClusters(manager, EVER, { most: 1, fingerprint: 'fp-a' }));
    expect(one).toMatchObject([{ fingerprint: 'fp-a', count: 4, exampleIncidentId: 'later' }]);
    const samples = await store.read((manager) => unknownSamples(manager, 'fp-a', 3));
    expect(samples.map(({ id, evidence }) => [id, evidence[0]?.text])).toEqual([
      ['later', undefined],
      ['u3', 'exploded again'],
      ['u2', undefined],
    ]);
    const none = await store.read((manager) => unknownClusters(manager, EVER, { most: 1, fingerprint: 'fp-c' }));
    expect(none).toEqual([]);
  });
});

describe('locks', () => {
  it('let one transaction work on a key at a time', async () => {
    const order: string[] = [];
    await store.transaction(async (tx) => {
      await lock(tx, ['x', 'y']);
      expect(await store.transaction((other) => tryLock(other, ['y', 'z']))).toBe(false);
      expect(await store.transaction((other) => tryLock(other, ['z']))).toBe(true);
      order.push('first');
    });
    await store.transaction(async (tx) => {
      await lock(tx, ['y', 'x']);
      order.push('second');
    });
    expect(order).toEqual(['first', 'second']);
  });

  it('that are taken crosswise end in a second attempt, not in an error', async () => {
    let attempts = 0;
    let held = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const crosswise = (mine: string, theirs: string) =>
      store.transaction(async (tx) => {
        attempts += 1;
        await lock(tx, [mine]);
        // Counted after the lock is held: two that only began may still be served one after the other.
        held += 1;
        if (held === 2) meet();
        await met;
        await lock(tx, [theirs]);
      });
    await Promise.all([crosswise('left', 'right'), crosswise('right', 'left')]);
    expect(attempts).toBe(3);
  });
});

describe('confidence', () => {
  it('adds up', async () => {
    const once = {
      decidedBy: 'rule:x',
      action: 'retry',
      cause: 'network',
      ...{ day: '2026-11-28', prior: 0.8, priorAt: '2026-11-28T08:00:00Z' },
      healed: 1,
      ineffective: 0,
      harmful: 0,
    } as const;
    await Promise.all(Array.from({ length: 10 }, () => store.transaction((tx) => addObservations(tx, [once]))));
    const older = { ...once, day: '2026-11-26', prior: 0.5, priorAt: '2026-11-26T08:00:00Z', healed: 0, harmful: 2 };
    await store.transaction((tx) => addObservations(tx, [older, { ...older, cause: 'oom', harmful: -1 }]));
    const [row] = await store.read(listConfidence);
    expect(row).toMatchObject({ decidedBy: 'rule:x', healed: 10, ineffective: 0, harmful: 1, prior: 0.8 });
    const weights = ['2026-11-27', '2026-11-26'].map((day, at) => ({ day, weight: 1 / (at + 1) }));
    const weighed = await store.read((manager) => weighedOutcomes(manager, ['retry'], weights));
    expect(weighed.sort((a, b) => b.tried - a.tried)).toEqual([
      {
        decidedBy: 'rule:x',
        action: 'retry',
        cause: 'network',
        healed: 10,
        ineffective: 0,
        harmful: 2,
        helped: 10,
        tried: 11,
      },
      expect.objectContaining({ cause: 'oom', harmful: -1, helped: 0, tried: -0.5 }),
    ]);
  });
});

describe('the outbox', () => {
  it('keeps the order and the first of two with one id, for one replica at a time', async () => {
    const entry = (id: string, time: string) =>
      ({ id, subject: 'outcome.observed', payload: { time, data: {} } }) as never;
    await store.transaction((tx) => putOutbox(tx, [entry('z', '1'), entry('a', '2')]));
    await store.transaction((tx) => putOutbox(tx, [entry('a', '3'), entry('b', '4')]));
    await store.transaction(async (tx) => {
      const rows = await takeOutbox(tx, 10);
      expect(rows.map((row) => [row.id, row.payload.time])).toEqual([
        ['z', '1'],
        ['a', '2'],
        ['b', '4'],
      ]);
      expect(await store.transaction((other) => takeOutbox(other, 10))).toEqual([]);
    });
  });
});

describe('listen', () => {
  it('hears of changes, and says when it may have missed some', async () => {
    const heard: string[] = [];
    const stopped = new AbortController();
    const wait = async (what: string) => {
      while (!heard.includes(what)) await new Promise((resolve) => setTimeout(resolve, 20));
      heard.length = 0;
    };
    const listening = listen(
      postgres.url,
      INCIDENT_CHANNEL,
      {
        onMessage: (id) => heard.push(id),
        onConnected: () => heard.push('(connected)'),
        onLost: () => heard.push('(lost)'),
      },
      stopped.signal,
    );
    await wait('(connected)');
    await store.transaction((tx) => putIncidents(tx, [incident('heard')]));
    await wait('heard');
    await postgres.kill();
    await wait('(lost)');
    await postgres.restart();
    await wait('(connected)');
    await store.transaction((tx) => putIncidents(tx, [incident('heard again')]));
    await wait('heard again');
    stopped.abort();
    await listening;
    expect(stopped.signal.aborted).toBe(true);
  });
});
