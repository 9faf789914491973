import { type FlakinessUpdated, parseData, type TestStatus } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { defaultPolicy } from '@prunella/policy';
import type { RunningService } from '@prunella/service-kit';
import { type EventRecord, Store } from '@prunella/store';
import { reportEvents, testId } from '@prunella/test-history';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../../test/running.ts';
import { eventually } from '../../test/story.ts';
import { audit } from '../audit.ts';
import { eventRecord } from '../ledger/event-record.ts';
import { forgetOldTests } from './forget.ts';

const DAY = 86_400_000;
const NOW = Date.now();
const PIPELINE = 'ci.yml';
const SETTINGS = {
  ...{ settleWithinMs: DAY, reverseWithinMs: DAY, source: 'prunella/auditor' },
  ...{ defaultBranches: ['main'], testsKeptMs: 45 * DAY, policy: () => defaultPolicy },
};

let running: Running;
let service: RunningService;
let store: Store;
let clock = NOW;

beforeAll(async () => {
  running = await Running.start();
  // The service makes the tables; what is recorded by hand below is recorded beside it.
  service = await running.auditor();
  store = await Store.open({ url: running.postgres.url, name: 'spec' });
}, 60_000);
afterAll(async () => {
  await store.close();
  await running.stop();
});

interface Told {
  repository: string;
  run: string;
  attempt?: number;
  sha: string;
  branch?: string;
  /** Days before now. */
  ago?: number;
  tests: Record<string, TestStatus>;
}

function events(
  { repository, run, attempt = 1, sha, branch = 'main', ago = 0, tests }: Told,
  mostBytes?: number,
): EventRecord[] {
  const results = Object.entries(tests).map(([name, status]) => ({
    ...{ suite: 'pytest', classname: 'tests.test_cart', name, file: 'tests/test_cart.py', status, durationMs: 7 },
    message: status === 'passed' ? '' : 'assert 11 == 12',
  }));
  const of = (status: TestStatus) => results.filter((result) => result.status === status).length;
  const totals = { tests: results.length, passed: of('passed'), failed: of('failed'), errors: of('error') };
  const report = { results, totals: { ...totals, skipped: of('skipped'), flaky: of('flaky'), durationMs: 7 } };
  const about = { run: { pipelineId: PIPELINE, repository, runId: run, attempt, headSha: sha, branch }, job: 'test' };
  return reportEvents(report, about, mostBytes).map(({ id, data }) =>
    eventRecord({ subject: 'tests.reported', source: 'story', id, time: iso(NOW - ago * DAY), data }, NOW),
  );
}

async function record(...told: readonly EventRecord[]) {
  clock += 1;
  await audit(store, told, clock, SETTINGS);
}

function idOf(repository: string, name: string): string {
  const test = { classname: 'tests.test_cart', name, file: 'tests/test_cart.py' };
  return testId({ repository, pipelineId: PIPELINE, job: 'test' }, test);
}

async function page(repository: string, name: string) {
  return (await get(service, `/v1/tests/${idOf(repository, name)}`)).body;
}

async function told(repository: string): Promise<FlakinessUpdated[]> {
  const all = (await running.published('flakiness.updated')) as unknown[];
  return all
    .map((update) => parseData('flakiness.updated', update))
    .filter((update) => update.repository === repository);
}

describe('a test that fails and passes at the same commit', () => {
  const repository = 'acme/flaky';
  const story = [
    ...events({ repository, run: '1', sha: 'a', ago: 6, tests: { total: 'passed', adds: 'passed', gone: 'passed' } }),
    ...events({ repository, run: '2', sha: 'b', ago: 5, tests: { total: 'failed', adds: 'passed' } }),
    ...events({ repository, run: '2', sha: 'b', ago: 4, attempt: 2, tests: { total: 'passed', adds: 'passed' } }),
    ...events({ repository, run: '3', sha: 'c', ago: 3, tests: { total: 'flaky', adds: 'passed' } }),
    ...events({ repository, run: '4', sha: 'd', ago: 2, tests: { total: 'passed', adds: 'failed' } }),
  ];

  it('is flaky, whatever the order in which the reports come, and however often', async () => {
    await record(...story.toReversed());
    const first = await page(repository, 'total');
    expect(first).toMatchObject({
      ...{ state: 'flaky', proofs: 2, proofShas: ['c', 'b'], runs: 5, failures: 2, failingSince: null },
      lastProofAt: iso(NOW - 3 * DAY),
    });
    expect(first.history.map(({ result, sha }: { result: string; sha: string }) => `${result} ${sha}`)).toEqual([
      ...['passed d', 'flaky c', 'passed b', 'failed b', 'passed a'],
    ]);
    await record(...story);
    for (const event of story) await record(event);
    expect(await page(repository, 'total')).toEqual(first);
  });

  it('is told from one that began to fail: with the first commit that fails, and the last one that passed', async () => {
    expect(await page(repository, 'adds')).toMatchObject({
      ...{ state: 'failing', proofs: 0, runs: 5 },
      failingSince: { runs: 1, firstFailingCommit: 'd', lastPassingCommit: 'c' },
    });
  });

  it('is told to the other services', async () => {
    await eventually(async () => {
      expect((await told(repository)).at(-1)).toMatchObject({
        ...{ testId: idOf(repository, 'total'), name: 'total', proofs: 2, failing: false, shas: ['c', 'b'] },
      });
    });
    expect((await told(repository)).every(({ name }) => name === 'total')).toBe(true);
  });

  it('of one that never failed the successes are known', async () => {
    expect(await page(repository, 'gone')).toMatchObject({
      ...{ state: 'passing', runs: null, lastFailedAt: null },
      history: [{ sha: 'a', result: 'passed', durationMs: 7, run: '1' }],
    });
  });
});

it('is flaky no more when it fails again and again: it is told as failing', async () => {
  const repository = 'acme/broken';
  const proven = [1, 2].map((attempt) =>
    events({
      repository,
      run: '1',
      attempt,
      sha: 'a',
      ago: 9 - attempt,
      tests: { total: attempt === 1 ? 'failed' : 'passed' },
    }),
  );
  const broken = ['b', 'c', 'd'].map((sha, n) =>
    events({ repository, run: sha, sha, ago: 5 - n, tests: { total: 'failed' } }),
  );
  await record(...proven.flat());
  await record(...broken.flat());
  expect(await page(repository, 'total')).toMatchObject({ state: 'failing', proofs: 1, failingSince: { runs: 3 } });
  await eventually(async () => expect((await told(repository)).map(({ failing }) => failing)).toEqual([false, true]));
});

it('a report of many parts is the same as a small one', async () => {
  const repository = 'acme/large';
  const tests: Record<string, TestStatus> = { total: 'failed' };
  for (let n = 0; n < 200; n += 1) tests[`case ${n}`] = 'passed';
  const parts = events({ repository, run: '1', sha: 'a', tests }, 2_000);
  expect(parts.length).toBeGreaterThan(2);
  await record(...parts.toReversed());
  const { body } = await get(service, `/v1/tests?repository=${encodeURIComponent(repository)}&state=passing&limit=200`);
  expect(body.items).toHaveLength(200);
  const { body: failing } = await get(service, `/v1/tests?repository=${encodeURIComponent(repository)}&state=failing`);
  expect(failing.items.map(({ name }: { name: string }) => name)).toEqual(['total']);
});

it('keeps of the event only what is not kept elsewhere', async () => {
  const [row] = await store.read((manager) =>
    manager.query<{ passed: unknown[]; notable: unknown[] }[]>(
      "SELECT data->'passed' AS passed, data->'notable' AS notable FROM events WHERE subject = 'tests.reported' AND data->'run'->>'repository' = 'acme/broken' ORDER BY time DESC LIMIT 1",
    ),
  );
  expect(row).toMatchObject({ passed: [], notable: [{ name: 'total' }] });
});

it('what is too old is forgotten, and that a test is flaky no more is told', async () => {
  const repository = 'acme/old';
  await record(
    ...events({ repository, run: '1', sha: 'a', ago: 60, tests: { total: 'failed', gone: 'failed' } }),
    ...events({ repository, run: '1', attempt: 2, sha: 'a', ago: 59, tests: { total: 'passed' } }),
    ...events({ repository, run: '2', sha: 'b', ago: 1, tests: { total: 'passed' } }),
  );
  expect(await page(repository, 'total')).toMatchObject({ state: 'flaky' });
  await forgetOldTests(store, { now: NOW + DAY / 2, keptMs: 45 * DAY });
  expect(await page(repository, 'total')).toMatchObject({ state: 'passing', proofs: 0, lastFailedAt: null });
  expect((await get(service, `/v1/tests/${idOf(repository, 'gone')}`)).status).toBe(404);
  await eventually(async () => expect((await told(repository)).map(({ proofs }) => proofs)).toEqual([1, 0]));
});

describe('the API', () => {
  it('pages through tests, those first that failed last', async () => {
    const repository = 'acme/pages';
    for (let n = 1; n <= 5; n += 1)
      await record(...events({ repository, run: String(n), sha: `s${n}`, ago: n, tests: { [`test ${n}`]: 'failed' } }));
    const names: string[] = [];
    for (let cursor = ''; ; ) {
      const query = new URLSearchParams({ repository, limit: '2', ...(cursor && { cursor }) });
      const { body } = await get(service, `/v1/tests?${query}`);
      names.push(...body.items.map(({ name }: { name: string }) => name));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    expect(names).toEqual(['test 1', 'test 2', 'test 3', 'test 4', 'test 5']);
    const { body } = await get(service, `/v1/tests?repository=${encodeURIComponent(repository)}&q=TEST%203`);
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['test 3']);
  });

  it('answers what its description says', async () => {
    const { body: document } = await get(service, '/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'openapi');
    for (const [path, template] of [
      ['/v1/tests?limit=200', '/v1/tests'],
      ['/v1/tests?state=good', '/v1/tests'],
      [`/v1/tests/${idOf('acme/flaky', 'total')}`, '/v1/tests/{id}'],
      [`/v1/tests/${idOf('acme/flaky', 'gone')}`, '/v1/tests/{id}'],
      ['/v1/tests/nobody', '/v1/tests/{id}'],
      ['/v1/reports/flaky?repository=acme%2Fflaky', '/v1/reports/flaky'],
    ] as [string, string][]) {
      const { status, type, body } = await get(service, path);
      const content = type.replace(/;.*/, '').replaceAll('/', '~1');
      const validate = ajv.getSchema(
        `openapi#/paths/${template.replaceAll('/', '~1')}/get/responses/${status}/content/${content}/schema`,
      );
      expect([path, status, validate === undefined]).toEqual([path, status, false]);
      expect([path, validate?.(body), validate?.errors]).toEqual([path, true, null]);
    }
    const { body: report } = await get(service, '/v1/reports/flaky?repository=acme%2Fflaky');
    expect(report).toMatchObject({ tests: 3, failing: 1, flaky: 1, suspect: 0, items: [{ name: 'total', proofs: 2 }] });
  });
});

it('nobody calls a test of others flaky by the reports of a fork', async () => {
  const repository = 'acme/forked';
  const branch = 'mallory:main';
  const theirs = { repository, branch, sha: 'x' };
  await record(...events({ repository, run: '1', sha: 'a', ago: 2, tests: { rejects: 'passed' } }));
  await record(
    ...events({ ...theirs, run: '2', ago: 1, tests: { rejects: 'failed' } }),
    ...events({ ...theirs, run: '2', attempt: 2, ago: 1, tests: { rejects: 'passed' } }),
    ...events({ ...theirs, run: '3', ago: 1, tests: { rejects: 'flaky', invented: 'flaky' } }),
  );
  await record(...events({ repository, run: '4', sha: 'b', tests: { rejects: 'failed' } }));
  expect(await page(repository, 'rejects')).toMatchObject({ state: 'failing', proofs: 0, runs: 2, failures: 1 });
  expect(await page(repository, 'invented')).toMatchObject({ status: 404 });
});
