import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@prunella/service-kit';
import { confidenceOfEvents, decisionsOfEvents, healingsOfEvents, Store } from '@prunella/store';
import { FakeLoki } from '@prunella/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../../test/running.ts';
import { eventually, MINUTE, Story, type Told } from '../../test/story.ts';

const DAY = 24 * 60 * MINUTE;
const POLICY = `version: 1
costs: { currency: EUR }
owners: [{ match: { workload: shop/* }, owner: "@shop" }, { match: { repository: octo/shop }, owner: "@payments" }]
reports:
  byHand: [{ match: { action: retry_with_backoff }, takes: 15m, perHour: 80 }]
`;

let running: Running;
let service: RunningService;
let loki: FakeLoki;
let directory: string;
/** Two days ago. */
let begin: number;
let range: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-reports-'));
  await writeFile(join(directory, 'prunella.yaml'), POLICY);
  [running, loki] = await Promise.all([Running.start(), FakeLoki.start()]);
  service = await running.auditor({
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    LOKI_URL: loki.url,
    LOKI_SHIP: 'false',
  });
  begin = Date.now() - 2 * DAY;
  range = `from=${new Date(begin - DAY).toISOString()}&to=${new Date(begin + DAY).toISOString()}`;
  await running.publish(
    ...Array.from({ length: 4 }, (_, n) => healed(n)).flat(),
    ...healed(9, -3 * DAY),
    ...restarted(),
  );
  await eventually(async () => {
    const { body } = await get(service, `/v1/reports/effectiveness?${range}`);
    expect(body.overall).toMatchObject({ successful: 6, harmful: 1 });
  }, 30_000);
}, 90_000);
afterAll(async () => {
  await running.stop();
  await loki.stop();
  await rm(directory, { recursive: true, force: true });
});

const iso = (ms: number) => new Date(ms).toISOString();
const COST = { cost: { minutes: 10, money: 0.2, currency: 'EUR' } };

/** A run that failed at minute 10, was run again at minute 12 for five minutes, and passed at minute 18. */
function healed(n: number, shift = n * 60 * MINUTE): Told[] {
  const from = begin + shift;
  // Text of others: it is shown, and is nothing else.
  const story = new Story(
    `shop-${n}`,
    { repository: 'octo/shop', headSha: `sha-${n}`, name: 'CI | <b>@all</b>' },
    from,
  );
  const at = (minutes: number) => iso(from + minutes * MINUTE);
  return [
    ...[story.failed(), story.diagnosed(), story.executed('executed', { at: 12, ...COST })],
    story.finished('success', { attempt: 2, at: 18, startedAt: at(13), finishedAt: at(18) }),
  ];
}

const WORKLOAD = { kind: 'Deployment', namespace: 'shop', name: 'api' };
const SHOP = { kind: 'deployment', platform: 'kubernetes', environment: 'production', workload: WORKLOAD };

/** A workload that was restarted twice with success and once with harm, and the alerts around that. */
function restarted(): Told[] {
  const restart = { action: { type: 'reset_connections' }, cause: 'service_unavailable', fingerprint: 'fp-pool' };
  const about = (n: number, outcome: string) => {
    const story = new Story(
      `restart-${n}`,
      { ...SHOP, pipelineId: 'deploy/api', name: 'api', repository: 'octo/api' },
      begin + n * 60 * MINUTE,
    );
    return [
      ...[story.failed({ at: 30 }), story.diagnosed({ at: 30, cause: 'service_unavailable', fingerprint: 'fp-pool' })],
      ...[story.executed('executed', { at: 31, ...restart })],
      story.outcome(outcome, { at: 35, action: 'reset_connections', fingerprint: 'fp-pool' }),
    ];
  };
  const alert = (name: string, minute: number, fields: object) =>
    new Story(
      name,
      { platform: 'alertmanager', pipelineId: name, name, runId: name, repository: '', ...fields },
      begin,
    ).failed({
      at: minute,
      error: { message: `${name} fires with password=hunter2secret` },
    });
  const recommended = new Story('recommended', { repository: 'octo/api' }, begin);
  return [
    ...about(0, 'healed'),
    ...about(1, 'healed'),
    ...about(2, 'harmful'),
    ...[alert('HighErrors', 29, { workload: WORKLOAD }), alert('SlowAnswers', 33, { environment: 'production' })],
    ...[
      alert('TooLate', 37, { workload: WORKLOAD }),
      alert('Elsewhere', 31.5, { workload: { ...WORKLOAD, name: 'web' } }),
    ],
    ...[recommended.executed('recommended', { action: { type: 'scale_resources' } })],
  ];
}

describe('effectiveness', () => {
  it('says how long heals took, what did harm, and what was only recommended', async () => {
    const { body } = await get(service, `/v1/reports/effectiveness?${range}`);
    expect(body.overall).toMatchObject({
      ...{ total: 7, successful: 6, harmful: 1, ineffective: 0, successRate: 6 / 7, timed: 6 },
      // Four in 8 minutes, two in 5.
      ...{ meanMinutesToHeal: 7, medianMinutesToHeal: 8 },
      notDone: { recommended: 1, observed: 0, rejected: 0, handed_over: 0, failed: 0, superseded: 0 },
    });
    expect(body.actions).toMatchObject([
      { action: 'reset_connections', total: 3, meanMinutesToHeal: 5 },
      { action: 'retry_with_backoff', total: 4, meanMinutesToHeal: 8 },
      {
        action: 'scale_resources',
        total: 0,
        successRate: null,
        medianMinutesToHeal: null,
        notDone: { recommended: 1 },
      },
    ]);
  });
});

describe('root causes', () => {
  it('are what was healed so often in a range, with their trend, costs, owner and what to do', async () => {
    const { body } = await get(service, `/v1/reports/root-causes?${range}&atLeast=2`);
    expect(body.items).toMatchObject([
      {
        what: 'CI | <b>@all</b> of octo/shop was healed of network 4 times (retry_with_backoff; rule:connection-timeout)',
        fix: expect.stringMatching(/^Put a cache or mirror .+\.$/),
        ...{ owner: '@payments', count: 4, before: 1, trend: 'rising', minutes: 20, fingerprint: 'fp-network' },
        money: [{ currency: 'EUR', amount: expect.closeTo(0.4, 9) }],
        incidentIds: [expect.any(String), expect.any(String), expect.any(String)],
      },
      {
        what: 'shop/api of octo/api was healed of service_unavailable 2 times (reset_connections; rule:connection-timeout)',
        fix: expect.stringMatching(/^It recovers by a restart/),
        ...{ owner: '@shop', count: 2, before: 0, target: 'shop/api', cause: 'service_unavailable', money: [] },
      },
    ]);
    const [example] = body.items[0].incidentIds;
    expect((await get(service, `/v1/incidents/${example}`)).body).toMatchObject({
      repository: 'octo/shop',
      outcome: 'healed',
    });
  });

  it.each`
    query                                | count
    ${'atLeast=3'}                       | ${1}
    ${'atLeast=2&limit=1'}               | ${1}
    ${'atLeast=2&repository=octo%2Fapi'} | ${1}
    ${''}                                | ${1}
    ${'atLeast=5'}                       | ${0}
  `('by $query: $count', async ({ query, count }) => {
    expect((await get(service, `/v1/reports/root-causes?${range}&${query}`)).body.items).toHaveLength(count);
  });
});

describe('costs', () => {
  it('say what was spent in vain, and what was saved by the figures of the policy alone', async () => {
    const { body } = await get(service, `/v1/reports/costs?${range}&by=repository`);
    expect(body.total).toMatchObject({
      ...{ healed: 6, inVain: { actions: 1, minutes: 0, money: [] } },
      // Five minutes each, at the price that was expected.
      spent: { minutes: 20, money: [{ currency: 'EUR', amount: expect.closeTo(0.4, 9) }] },
      saved: { heals: 4, minutes: 60, money: [{ currency: 'EUR', amount: 80 }] },
    });
    expect(body.items).toMatchObject([
      // No figure fits a restart: nothing is claimed.
      { key: 'octo/api', healed: 2, saved: null },
      { key: 'octo/shop', healed: 4, saved: { heals: 4 } },
    ]);
  });
});

describe('correlation', () => {
  async function restartedIncident(): Promise<string> {
    const { body } = await get(service, '/v1/incidents?repository=octo%2Fapi&pipeline=deploy%2Fapi');
    return body.items.at(-1).id;
  }

  it('shows what came within 5 minutes before and after an action on the incident, without secrets', async () => {
    const { body } = await get(service, `/v1/incidents/${await restartedIncident()}`);
    expect(body.correlation).toEqual([
      expect.objectContaining({
        ...{ action: 'reset_connections', attempt: 1, withinMinutes: 5, more: false },
        before: [
          expect.objectContaining({ source: 'alertmanager', name: 'HighErrors', seconds: -120, same: ['workload'] }),
        ],
        after: [expect.objectContaining({ name: 'SlowAnswers', seconds: 120, same: ['environment'] })],
      }),
    ]);
    expect(JSON.stringify(body.correlation)).not.toContain('hunter2secret');
  });

  it('adds what Loki has of the workload and of the healing', async () => {
    const acted = begin + 31 * MINUTE;
    loki.ship(
      { namespace: 'shop', pod: 'api-7d9-x' },
      acted + MINUTE,
      'all is well',
      'Error: token=abcdefghij0123456789 refused',
    );
    loki.ship({ namespace: 'shop', pod: 'api-7d9-x' }, acted + 6 * MINUTE, 'Error: too late');
    loki.ship({ service: 'prunella' }, acted, '{"pipeline_id":"deploy/api","msg":"healing begins"}');
    const { body } = await get(service, `/v1/incidents/${await restartedIncident()}/correlation`);
    expect(body).toMatchObject({ says: expect.stringContaining('which is no cause') });
    expect(body.actions).toMatchObject([
      { logs: [{}], healing: [{ text: expect.stringContaining('healing begins') }], gaps: [] },
    ]);
    expect(body.actions[0].logs[0].text).toMatch(/^Error: token=(?!abcdef)/);
    loki.answerNext(429);
    loki.answerNext(400, 'parse error');
    loki.answerNext(429);
    loki.answerNext(429);
    const poor = await get(service, `/v1/incidents/${await restartedIncident()}/correlation`);
    expect(poor.status).toBe(200);
    expect(poor.body.actions[0].gaps).not.toEqual([]);
    expect(poor.body.actions[0].before).toHaveLength(1);
    expect((await get(service, '/v1/incidents/nobody/correlation')).status).toBe(404);
  }, 60_000);

  it('is summed up over a range', async () => {
    const { body } = await get(service, `/v1/reports/correlation?${range}`);
    expect(body).toMatchObject({ looked: 7, more: false, withinMinutes: 5 });
    expect(body.actions).toMatchObject([
      { action: 'reset_connections', total: 3, preceded: 1, followed: 1, before: 1, after: 1 },
      { action: 'retry_with_backoff', total: 4, preceded: 0, followed: 0 },
    ]);
    expect(body.items).toMatchObject([{ workload: 'shop/api', outcome: 'healed', before: 1, after: 1 }]);
  });
});

describe('the log of healing', () => {
  it('is what Loki has of a pipeline in a range', async () => {
    const at = begin + 500 * MINUTE;
    const line = (pipeline: string, msg: string) => JSON.stringify({ pipeline_id: pipeline, msg });
    const lines = [
      line('acme/ci', 'healing begins'),
      line('acme/ci', 'idle'),
      line('other', 'retry'),
      line('acme/ci', 'rollback done'),
    ];
    loki.ship({ service: 'prunella' }, at, ...lines);
    const path = `/v1/logs/healing?pipeline=acme%2Fci&from=${iso(at)}&to=${iso(at + MINUTE)}`;
    const { status, body } = await get(service, path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ pipeline: 'acme/ci', more: false });
    expect(body.lines.map(({ text }: { text: string }) => JSON.parse(text).msg)).toEqual([
      'healing begins',
      'rollback done',
    ]);
    expect((await get(service, `${path}&limit=1`)).body).toMatchObject({ more: true, lines: [{}] });
  });

  it.each`
    query                                         | status | field
    ${''}                                         | ${400} | ${'pipeline'}
    ${'pipeline=a%22%7D'}                         | ${400} | ${'pipeline'}
    ${'pipeline=a&limit=0'}                       | ${400} | ${'limit'}
    ${'pipeline=a&to=2000-01-01&from=2001-01-01'} | ${400} | ${'from'}
  `('$query: $status', async ({ query, status, field }) => {
    expect(await get(service, `/v1/logs/healing?${query}`)).toMatchObject({ status, body: { field } });
  });

  it('says why where Loki does not answer', async () => {
    loki.answerNext(400, 'parse error at line 1');
    expect(await get(service, '/v1/logs/healing?pipeline=acme%2Fci')).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('parse error at line 1') },
    });
  });
});

describe('the summary', () => {
  it('joins all reports', async () => {
    const { body } = await get(service, `/v1/reports/summary?${range}`);
    expect(body).toMatchObject({
      incidents: { opened: 12, healed: 6 },
      effectiveness: { overall: { successful: 6 } },
      costs: { total: { saved: { minutes: 60 } } },
      rootCauses: { atLeast: 3, items: [{ count: 4 }] },
      correlation: { looked: 7 },
      debts: { overdue: 0, dueSoon: 0, items: [] },
      tests: { known: 0, items: [] },
    });
    const month = (await get(service, `/v1/reports/summary?from=${iso(begin - 40 * DAY)}`)).body;
    expect(month.debts).toMatchObject({
      overdue: 0,
      dueSoon: 1,
      items: [{ repository: 'octo/shop', recent: 5, rootCause: true }],
    });
  });

  it.each(['effectiveness', 'costs', 'root-causes', 'correlation', 'summary'])(
    '%s is Markdown for who wants it',
    async (name) => {
      const path = `/v1/reports/${name}?${range}`;
      const asked = await get(service, `${path}&format=markdown`);
      expect([asked.status, asked.type]).toEqual([200, 'text/markdown; charset=utf-8']);
      expect(asked.body).toMatch(/^# \w/);
      expect((await get(service, path, { accept: 'text/markdown' })).body).toBe(asked.body);
      expect((await get(service, path, { accept: '*/*' })).type).toContain('application/json');
      expect(asked.body).not.toContain('<b>');
      expect((await get(service, `${path}&format=pdf`)).body.field).toBe('format');
    },
  );

  it('shows in Markdown what others named as it is, and is not led astray by it', async () => {
    const { body } = await get(service, `/v1/reports/summary?${range}&format=markdown`);
    expect(body).toContain('CI &#124; \\<b\\>');
    const rows = body.split('\n').filter((line: string) => line.startsWith('| CI'));
    expect(rows).toHaveLength(1);
    expect(rows[0].split('|')).toHaveLength(9);
  });

  it('and all others answer as the OpenAPI description says', async () => {
    const { body: document } = await get(service, '/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    const id = (await get(service, '/v1/incidents?limit=1')).body.items[0].id;
    const paths = ['effectiveness', 'costs', 'root-causes', 'correlation', 'summary'].map((name) => [
      `/v1/reports/${name}`,
      `/v1/reports/${name}`,
    ]);
    for (const [path = '', template = ''] of [
      ...paths,
      ['/v1/logs/healing?pipeline=x', '/v1/logs/healing'],
      [`/v1/incidents/${id}/correlation`, '/v1/incidents/{id}/correlation'],
    ]) {
      const pointer = `openapi#/paths/${template.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`;
      const validate = ajv.getSchema(pointer);
      expect([path, validate?.((await get(service, path)).body), validate?.errors]).toEqual([path, true, null]);
    }
  });
});

it.each([
  ['healings', 8, [healingsOfEvents, confidenceOfEvents]],
  ['decisions', 9, [decisionsOfEvents]],
])('finds from the events alone what the auditor wrote of %s', async (table, count, statements) => {
  const store = await Store.open({ url: running.postgres.url, name: 'spec' });
  const all = () =>
    store.read((manager) => manager.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY t::text`));
  const written = await all();
  expect(written).toHaveLength(count);
  await store.read((manager) => manager.query(`DELETE FROM ${table}`));
  for (const sql of statements) await store.read((manager) => manager.query(sql));
  expect(await all()).toEqual(written);
  await store.close();
});
