import { setTimeout as sleep } from 'node:timers/promises';
import { Bus } from '@prunella/bus';
import {
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPostgres,
  type TestServer,
} from '@prunella/testing';
import pg from 'pg';
import { healedRun } from '../support/healed-run.ts';
import { until } from '../support/until.ts';

/** How long Postgres is away. A minute is tried by hand: OUTAGE_SECONDS=60. */
const OUTAGE_MS = Number(process.env['OUTAGE_SECONDS'] ?? 12) * 1_000;
/** Runs are published one after the other with this pause, before, during and after it. */
const PAUSE_MS = 40;

let nats: TestServer;
let postgres: TestServer;
let bus: Bus;
let auditor: ServiceProcess;

beforeAll(async () => {
  [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  bus = await Bus.connect({ servers: nats.url, name: 'outage' });
  auditor = await startServiceProcess('auditor', { NATS_URL: nats.url, DATABASE_URL: postgres.url, LOG_LEVEL: 'warn' });
}, 60_000);
afterAll(async () => {
  await auditor?.stop();
  await bus?.close();
  await Promise.all([nats.stop(), postgres.stop()]);
});

async function get(path: string) {
  const response = await fetch(auditor.url + path);
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: (await response.json()) as Record<string, unknown> };
}

/** What one query of the database answers. */
async function ask(sql: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

it(
  'Postgres is killed under load and stays away: nothing is lost or doubled, the API says why, and it comes back by itself',
  async () => {
    let runs = 0;
    let loading = true;
    const load = (async () => {
      while (loading) {
        for (const { subject, ...event } of healedRun(`run-${runs}`, 'outage')) await bus.publish(subject, event);
        runs += 1;
        await sleep(PAUSE_MS);
      }
    })();
    await until(
      async () => ((await ask('SELECT count(*)::int AS healed FROM incidents'))['healed'] ?? 0) > 20,
      'events are recorded',
    );

    await postgres.kill();
    const [since, before] = [Date.now(), runs];
    const asked = { refused: 0, other: [] as unknown[] };
    do {
      for (const path of ['/v1/incidents', '/v1/reports/effectiveness', '/v1/debts']) {
        const answer = await get(path);
        const isRefusal = answer.status === 503 && answer.type.includes('application/problem+json');
        if (isRefusal && String(answer.body['detail']).startsWith('Postgres expected at 127.0.0.1')) asked.refused += 1;
        else asked.other.push(answer);
      }
      await sleep(250);
    } while (Date.now() - since < OUTAGE_MS);
    expect(asked).toEqual({ refused: expect.any(Number), other: [] });
    expect((await get('/readyz')).status).toBe(503);
    // It was killed in the middle of a load.
    expect(runs).toBeGreaterThan(before);

    await postgres.restart();
    await until(async () => (await get('/readyz')).status === 200, 'the auditor is ready again');
    const after = runs;
    await until(() => runs > after + 5, 'the load goes on');
    loading = false;
    await load;

    const healed = "SELECT count(*)::int AS healed FROM incidents WHERE state = 'closed' AND outcome = 'healed'";
    await until(async () => (await ask(healed))['healed'] === runs, 'all runs are healed', 90_000);
    // An incident may be healed before each of its events is recorded: one that was in flight when Postgres died comes again after the ack wait.
    const recorded = 'SELECT count(*)::int AS events FROM events WHERE incident_id IS NOT NULL';
    await until(async () => ((await ask(recorded))['events'] ?? 0) >= 5 * runs, 'all events are recorded', 90_000);
    const rows = await ask(`SELECT count(*)::int AS events, count(DISTINCT id)::int AS distinct_events,
    (count(*) FILTER (WHERE subject = 'outcome.observed'))::int AS outcomes,
    (SELECT sum(healed)::int FROM confidence) AS learnt, (SELECT count(*)::int FROM healings) AS actions,
    (SELECT count(*)::int FROM debt_entries) AS debt_entries FROM events WHERE incident_id IS NOT NULL`);
    expect(rows).toEqual({
      ...{
        events: 5 * runs,
        distinct_events: 5 * runs,
        outcomes: runs,
        learnt: runs,
        actions: runs,
        debt_entries: runs,
      },
    });
    const dead = await bus.jetstream.consumers.get('PRUNELLA_DLQ');
    expect((await dead.info()).num_pending).toBe(0);
    expect(auditor.ended).toBeUndefined();
  },
  120_000 + 2 * OUTAGE_MS,
);
