import { FakeGitHub, githubRun } from '@prunella/testing';
import { github } from './index.ts';

const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;

let fake: FakeGitHub;
let reader: NonNullable<ReturnType<typeof github>>['reader'];

beforeAll(async () => {
  fake = await FakeGitHub.start();
  reader = github({ GITHUB_API_URL: fake.url, GITHUB_TOKEN: 'ghp_test' })?.reader as typeof reader;
});

afterEach(() => {
  fake.patience = undefined;
  expect(fake.violations).toEqual([]);
});

afterAll(() => fake.stop());

const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const NOON = Date.parse('2026-03-01T12:00:00Z');

async function ended(place: string, since: number, mark?: string) {
  const { runs, ...rest } = (await reader.finishedSince?.(place, since, { signal, ...(mark && { mark }) })) ?? fail();
  return { ids: runs.map(({ runId }) => Number(runId)).toSorted((a, b) => a - b), ...rest };
}

function fail(): never {
  throw new Error('expected an answer');
}

it('tells runs by when they ended, also those that began hours before', async () => {
  const repository = 'acme/ends';
  const add = (created: number, updated: number, changes = {}) =>
    fake.addRun({ repository, createdAt: at(created), updatedAt: at(updated), ...changes });
  add(NOON - 2 * HOUR_MS, NOON - 1_000);
  const long = add(NOON - 5 * HOUR_MS, NOON);
  const quick = add(NOON + 1_000, NOON + 2_000, { conclusion: 'success' });
  add(NOON + 1_000, NOON + 2_000, { status: 'in_progress', conclusion: null });
  expect(await ended(repository, NOON)).toMatchObject({ ids: [long.id, quick.id] });
});

it('an answer that did not change costs nothing, and tells nothing twice', async () => {
  const repository = 'acme/etag';
  const run = fake.addRun({ repository, createdAt: at(NOON), updatedAt: at(NOON) });
  const first = await ended(repository, NOON);
  expect(first).toEqual({ ids: [run.id], mark: expect.stringMatching(/^W\/"/) });
  // A little later it is the same question.
  expect(await ended(repository, NOON + 1_000, first.mark)).toEqual({ ids: [], mark: first.mark });
  fake.rerun(run);
  fake.completeRun(run, 'success');
  const next = await ended(repository, NOON, first.mark);
  expect(next.ids).toEqual([run.id]);
  expect(next.mark).not.toBe(first.mark);
});

it('reads page after page, and says when GitHub gives out no more', async () => {
  const repository = 'acme/many';
  const add = (count: number) =>
    Array.from({ length: count }, () => fake.addRun({ repository, createdAt: at(NOON), updatedAt: at(NOON) }));
  add(150);
  const some = await ended(repository, NOON);
  expect(some.ids).toHaveLength(150);
  // Of several pages only the first could be unchanged.
  expect(some).not.toHaveProperty('mark');
  expect(some).not.toHaveProperty('isCut');
  add(1_000);
  const all = await ended(repository, NOON);
  expect(all.ids).toHaveLength(1_000);
  expect(all.isCut).toBe(true);
});

it('keeps the last requests for failures', async () => {
  const repository = 'acme/patience';
  for (let run = 0; run < 150; run++) fake.addRun({ repository, createdAt: at(NOON), updatedAt: at(NOON) });
  fake.patience = { limit: 5_000, left: 499 };
  await expect(ended(repository, NOON)).rejects.toMatchObject({ problem: 'rate-limited' });
});

it.each`
  place          | problem
  ${'acme/none'} | ${'not-found'}
  ${'acme'}      | ${'refused'}
  ${'../x/y'}    | ${'refused'}
`('$place is $problem', async ({ place, problem }) => {
  await expect(ended(place, NOON)).rejects.toMatchObject({ problem });
});

it('tells of one run once it has ended, however old it is', async () => {
  const run = fake.addRun({ createdAt: at(NOON - 1_000 * HOUR_MS), updatedAt: at(NOON) });
  expect(await reader.ended?.(githubRun(run), signal)).toMatchObject({
    runId: String(run.id),
    endedAt: NOON,
    record: { run_attempt: 1, repository: { full_name: 'acme/shop' } },
  });
  fake.rerun(run);
  expect(await reader.ended?.(githubRun(run), signal)).toBe('running');
  expect(await reader.ended?.({ ...githubRun(run), runId: '7' }, signal)).toBeUndefined();
});
