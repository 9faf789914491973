import { FakeGitLab } from '@prunella/testing';
import { gitlab } from './index.ts';

const signal = new AbortController().signal;
const NOON = Date.parse('2026-03-01T12:00:00Z');
const at = (ms: number) => new Date(ms).toISOString();

let fake: FakeGitLab;
let reader: NonNullable<ReturnType<typeof gitlab>>['reader'];

beforeAll(async () => {
  fake = await FakeGitLab.start();
  reader = gitlab({ GITLAB_URL: fake.url, GITLAB_TOKEN: fake.token })?.reader as typeof reader;
});

afterEach(() => {
  fake.patience = undefined;
  expect(fake.violations).toEqual([]);
});

afterAll(() => fake.stop());

async function ended(place: string, since: number, mark?: string) {
  const finished = await reader.finishedSince?.(place, since, { signal, ...(mark && { mark }) });
  if (finished === undefined) throw new Error('expected an answer');
  const { runs, ...rest } = finished;
  return { ids: runs.map(({ runId }) => Number(runId)), runs, ...rest };
}

it('tells pipelines that ended, children too, with their jobs; what was told and did not change is not asked for again', async () => {
  const project = 'acme/ends';
  fake.addPipeline({ project, updatedAt: at(NOON - 1) });
  fake.addPipeline({ project, updatedAt: at(NOON), status: 'running' });
  const failed = fake.addPipeline({ project, updatedAt: at(NOON + 1) });
  const child = fake.addPipeline({ project, updatedAt: at(NOON + 2), source: 'parent_pipeline' });
  const first = await ended(project, NOON);
  expect(first.ids).toEqual([failed.id, child.id]);
  expect(first.runs[0]).toMatchObject({
    endedAt: NOON + 1,
    record: { pipeline: { id: failed.id, web_url: expect.any(String) }, jobs: [{ name: 'build', status: 'failed' }] },
  });
  const from = fake.requests.length;
  expect(await ended(project, NOON, first.mark)).toMatchObject({ ids: [], mark: first.mark });
  expect(fake.requests.slice(from)).toHaveLength(2);
  fake.retry(failed);
  fake.complete(failed, 'success');
  expect((await ended(project, NOON, first.mark)).ids).toEqual([failed.id]);
});

it('of many tells the oldest first, and from where the others are', async () => {
  const project = 'acme/many';
  const all = Array.from({ length: 120 }, (_, index) =>
    fake.addPipeline({ project, updatedAt: at(NOON + index * 1_000), jobs: [] }),
  );
  const told: number[] = [];
  let since = NOON;
  let mark: string | undefined;
  for (let times = 0; times < 3; times++) {
    const next = await ended(project, since, mark);
    told.push(...next.ids);
    expect(next.until).toBe(times < 2 ? NOON + (times + 1) * 50_000 : undefined);
    since = (next.until ?? since) - 10_000;
    mark = next.mark;
  }
  expect(told).toEqual(all.map(({ id }) => id));
});

it('keeps the last requests for failures', async () => {
  fake.addPipeline({ project: 'acme/patience', updatedAt: at(NOON) });
  fake.patience = { limit: 2_000, left: 199 };
  await expect(ended('acme/patience', NOON)).rejects.toMatchObject({ problem: 'rate-limited' });
});

it.each`
  place       | problem
  ${'acme'}   | ${'refused'}
  ${'a/../b'} | ${'refused'}
`('$place is $problem', async ({ place, problem }) => {
  await expect(ended(place, NOON)).rejects.toMatchObject({ problem });
});
