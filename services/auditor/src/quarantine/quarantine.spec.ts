import type { QuarantineChanged } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { addition, changeOf, entryId } from '@prunella/quarantine';
import type { RunningService } from '@prunella/service-kit';
import { Store } from '@prunella/store';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../../test/running.ts';
import { eventually } from '../../test/story.ts';
import { expireQuarantine } from './expire.ts';

let running: Running;
let service: RunningService;

beforeAll(async () => {
  running = await Running.start();
  service = await running.auditor({ PRUNELLA_DEFAULT_BRANCHES: 'main, trunk' });
}, 60_000);
afterAll(() => running.stop());

async function send(method: 'POST' | 'DELETE', path: string, body?: object) {
  const response = await fetch(new URL(path, service.url), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into whatever came
  const answer: any = await response.json();
  return { status: response.status, body: answer };
}

function wish(repository: string, changes: object = {}) {
  return { test: 'src/test_cart.py::test_total', repository, owner: 'ada', reason: 'It is flaky.', ...changes };
}

const add = (repository: string, changes: object = {}) => send('POST', '/v1/quarantine', wish(repository, changes));

async function listed(repository: string, query = '') {
  return (await get(service, `/v1/quarantine?repository=${encodeURIComponent(repository)}${query}`)).body;
}

async function told(repository: string): Promise<QuarantineChanged[]> {
  const events = (await running.published('quarantine.changed')) as unknown as QuarantineChanged[];
  return events.filter((event) => event.repository === repository);
}

let reports = 0;
function report(repository: string, passed: boolean, changes: object = {}) {
  const results = [{ test: 'src/test_cart.py::test_total', passed }];
  const body = { repository, branch: 'main', commit: 'c', runId: String(++reports), results, ...changes };
  return send('POST', '/v1/quarantine/results', body);
}

describe('a test that a person puts in', () => {
  it('is listed at once with who, why and until when, and is told once', async () => {
    const added = await add('acme/by-hand', { by: 'ada', expiry: '2d', greens: 3 });
    expect(added).toMatchObject({
      status: 200,
      body: {
        id: entryId('acme/by-hand', 'src/test_cart.py::test_total'),
        ...{ state: 'added', owner: 'ada', by: 'ada', reason: 'It is flaky.', greens: 0, of: 3 },
      },
    });
    const { changedAt, expiresAt } = added.body;
    expect(Date.parse(expiresAt) - Date.parse(changedAt)).toBe(2 * 86_400_000);
    expect(await listed('acme/by-hand')).toEqual({ skip: true, items: [added.body], nextCursor: null });
    await eventually(async () => expect(await told('acme/by-hand')).toHaveLength(1));
  });

  it('is extended when it is put in again', async () => {
    await add('acme/again');
    expect((await add('acme/again', { owner: 'bob', reason: 'Still.' })).body).toMatchObject({
      state: 'extended',
      owner: 'bob',
    });
    expect((await listed('acme/again')).items).toHaveLength(1);
  });

  it('leaves when a person takes it out, with the reason', async () => {
    const { body } = await add('acme/removed');
    expect(await send('DELETE', `/v1/quarantine/${body.id}`)).toMatchObject({ status: 400, body: { field: 'reason' } });
    expect(await send('DELETE', `/v1/quarantine/${body.id}?by=bob&reason=mended`)).toMatchObject({
      status: 200,
      body: { state: 'removed', by: 'bob', reason: 'mended', owner: 'ada' },
    });
    expect((await listed('acme/removed')).items).toEqual([]);
    expect((await listed('acme/removed', '&state=over')).items).toMatchObject([{ reason: 'mended' }]);
    expect(await send('DELETE', `/v1/quarantine/${body.id}`, { reason: 'again' })).toMatchObject({ status: 404 });
    await eventually(async () =>
      expect((await told('acme/removed')).map(({ change }) => change)).toEqual(['added', 'removed']),
    );
  });

  it.each`
    changes                      | field
    ${{ owner: undefined }}      | ${'owner'}
    ${{ reason: '' }}            | ${'reason'}
    ${{ test: 'a\0b' }}          | ${'test'}
    ${{ expiry: '91d' }}         | ${'expiry'}
    ${{ expiry: 'tomorrow' }}    | ${'expiry'}
    ${{ greens: 0 }}             | ${'greens'}
    ${{ repository: undefined }} | ${'repository'}
  `('is refused by its field $field', async ({ changes, field }) => {
    expect(await add('acme/bad', changes)).toMatchObject({ status: 400, body: { field } });
  });
});

describe('the list', () => {
  it.each`
    branch         | skip
    ${'feature/x'} | ${true}
    ${'main'}      | ${false}
    ${'trunk'}     | ${false}
    ${''}          | ${true}
  `('for branch "$branch" says skip: $skip', async ({ branch, skip }) => {
    expect((await listed('acme/nothing', `&branch=${branch}&format=json`)).skip).toBe(skip);
  });

  it('is not sent again while it is the same', async () => {
    await add('acme/etag');
    const path = '/v1/quarantine?repository=acme/etag';
    const { headers } = await get(service, path);
    const again = { 'if-none-match': headers.get('etag') ?? '' };
    expect((await get(service, path, again)).status).toBe(304);
    await add('acme/etag', { owner: 'bob' });
    expect((await get(service, path, again)).status).toBe(200);
  });

  it('refuses what it does not know', async () => {
    expect(await get(service, '/v1/quarantine?repo=a')).toMatchObject({ status: 400, body: { field: 'repo' } });
    expect(await get(service, '/v1/quarantine?format=xml')).toMatchObject({ status: 400, body: { field: 'format' } });
  });
});

describe('changes that come over the bus', () => {
  it('make the same list in whatever order and however often they come', async () => {
    const at = Date.now();
    const repository = 'acme/bus';
    const by = { owner: '', reason: 'Flaky.', by: 'prunella', greens: 5, expiryMs: 86_400_000 };
    const from = (test: string) =>
      addition({ test, repository, evidence: [], incidentIds: ['inc_1'], ...by }, undefined, at);
    const [one, two] = [from('one'), from('two')];
    const out = changeOf({ ...two, eventId: 'two' }, 'removed', { by: 'bob', reason: 'Mended.', at: at + 1 });
    for (const [id, data] of [
      ['out', out],
      ['two', two],
      ['one', one],
      ['two', two],
    ] as const) {
      const message = { specversion: '1.0', type: 'x', source: 'prunella/remediator', id, data };
      running.bus.nats.publish('quarantine.changed', JSON.stringify(message));
    }
    await eventually(async () => {
      expect((await listed(repository)).items).toMatchObject([{ test: 'one', incidentIds: ['inc_1'], of: 5 }]);
      expect((await listed(repository, '&state=over')).items).toMatchObject([{ test: 'two', by: 'bob' }]);
    });
  });
});

describe('the default branch', () => {
  it('releases a test after so many green runs in a row, once', async () => {
    const repository = 'acme/greens';
    await add(repository, { greens: 3 });
    expect((await report(repository, true)).body).toMatchObject({ counted: 1, items: [{ greens: 1, of: 3 }] });
    expect((await report(repository, false)).body.items).toMatchObject([{ greens: 0 }]);
    await report(repository, true, { runId: 'a' });
    expect((await report(repository, true, { runId: 'a' })).body.items).toMatchObject([{ greens: 1 }]);
    await report(repository, true, { runId: '', commit: 'b' });
    expect((await listed(repository)).items).toMatchObject([{ greens: 2, of: 3 }]);
    expect((await report(repository, true)).body.items).toMatchObject([{ greens: 3, released: true }]);
    expect((await listed(repository)).items).toEqual([]);
    expect((await report(repository, true)).body).toMatchObject({ counted: 0, ignored: 1 });
    await eventually(async () =>
      expect((await told(repository)).map(({ change }) => change)).toEqual(['added', 'released']),
    );
    // It comes back: it is counted anew.
    expect((await add(repository)).body).toMatchObject({ state: 'added', greens: 0 });
  });

  it('counts a run as failed where one of its reports says so', async () => {
    const repository = 'acme/shards';
    await add(repository, { greens: 1 });
    await report(repository, false, { runId: 'r' });
    expect((await report(repository, true, { runId: 'r' })).body.items).toMatchObject([{ greens: 0 }]);
  });

  it('is the only one that counts', async () => {
    await add('acme/branch', { greens: 1 });
    expect((await report('acme/branch', true, { branch: 'feature/x' })).body).toEqual({
      counted: 0,
      ignored: 1,
      items: [],
    });
    expect(await report('acme/branch', true, { runId: '', commit: '' })).toMatchObject({
      status: 400,
      body: { field: 'runId' },
    });
  });

  it('releases once when replicas hear of the last green run together', async () => {
    const repository = 'acme/together';
    await add(repository, { greens: 2 });
    await report(repository, true);
    await Promise.all([1, 2, 3, 4].map(() => report(repository, true)));
    await eventually(async () => expect(await told(repository)).toHaveLength(2));
    expect((await told(repository)).at(-1)).toMatchObject({ change: 'released', by: 'prunella' });
  });
});

describe('expiry', () => {
  it('ends a quarantine, and is told once', async () => {
    const repository = 'acme/expired';
    await add(repository, { expiry: '1s' });
    await eventually(async () => expect((await listed(repository)).items).toEqual([]));
    const store = await Store.open({ url: running.postgres.url, name: 'spec' });
    try {
      const about = { source: 'prunella/auditor', now: Date.now() };
      await Promise.all([expireQuarantine(store, about), expireQuarantine(store, about)]);
    } finally {
      await store.close();
    }
    const over = (await listed(repository, '&state=over')).items;
    expect(over).toMatchObject([{ state: 'expired', by: 'prunella', owner: 'ada' }]);
    expect(over[0].changedAt).toBe(iso(Date.parse(over[0].expiresAt)));
    await eventually(async () =>
      expect((await told(repository)).map(({ change }) => change)).toEqual(['added', 'expired']),
    );
  });
});

it('is described in the OpenAPI document as it answers', async () => {
  const { body: document } = await get(service, '/openapi.json');
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const check = (path: string, method: string, body: unknown) => {
    const at = `openapi#/paths/${path.replaceAll('/', '~1')}/${method}/responses/200/content/application~1json/schema`;
    const validate = ajv.getSchema(at);
    expect([path, validate?.(body), validate?.errors]).toEqual([path, true, null]);
  };
  const added = await add('acme/openapi');
  check('/v1/quarantine', 'post', added.body);
  check('/v1/quarantine', 'get', await listed('acme/openapi'));
  check('/v1/quarantine/results', 'post', (await report('acme/openapi', true)).body);
  const removed = await send('DELETE', `/v1/quarantine/${added.body.id}`, { by: 'bob', reason: 'x' });
  check('/v1/quarantine/{id}', 'delete', removed.body);
  const named = document.paths['/v1/quarantine'].get.parameters.map((each: { name: string }) => each.name);
  expect(named).toEqual(['repository', 'branch', 'state', 'format']);
});
