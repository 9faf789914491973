import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defaultPolicy } from '@prunella/policy';
import type { RunningService } from '@prunella/service-kit';
import { type EventRecord, eventsOfIncidents, listConfidence, Store } from '@prunella/store';
import { get, Running } from '../../test/running.ts';
import { eventually, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { audit } from '../audit.ts';
import { reviewStandings } from './standings.ts';

const NOW = Date.now();
const HOUR = 60 * MINUTE;
const SETTINGS = {
  ...{ settleWithinMs: 6 * HOUR, reverseWithinMs: HOUR, source: 'prunella/auditor' },
  ...{ defaultBranches: ['main'], testsKeptMs: HOUR, policy: () => defaultPolicy },
};
const AUDITOR = join(import.meta.dirname, '../../dist');

let running: Running;
let store: Store;
let service: RunningService;

beforeAll(async () => {
  running = await Running.start();
  store = await Store.open({ url: running.postgres.url, name: 'spec' });
}, 60_000);
afterAll(async () => {
  await store.close();
  await running.stop();
});

/** Runs that failed, what was done on the word of a rule, and how their next attempt ended. */
function runs(rule: string, count: number, status: 'executed' | 'recommended', ending: 'success' | 'failure'): Told[] {
  return Array.from({ length: count }, (_, n) => n).flatMap((n) => {
    const story = new Story(`${rule}-${status}-${n}`, { headSha: `${rule}-${status}-${n}` }, NOW - HOUR - n * 1_000);
    const decided = { decidedBy: rule, fingerprint: `fp-${rule}` };
    const told = [
      story.finished('failure'),
      story.failed(),
      story.diagnosed(decided),
      story.executed(status, { ...decided, at: 12 }),
    ];
    return ending === 'success'
      ? [...told, story.finished('success', { attempt: 2 })]
      : [
          ...told,
          story.finished('failure', { attempt: 2 }),
          story.failed({ attempt: 2 }),
          story.diagnosed({ attempt: 2, ...decided }),
        ];
  });
}

const take = (...told: Told[]) => audit(store, recorded(...told), NOW, SETTINGS);
const changesOf = async (rule: string) =>
  (await running.published('standing.changed')).filter((change) => change['decidedBy'] === rule);
const confidenceOf = async (rule: string) =>
  (await get(service, '/v1/confidence')).body.items.find((item: { decidedBy: string }) => item.decidedBy === rule);

/** Reviews in a process of its own, which is killed between its commit and its publishing. */
async function reviewAndDie(): Promise<void> {
  const script = `
    import { defaultPolicy } from '@prunella/policy';
    import { Store } from '@prunella/store';
    import { reviewStandings } from ${JSON.stringify(join(AUDITOR, 'learn/standings.js'))};
    const store = await Store.open({ url: process.env.DATABASE_URL, name: 'dies' });
    const now = Date.now();
    await reviewStandings(store, { now, heardUntil: now }, { source: 'prunella/auditor', policy: () => defaultPolicy });
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: AUDITOR,
    env: { ...process.env, DATABASE_URL: running.postgres.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

const RULE = 'rule:bad';

it('demotes a rule whose reruns fail, once, also when who decided it is killed before telling anybody', async () => {
  await take(...runs(RULE, 6, 'executed', 'failure'));
  await reviewAndDie();
  const waiting = await store.read((manager) =>
    manager.query(`SELECT id FROM outbox WHERE subject = 'standing.changed'`),
  );
  expect(waiting).toHaveLength(1);
  const soon = { PRUNELLA_SETTLE_WITHIN: '2s' };
  [service] = (await Promise.all([running.auditor(soon), running.auditor(soon)])) as [RunningService, RunningService];

  await eventually(async () => expect(await changesOf(RULE)).toHaveLength(1), 30_000);
  const [change] = await changesOf(RULE);
  expect(change).toMatchObject({
    ...{
      standing: 'demoted',
      by: 'prunella',
      ineffective: 6,
      samples: 6,
      weight: 6,
    },
    threshold: 0.6,
    reason: expect.stringMatching(/^0 of 6 outcomes of retry_with_backoff helped, lower bound 0\.\d\d < 0\.6$/),
  });
  const updates = (await running.published('confidence.updated')).filter((update) => update['decidedBy'] === RULE);
  expect(updates.at(-1)).toMatchObject({
    ineffective: 6,
    demoted: expect.stringMatching(/^rule bad was demoted on \d{4}-\d\d-\d\d: 0 of 6/),
  });
  expect(await confidenceOf(RULE)).toMatchObject({
    standing: 'demoted',
    pinned: false,
    samples: 6,
    why: change?.['reason'],
  });
  const { body } = await get(service, `/v1/confidence/changes?decidedBy=${RULE}&limit=1`);
  expect(body).toMatchObject({
    items: [{ standing: 'demoted', ineffective: 6, lower: change?.['lower'] }],
    nextCursor: null,
  });
}, 60_000);

it('promotes it again when people run it again with success after it was only recommended', async () => {
  await running.publish(...runs(RULE, 2, 'recommended', 'success'));
  await eventually(
    async () => expect(await confidenceOf(RULE)).toMatchObject({ healed: 2, standing: 'demoted' }),
    30_000,
  );
  await running.publish(...runs(RULE, 30, 'recommended', 'success'));
  await eventually(
    async () => expect(await confidenceOf(RULE)).toMatchObject({ standing: 'trusted', healed: 30 }),
    30_000,
  );
  await eventually(async () =>
    expect((await changesOf(RULE)).map(({ standing }) => standing)).toEqual(['demoted', 'trusted']),
  );
}, 90_000);

it('decides once, however many look at the same time', async () => {
  await take(...runs('rule:worse', 6, 'executed', 'failure'));
  const others = await Promise.all([1, 2, 3].map((n) => Store.open({ url: running.postgres.url, name: `r${n}` })));
  const now = Date.now();
  await Promise.all(others.map((other) => reviewStandings(other, { now, heardUntil: now }, SETTINGS)));
  await Promise.all(others.map((other) => other.close()));
  await eventually(async () => expect(await changesOf('rule:worse')).toHaveLength(1), 30_000);
});

describe('by hand', () => {
  const post = async (body: object) => {
    const response = await fetch(new URL('/v1/confidence/standing', service.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const wish = { decidedBy: 'rule:worse', action: 'retry_with_backoff', by: 'ada', reason: 'the mirror is mended' };

  it.each([
    ['standing', { ...wish, standing: 'best' }],
    ['by', { ...wish, standing: 'trusted', by: 'prunella' }],
    ['by', { ...wish, standing: 'trusted', by: 'slack:ada (U1)' }],
    ['reason', { ...wish, standing: 'trusted', reason: '' }],
    ['action', { ...wish, standing: 'trusted', action: 'dance' }],
  ])('refuses a wrong %s', async (field, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { field } });
  });

  it('pins it against its outcomes, and gives it back to them', async () => {
    expect(await post({ ...wish, standing: 'trusted' })).toMatchObject({
      status: 200,
      body: { standing: 'trusted', pinned: true },
    });
    const now = Date.now();
    expect(await reviewStandings(store, { now, heardUntil: now }, SETTINGS)).toEqual([]);
    const row = (await store.read(listConfidence)).find(({ decidedBy }) => decidedBy === wish.decidedBy);
    expect(row).toMatchObject({ standing: 'trusted', pinned: true });
    await eventually(async () => {
      const updates = (await running.published('confidence.updated')).filter(
        (each) => each['decidedBy'] === wish.decidedBy,
      );
      expect(updates.at(-1)).toMatchObject({ pinned: 'ada trusts it: the mirror is mended' });
    });
    expect((await post({ ...wish, standing: 'automatic', reason: 'enough' })).body).toMatchObject({ pinned: false });
    await eventually(
      async () => expect(await confidenceOf(wish.decidedBy)).toMatchObject({ standing: 'demoted' }),
      30_000,
    );
  }, 60_000);

  it('has its evidence: outcomes of its own, and of others', async () => {
    const { body } = await get(service, `/v1/confidence/evidence?decidedBy=${wish.decidedBy}&action=${wish.action}`);
    const row = await confidenceOf(wish.decidedBy);
    expect(body).toMatchObject({
      ...{ word: row.prior, lower: expect.closeTo(row.lower, 2), threshold: 0.6 },
      own: { helped: 0, tried: 6, ineffective: 6, causes: [{ cause: 'network', tried: 6 }] },
      sameCause: { rules: 1, helped: 30, tried: 36 },
      otherCauses: { rules: 0, tried: 0 },
      settings: { halfLifeDays: 90, priorWeight: 10 },
    });
  });

  it('is told of a rule that was never seen', async () => {
    const body = { ...wish, decidedBy: 'rule:new', standing: 'demoted' };
    expect(await post(body)).toMatchObject({ status: 200, body: { standing: 'demoted', pinned: true, healed: 0 } });
    expect(await confidenceOf('rule:new')).toMatchObject({ standing: 'demoted', samples: 0, why: wish.reason });
  });
});

it('is the same again when the database is made anew from the events, in another order', async () => {
  const all = await store.read((manager) =>
    manager.query<{ id: string }[]>(`SELECT DISTINCT incident_id AS id FROM events WHERE incident_id IS NOT NULL`),
  );
  const ids = all.map(({ id }) => id);
  const events: EventRecord[] = await store.read((manager) => eventsOfIncidents(manager, ids));
  const standings = await store.read((manager) =>
    manager.query(
      `SELECT id, subject, source, event_id AS "eventId", time, data FROM events WHERE subject = 'standing.changed'`,
    ),
  );
  for (const { time, ...event } of standings) events.push({ ...event, time: time.toISOString() });
  events.sort((a, b) => (a.id < b.id ? -1 : 1));
  await store.read((manager) => manager.query('CREATE DATABASE anew'));
  const url = new URL(running.postgres.url);
  url.pathname = '/anew';
  const anew = await Store.open({ url: url.href, name: 'anew' });
  try {
    for (let at = 0; at < events.length; at += 50) {
      await audit(anew, events.slice(at, at + 50), NOW, SETTINGS);
      // While the past is being read, nothing is decided anew.
      const past = { now: Date.now(), heardUntil: Date.now() - HOUR };
      expect(await reviewStandings(anew, past, SETTINGS)).toEqual([]);
    }
    const stateOf = async (of: Store) => {
      const rows = await of.read(listConfidence);
      return rows.map(({ revision: _, updatedAt: __, mean: ___, lower: ____, ...row }) => row);
    };
    expect((await stateOf(anew)).length).toBe(3);
    expect(await stateOf(anew)).toEqual(await stateOf(store));
    // What moved by so little was not told again.
    const numbers = async (of: Store) => (await of.read(listConfidence)).flatMap(({ mean, lower }) => [mean, lower]);
    const [here, there] = [await numbers(store), await numbers(anew)];
    for (const [at, value] of here.entries()) expect(Math.abs(value - (there[at] ?? 9))).toBeLessThan(0.005);
    const now = Date.now();
    expect(await reviewStandings(anew, { now, heardUntil: now }, SETTINGS)).toEqual([]);
  } finally {
    await anew.close();
  }
}, 60_000);
