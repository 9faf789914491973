import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@prunella/service-kit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../../test/running.ts';
import { eventually, MINUTE, Story, type Told } from '../../test/story.ts';

const DAY = 24 * 60 * MINUTE;

let running: Running;
let service: RunningService;
let begin: number;
let directory: string;
beforeAll(async () => {
  running = await Running.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-owners-'));
  const file = join(directory, 'prunella.yaml');
  await writeFile(
    file,
    'version: 1\nowners: [{ match: { repository: octo/old }, owner: "@team-old" }, { match: { workload: shop/* }, owner: "@shop" }]\n',
  );
  service = await running.auditor({ PRUNELLA_CONFIG: file });
  begin = Date.now() - 2 * DAY;
  await running.publish(...flaky(4), ...scaled(), ...flaky(1, 40, 'octo/old'));
  await eventually(async () => expect((await get(service, '/v1/debts')).body.items).toHaveLength(3));
  await eventually(async () => expect((await get(service, '/v1/debts')).body.items[0].count).toBe(4));
}, 90_000);
afterAll(async () => {
  await running.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs of different commits that a rerun of five minutes healed. */
function flaky(times: number, daysBefore = 0, repository = 'octo/shop'): Told[] {
  return Array.from({ length: times }, (_, n) => {
    const from = begin - daysBefore * DAY + n * MINUTE;
    const story = new Story(`${repository}-${n}`, { repository, headSha: `sha-${n}` }, from);
    const at = (minutes: number) => new Date(from + minutes * MINUTE).toISOString();
    return [
      ...[story.failed(), story.diagnosed()],
      story.executed('executed', { at: 12, cost: { minutes: 10, money: 0.2, currency: 'EUR' } }),
      story.finished('success', { attempt: 2, at: 18, startedAt: at(13), finishedAt: at(18) }),
    ];
  }).flat();
}

function scaled(): Told[] {
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'api', container: 'app' };
  const story = new Story('scaled', { workload, repository: 'octo/api', kind: 'deployment' }, begin - DAY);
  const raise = { action: { type: 'scale_resources' }, cause: 'oom', effect: 'memory 1Gi, was 512Mi' };
  // That it was taken back costs nothing, and owes nothing more.
  const undone = story.executed('executed', { ...raise, at: 20, key: 'k.undo', undoes: 'k' });
  return [story.failed(), story.diagnosed({ cause: 'oom' }), story.executed('executed', raise), undone];
}

async function change(id: string, body: object) {
  const response = await fetch(new URL(`/v1/debts/${id}`, service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('/v1/debts', () => {
  it('sums up what was healed again and again, with its costs', async () => {
    const { body } = await get(service, '/v1/debts?repository=octo%2Fshop');
    expect(body.items).toEqual([
      expect.objectContaining({
        ...{ kind: 'retry_pass', state: 'open', count: 4, recent: 4, before: 0, trend: 'rising', rootCause: true },
        ...{
          owner: null,
          ownerFrom: null,
          cause: 'network',
          fingerprint: 'fp-network',
          repository: 'octo/shop',
          minutes: 20,
        },
        money: [{ currency: 'EUR', amount: expect.closeTo(0.4, 9) }],
      }),
    ]);
  });

  it('lists by filters and in pages', async () => {
    for (const [query, repositories] of [
      ['', ['octo/shop', 'octo/api', 'octo/old']],
      ['?kind=resource_raise', ['octo/api']],
      ['?state=overdue', ['octo/old']],
      ['?state=open', ['octo/shop', 'octo/api']],
      ['?state=resolved', []],
    ] as const) {
      const { body } = await get(service, `/v1/debts${query}`);
      const found = body.items.map((item: { repository: string }) => item.repository);
      expect([query, found]).toEqual([query, repositories]);
    }
    const first = (await get(service, '/v1/debts?limit=2')).body;
    const rest = (await get(service, `/v1/debts?limit=2&cursor=${first.nextCursor}`)).body;
    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([2, 1, null]);
    expect(rest.items[0].repository).toBe('octo/old');
  });

  it.each([
    ['/v1/debts?state=closed', 'state'],
    ['/v1/debts?kind=other', 'kind'],
    ['/v1/debts?limit=0', 'limit'],
    ['/v1/debts?cursor=x', 'cursor'],
    ['/v1/reports/costs?by=hour', 'by'],
    ['/v1/reports/costs?from=2026-11-02&to=2026-11-01', 'from'],
    ['/v1/reports/root-causes?since=x', 'since'],
  ])('%s: 400', async (path, field) => {
    expect(await get(service, path)).toMatchObject({ status: 400, body: { field } });
  });

  it('is claimed and resolved by people; what is seen again is open again', async () => {
    const [debt] = (await get(service, '/v1/debts?kind=resource_raise')).body.items;
    expect(debt).toMatchObject({ owner: '@shop', ownerFrom: 'policy' });
    const [old] = (await get(service, '/v1/debts?repository=octo%2Fold')).body.items;
    expect(old).toMatchObject({ owner: '@team-old', ownerFrom: 'policy' });
    expect((await change('debt_nothing', { owner: 'team-a', by: 'ada' })).status).toBe(404);
    expect((await change(debt.id, { by: 'ada' })).status).toBe(400);
    expect((await change(debt.id, { owner: 'team-a' })).status).toBe(400);
    expect(await change(debt.id, { owner: 'team-a', by: 'ada', reason: 'ours' })).toMatchObject({
      status: 200,
      body: { owner: 'team-a', ownerFrom: 'hand', changedBy: 'ada', changedWhy: 'ours', state: 'open' },
    });
    expect(await change(debt.id, { resolved: true, by: 'bob', reason: 'limits raised' })).toMatchObject({
      body: { owner: 'team-a', changedBy: 'bob', state: 'resolved', resolvedAt: expect.any(String) },
    });
    expect((await get(service, '/v1/debts?state=resolved')).body.items).toHaveLength(1);
    expect(await running.published('debt.changed')).toEqual([
      expect.objectContaining({ debtId: debt.id, owner: 'team-a', by: 'ada' }),
      expect.objectContaining({ debtId: debt.id, resolved: true, by: 'bob' }),
    ]);
    const story = new Story(
      'again',
      { repository: 'octo/api', workload: { namespace: 'shop', name: 'api', container: 'app' } },
      Date.now() + MINUTE,
    );
    await running.publish(story.executed('executed', { at: 0, action: { type: 'scale_resources' } }));
    await eventually(async () => {
      const { body } = await get(service, '/v1/debts?kind=resource_raise');
      expect(body.items).toEqual([expect.objectContaining({ state: 'open', count: 2, resolvedAt: null })]);
    });
  });
});

describe('reports', () => {
  it('name the root causes: what is healed again and again', async () => {
    const { body } = await get(service, '/v1/reports/root-causes');
    expect(body).toMatchObject({
      atLeast: 3,
      items: [{ repository: 'octo/shop', count: 4, fix: expect.stringContaining('cache') }],
    });
    expect((await get(service, '/v1/reports/root-causes?repository=octo%2Fold')).body.items).toEqual([]);
  });

  it.each([
    ['action', ['retry_with_backoff', 'scale_resources']],
    ['repository', ['octo/api', 'octo/shop']],
    ['cause', ['network', 'oom']],
  ])('sum costs up by %s', async (by, keys) => {
    const range = `from=${new Date(begin - 2 * DAY).toISOString()}&to=${new Date(begin + DAY).toISOString()}`;
    const { body } = await get(service, `/v1/reports/costs?by=${by}&${range}`);
    expect(body.total).toMatchObject({
      ...{ actions: 5, estimated: 4, expectedMinutes: 40, timed: 4, actualMinutes: 20 },
      money: [{ currency: 'EUR', amount: expect.closeTo(0.8, 9) }],
    });
    expect(body.items.map((item: { key: string }) => item.key)).toEqual(keys);
  });

  it('sum costs up by day, and add them to the effectiveness', async () => {
    const { body } = await get(service, '/v1/reports/costs?by=day');
    for (const { key } of body.items) expect(key).toMatch(/^\d{4}-\d\d-\d\d$/);
    const range = `from=${new Date(begin - DAY / 2).toISOString()}&to=${new Date(begin + DAY).toISOString()}`;
    expect((await get(service, `/v1/reports/effectiveness?${range}`)).body.actions).toEqual([
      expect.objectContaining({
        ...{ action: 'retry_with_backoff', successful: 4, expectedMinutes: 40, actualMinutes: 20 },
        money: [{ currency: 'EUR', amount: expect.closeTo(0.8, 9) }],
      }),
    ]);
  });

  it('answer as the OpenAPI description says', async () => {
    const { body: document } = await get(service, '/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    for (const path of ['/v1/debts', '/v1/reports/root-causes', '/v1/reports/costs', '/v1/reports/effectiveness']) {
      const pointer = `openapi#/paths/${path.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`;
      const validate = ajv.getSchema(pointer);
      expect([path, validate?.((await get(service, path)).body), validate?.errors]).toEqual([path, true, null]);
    }
  });

  it('are for who has the token', async () => {
    const guarded = await running.auditor({ PRUNELLA_API_TOKEN: 'a-long-secret' });
    for (const path of ['/v1/debts', '/v1/reports/costs', '/v1/reports/root-causes']) {
      expect([path, (await get(guarded, path)).status]).toEqual([path, 401]);
    }
    await guarded.close();
  });
});
