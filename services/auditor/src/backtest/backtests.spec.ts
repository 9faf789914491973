import type { RunningService } from '@prunella/service-kit';
import { keepBacktest, Store } from '@prunella/store';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../../test/running.ts';
import { eventually, MINUTE, Story, type Told } from '../../test/story.ts';

const DAY = 24 * 60 * MINUTE;
const ACT = 'version: 1\nmode: act\n';
const FAILURES = 6;

let running: Running;
let service: RunningService;
const begin = Date.now() - 3 * DAY;

beforeAll(async () => {
  running = await Running.start();
  service = await running.auditor();
  const told = Array.from({ length: FAILURES }, (_, n) => failureOf(n)).flat();
  await running.publish(...told);
  await eventually(async () => expect((await events('limit=100')).items).toHaveLength(told.length));
}, 90_000);
afterAll(() => running.stop());

/** Every other one passes by a rerun. */
function failureOf(n: number): Told[] {
  const story = new Story(`backtest-${n}`, { headSha: `sha-${n}` }, begin + n * 10 * MINUTE);
  const ends = n % 2 === 0 ? [story.finished('success', { attempt: 2 })] : [];
  return [story.failed(), story.diagnosed(), ...ends];
}

async function events(
  query: string,
): Promise<{ items: { id: string; type: string; time: string }[]; nextCursor: string | null }> {
  const range = new URLSearchParams({ from: new Date(begin - DAY).toISOString(), to: new Date().toISOString() });
  return (await get(service, `/v1/backtests/events?${range}&${query}`)).body;
}

async function send(method: string, path: string, body?: object) {
  const response = await fetch(new URL(path, service.url), {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return {
    status: response.status,
    body: (await response.json()) as { id: string; state: string; from: string; to: string },
  };
}

it('pages through the events in the order of time, each once', async () => {
  const all = (await events('limit=100')).items;
  const paged: typeof all = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await events(`limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.items.length).toBeLessThanOrEqual(4);
    paged.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(all);
  expect(new Set(paged.map(({ type, id }) => type + id)).size).toBe(all.length);
  const times = paged.map(({ time }) => time);
  expect(times).toEqual([...times].sort());
});

it('a job plays them, one at a time, and its report is there at the end', async () => {
  const { status, body: job } = await send('POST', '/v1/backtests', { policy: ACT, against: 'current' });
  expect(status).toBe(200);
  expect(job).toMatchObject({ state: 'running', report: null });
  expect(await send('POST', '/v1/backtests', { policy: ACT })).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining(job.id) },
  });
  const done = await eventually(async () => {
    const { body } = await get(service, `/v1/backtests/${job.id}`);
    expect(body).toMatchObject({ state: 'done', share: 1, problem: null });
    return body;
  }, 60_000);
  expect(done.report).toMatchObject({
    policy: { name: 'policy', totals: { failures: FAILURES, results: { healed: 3, 'acted-unknown': 3 } } },
    against: { name: 'current', totals: { results: { recommended: FAILURES }, missed: 3 } },
    changed: FAILURES,
  });
  const openApi = (await get(service, '/openapi.json')).body;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(openApi, 'api');
  expect(ajv.validate('api#/components/schemas/BacktestJob', done)).toBe(true);
  expect((await get(service, '/v1/backtests')).body.items[0]).toMatchObject({
    id: job.id,
    state: 'done',
    report: null,
  });
}, 90_000);

it('every replica knows it, also after a restart; a few words of each are in the list', async () => {
  const { items } = (await get(service, '/v1/backtests')).body;
  const [{ id }] = items;
  const written = (await get(service, `/v1/backtests/${id}`)).body;
  const other = await running.auditor();
  // What has just ended may not be written down yet.
  await eventually(async () => expect((await get(other, `/v1/backtests/${id}`)).body).toEqual(written));
  expect((await get(other, '/v1/backtests')).body.items).toEqual([
    {
      ...written,
      ...{ policy: ACT, against: '', isCurrent: true, judgeWithin: '1d', report: null },
      totals: written.report.policy.totals,
      againstTotals: written.report.against.totals,
    },
  ]);
  expect(written.totals).toEqual(written.report.policy.totals);
}, 60_000);

it('tells how far it is until it ends, at any replica, and any may stop it', async () => {
  const { body: job } = await send('POST', '/v1/backtests', { policy: ACT });
  const told = await progressOf(running.services[1] as RunningService, job.id);
  expect(told.at(-1)).toMatchObject({ id: job.id, state: 'done', share: 1, report: null });
  expect(await progressOf(service, 'nothing')).toEqual([]);

  const store = await Store.open({ url: running.postgres.url, name: 'lost' });
  const none = { problem: null, totals: null, againstTotals: null, report: null };
  const kept = {
    ...none,
    ...{ id: 'lost', startedAt: new Date(), endedAt: null, state: 'running', events: 1, share: 0.1 },
  };
  await store.read((manager) => keepBacktest(manager, { ...kept, plan: planOf(job) }));
  expect((await get(service, '/v1/backtests/lost')).body).toMatchObject({ state: 'running', endedAt: null });
  await store.read((manager) =>
    manager.query(`UPDATE backtests SET seen_at = now() - interval '2 minutes' WHERE id = 'lost'`),
  );
  expect((await get(service, '/v1/backtests/lost')).body).toMatchObject({
    state: 'failed',
    problem: expect.stringContaining('auditor that ran it ended'),
  });
  await send('DELETE', '/v1/backtests/lost');
  expect((await get(service, '/v1/backtests/lost')).body).toMatchObject({ state: 'cancelled' });
  // Whoever runs it sees that.
  const runs = await store.read((manager) => keepBacktest(manager, { ...kept, plan: {} }));
  expect(runs).toBe(false);
  await store.close();
}, 60_000);

function planOf({ from, to }: { from: string; to: string }) {
  return {
    policy: ACT,
    against: null,
    isCurrent: false,
    from: Date.parse(from),
    to: Date.parse(to),
    judgeWithinMs: DAY,
  };
}

/** What is told to those who follow one. */
async function progressOf(at: RunningService, id: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(new URL(`/v1/backtests/${id}/progress`, at.url));
  const lines = (await response.text()).split('\n');
  return lines.filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice('data: '.length)));
}

it('one that is cancelled makes room for the next', async () => {
  const { body: job } = await send('POST', '/v1/backtests', { policy: ACT });
  expect((await send('DELETE', `/v1/backtests/${job.id}`)).body.state).toBe('cancelled');
  const next = await send('POST', '/v1/backtests', { policy: ACT });
  expect(next.status).toBe(200);
  await send('DELETE', `/v1/backtests/${next.body.id}`);
});

it.each([
  ['a broken policy', { policy: 'version: 1\nmoed: act\n' }, 'policy', /line 2|moed/],
  ['another broken policy', { policy: ACT, against: 'version: 2' }, 'against', /version/],
  ['a range without an end', { policy: ACT, from: '2026-02-01', to: '2026-01-01' }, 'from', /expected a time/],
  ['a range of years', { policy: ACT, from: '2020-01-01', to: '2026-01-01' }, 'from', /at most 366d/],
  ['no duration', { policy: ACT, judgeWithin: 'soon' }, 'judgeWithin', /from 1m to 30d, found soon/],
  ['nothing', {}, 'policy', /policy/],
])('refuses %s', async (_what, body, field, says) => {
  const answer = await send('POST', '/v1/backtests', body);
  expect(answer).toMatchObject({ status: 400, body: { field, detail: expect.stringMatching(says) } });
});

it('knows no other', async () => {
  expect((await get(service, '/v1/backtests/nothing')).status).toBe(404);
  expect((await get(service, '/v1/backtests/events?from=2026-01-01&to=2026-01-02&cursor=x')).status).toBe(400);
});
