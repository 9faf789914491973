import { randomUUID } from 'node:crypto';
import { defaultPolicy } from '@prunella/policy';
import { type EventRecord, partitionsOf, Store } from '@prunella/store';
import { get, Running } from '../../test/running.ts';
import { eventually, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { audit } from '../audit.ts';
import { makeChange } from '../quarantine/record-changes.ts';
import { forgetOld } from '../retention/forget.ts';
import { rebuild } from './rebuild.ts';

const DAY = 24 * 60 * MINUTE;
const NOW = Date.now();
const SETTINGS = {
  settleWithinMs: 6 * 60 * MINUTE,
  reverseWithinMs: DAY,
  source: 'prunella/auditor',
  defaultBranches: ['main'],
  testsKeptMs: 45 * DAY,
  policy: () => defaultPolicy,
};
/** What is derived from events, without when it was written. */
const DERIVED = {
  incidents:
    'id, pipeline_id, repository, state, outcome, cause, fingerprint, verifying_since, opened_at, closed_at, search, document',
  healings: '*',
  decisions: '*',
  debt_entries: '*',
  debts: '*',
  confidence: 'decided_by, action, prior, prior_weight, healed, ineffective, harmful, mean, lower, weight',
  confidence_days: 'decided_by, action, cause, day, healed, ineffective, harmful, forgotten',
  quarantine: '*',
};

let running: Running;
let store: Store;
beforeAll(async () => {
  running = await Running.start();
  store = await Store.open({ url: running.postgres.url, name: 'rebuild' });
  await tell(tales());
  await store.transaction((tx) => makeChange(tx, quarantined('added', NOW - DAY), { ...SETTINGS, now: NOW }));
  await store.transaction((tx) => makeChange(tx, quarantined('released', NOW), { ...SETTINGS, now: NOW }));
}, 60_000);
afterAll(async () => {
  await store.close();
  await running.stop();
});

/** Runs that were healed, failed in the same way, wait, were never told to an end; one that is healed each day; and green ones. */
function tales(): EventRecord[] {
  const told: Told[] = [];
  for (let day = 0; day < 450; day += 15) {
    const begin = NOW - day * DAY - 60 * MINUTE;
    const of = (name: string, more: object = {}) =>
      new Story(`${name}-${day}`, { repository: 'octo/shop', headSha: `sha-${name}-${day}`, ...more }, begin);
    const [healed, failing, waiting, green] = [of('healed'), of('failing'), of('waiting'), of('green')];
    const cost = { minutes: 10, money: 0.2, currency: 'EUR' };
    told.push(
      ...[healed.started(), healed.failed(), healed.diagnosed(), healed.executed('executed', { at: 12, cost })],
      ...[healed.finished('success', { attempt: 2 }), failing.failed(), failing.diagnosed(), failing.executed()],
      ...[failing.finished('failure', { attempt: 2 }), failing.diagnosed({ attempt: 2 })],
      ...[waiting.failed(), waiting.diagnosed(), waiting.requested(), green.started(), green.finished('success')],
    );
  }
  return recorded(...told);
}

async function tell(events: readonly EventRecord[]): Promise<void> {
  for (let at = 0; at < events.length; at += 50) await audit(store, events.slice(at, at + 50), NOW, SETTINGS);
}

function quarantined(change: 'added' | 'released', at: number) {
  return {
    ...{ entryId: 'q_1', test: 'answers', repository: 'octo/shop', owner: 'ada', reason: 'flaky', change, by: 'ada' },
    ...{
      at: new Date(at).toISOString(),
      expiresAt: new Date(NOW + DAY).toISOString(),
      greens: 10,
      evidence: [],
      incidentIds: [],
    },
  };
}

async function dump(): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const [table, columns] of Object.entries(DERIVED)) {
    const rows = await store.read((manager) =>
      manager.query<{ row: string }[]>(
        `SELECT to_jsonb(t)::text AS row FROM (SELECT ${columns} FROM ${table}) t ORDER BY 1`,
      ),
    );
    tables[table] = rows.map(({ row }) => row);
  }
  return tables;
}

describe('rebuild', () => {
  it('tells from the events what was told while they came', async () => {
    const [debt] = await store.read((manager) =>
      manager.query<{ id: string }[]>('SELECT id FROM debts ORDER BY id LIMIT 1'),
    );
    const at = new Date(NOW).toISOString();
    const word = { debtId: debt?.id, owner: 'grace', by: 'ada', reason: 'hers', at };
    const event = { id: randomUUID(), subject: 'debt.changed', source: 's', eventId: 'word', time: at, data: word };
    await tell([event as unknown as EventRecord]);
    const live = await dump();
    expect(Object.entries(live).map(([table, rows]) => [table, rows.length > 0])).toEqual(
      Object.keys(DERIVED).map((table) => [table, true]),
    );
    expect(await rebuild(store, NOW, SETTINGS)).toMatchObject({
      incidents: 90,
      incidentsChanged: 0,
      quarantineChanged: 0,
      confidenceChanged: 0,
    });
    expect(await dump()).toEqual(live);

    await store.read((manager) => manager.query(`TRUNCATE ${Object.keys(DERIVED).join(', ')}`));
    expect(await rebuild(store, NOW, SETTINGS)).toMatchObject({
      incidents: 90,
      incidentsChanged: 90,
      quarantineChanged: 1,
      confidenceChanged: 1,
    });
    expect(await dump()).toEqual(live);
  });

  it('learns anew what was learnt wrong, and tells it', async () => {
    const live = await dump();
    await store.read((manager) => manager.query(`UPDATE confidence SET healed = healed + 7; DELETE FROM outbox`));
    expect(await rebuild(store, NOW, SETTINGS)).toMatchObject({ confidenceChanged: 1 });
    expect(await dump()).toEqual(live);
    const told = await store.read((manager) => manager.query(`SELECT payload->'data'->'healed' AS healed FROM outbox`));
    expect(told).toEqual([{ healed: 30 }]);
  });
});

describe('what is older than it is kept', () => {
  it('is forgotten, a little at a time and by one at a time; what it taught stays', async () => {
    const learnt = (await dump())['confidence'];
    const kept = { eventsKeptMs: 90 * DAY, incidentsKeptMs: 400 * DAY };
    const count = async (what: string) => {
      const [row] = await store.read((manager) =>
        manager.query<{ n: number }[]>(`SELECT count(*)::int AS n FROM ${what}`),
      );
      return row?.n;
    };
    const events = await count('events');
    // Strays go by the time at which they were recorded.
    await store.read((manager) => manager.query('UPDATE events SET recorded_at = time'));
    // What is left of incidents that are not forgotten yet stays until they are.
    const swept = [await forgetOld(store, NOW, kept, { incidentsAtATime: 2 })];
    expect(swept[0]?.incidents).toBe(2);
    swept.push(...(await Promise.all([1, 2, 3].map(() => forgetOld(store, NOW, kept)))));
    // Each skips what another is at: the last one finds nobody.
    swept.push(await forgetOld(store, NOW, kept));
    expect(swept.reduce((sum, { incidents }) => sum + incidents, 0)).toBe(3 * 3);
    expect(await count('incidents')).toBe(81);
    expect(await count(`events WHERE time < now() - interval '401 days'`)).toBe(0);
    expect(await count(`events WHERE NOT lasting AND time < now() - interval '125 days'`)).toBe(0);
    expect(await count('events')).toBeLessThan(events ?? 0);
    expect(
      await count(
        `events e WHERE lasting AND incident_id IS NOT NULL AND NOT EXISTS (SELECT FROM incidents i WHERE i.id = e.incident_id)`,
      ),
    ).toBe(0);
    expect(await count('confidence_days WHERE forgotten AND healed > 0')).toBeGreaterThan(0);

    expect(await rebuild(store, NOW, SETTINGS)).toMatchObject({
      incidents: 81,
      incidentsChanged: 0,
      confidenceChanged: 0,
    });
    expect((await dump())['confidence']).toEqual(learnt);
    expect(await forgetOld(store, NOW, kept)).toMatchObject({ incidents: 0 });
  });

  it('goes with its partitions, once all its incidents are gone', async () => {
    const later = NOW + 500 * DAY;
    const kept = { eventsKeptMs: 90 * DAY, incidentsKeptMs: 400 * DAY };
    const learnt = (await dump())['confidence'];
    for (let sweep = 0; sweep < 9; sweep += 1) await forgetOld(store, later, kept);
    const names = await store.read((manager) => partitionsOf(manager, 'passing'));
    expect(names.every(({ to }) => to.getTime() > later - kept.eventsKeptMs)).toBe(true);
    expect(await store.read((manager) => manager.query('SELECT id FROM incidents'))).toEqual([]);
    expect(await store.read((manager) => manager.query('SELECT id FROM debts'))).toEqual([]);
    await rebuild(store, later, SETTINGS);
    expect((await dump())['confidence']).toEqual(learnt);
  });
});

describe('a database that is lost', () => {
  it('is told again by the stream', async () => {
    const story = new Story('lost', { repository: 'octo/lost' }, NOW - 60 * MINUTE);
    const told = [
      story.failed(),
      story.diagnosed(),
      story.executed('executed', { at: 12 }),
      story.finished('success', { attempt: 2 }),
    ];
    await running.publish(...told);
    const shows = async (variables: Record<string, string>) => {
      const service = await running.auditor(variables);
      await eventually(async () => {
        const { body } = await get(service, `/v1/incidents/${story.incidentId}`);
        expect(body).toMatchObject({ state: 'closed', outcome: 'healed' });
        expect(body.events.map(({ type }: { type: string }) => type).sort()).toEqual([
          ...['action.executed', 'diagnosis.made', 'outcome.observed', 'pipeline.failed', 'pipeline.finished'],
        ]);
        expect((await get(service, '/v1/confidence')).body.items.at(-1)).toMatchObject({ healed: expect.any(Number) });
      }, 30_000);
      await eventually(async () => {
        const outcomes = (await running.published('outcome.observed')).filter(
          (each) => each['incidentId'] === story.incidentId,
        );
        expect(outcomes).toHaveLength(1);
      });
      await service.close();
    };
    await shows({});
    // As the guide says: the consumer begins at the oldest event that the stream holds.
    await (await running.bus.jetstream.jetstreamManager()).consumers.delete('PRUNELLA', 'auditor-events');
    await store.read((manager) => manager.query('CREATE DATABASE anew'));
    const anew = new URL(running.postgres.url);
    anew.pathname = '/anew';
    await shows({ DATABASE_URL: anew.href, DATABASE_MIGRATION_URL: anew.href });
  }, 90_000);
});
