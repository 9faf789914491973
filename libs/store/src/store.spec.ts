import { ConfigError } from '@prunella/core';
import { startTestPostgres, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import { addObservations } from './confidence.ts';
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
    ...{ pipelineKey: null, verifyingSince: null, openedAt: '2026-11-02T08:00:00Z', closedAt: null },
    ...{ search: id, document: { id } },
    ...more,
  };
}

describe('Store.open', () => {
  it('migrates once, whoever comes first', async () => {
    const migrations = await store.read((manager) => manager.query('SELECT name FROM migrations'));
    expect(migrations).toEqual([{ name: 'Ledger1761955200000' }]);
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

describe('events', () => {
  it('are recorded once, and come back as they were', async () => {
    const events = [event('a', { error: { message: 'x' } }), event('b')];
    expect([...(await store.transaction((tx) => insertEvents(tx, events)))].sort()).toEqual(['a', 'b']);
    expect([...(await store.transaction((tx) => insertEvents(tx, [...events, event('c')])))]).toEqual(['c']);
    const found = await store.read((manager) => eventsOfIncidents(manager, ['inc_1']));
    expect(found.sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual([...events, event('c')]);
  });

  it('take any JSON', async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), async (data) => {
        n += 1;
        const incidentId = `json-${n}`;
        await store.transaction((tx) => insertEvents(tx, [{ ...event(`json-${n}`, data), incidentId } as EventRecord]));
        const [found] = await store.read((manager) => eventsOfIncidents(manager, [incidentId]));
        expect(found?.data).toEqual(JSON.parse(storable(data)));
      }),
      { numRuns: 50 },
    );
  });

  it('are all or nothing', async () => {
    const failing = store.transaction(async (tx) => {
      await insertEvents(tx, [event('half')]);
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect([...(await store.transaction((tx) => insertEvents(tx, [event('half')])))]).toEqual(['half']);
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
      prior: 0.8,
      priorWeight: 10,
      healed: 1,
      ineffective: 0,
      harmful: 0,
    } as const;
    await Promise.all(Array.from({ length: 10 }, () => store.transaction((tx) => addObservations(tx, [once]))));
    const [row] = await store.transaction((tx) => addObservations(tx, [{ ...once, healed: 0, harmful: 2 }]));
    expect(row).toMatchObject({ decidedBy: 'rule:x', healed: 10, ineffective: 0, harmful: 2, prior: 0.8 });
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
