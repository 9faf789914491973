import { FakeJenkins } from '@prunella/testing';
import { jenkins } from './index.ts';

const signal = new AbortController().signal;
const JOB = 'folder/app/main';

let fake: FakeJenkins;
let reader: NonNullable<ReturnType<typeof jenkins>>['reader'];

beforeEach(async () => {
  fake = await FakeJenkins.start();
  reader = jenkins({ JENKINS_URL: fake.url })?.reader as typeof reader;
});

afterEach(async () => {
  expect(fake.violations).toEqual([]);
  await fake.stop();
});

async function ended(since: number, mark?: string) {
  const finished = await reader.finishedSince?.(JOB, since, { signal, ...(mark && { mark }) });
  if (finished === undefined) throw new Error('expected an answer');
  return { ids: finished.runs.map(({ runId }) => runId), mark: finished.mark, isCut: finished.isCut };
}

it('goes by times at first, then by numbers: a build that waited long did not end before it was asked', async () => {
  const now = Date.now();
  fake.addBuild(JOB, { since: now - 3_600_000 });
  const waiting = fake.addBuild(JOB, { since: now - 3_600_000, result: null });
  fake.addBuild(JOB, { since: now });
  const first = await ended(now);
  expect(first.ids).toEqual([`${JOB}#3`]);
  expect((await ended(now, first.mark)).ids).toEqual([]);
  fake.complete(waiting, 'FAILURE');
  fake.addBuild(JOB, { since: now - 1_000_000 });
  const second = await ended(now, first.mark);
  expect(second.ids.toSorted()).toEqual([`${JOB}#2`, `${JOB}#4`]);
  expect((await ended(now, second.mark)).ids).toEqual([]);
});

it('says when there were more than Jenkins lists at once', async () => {
  fake.addBuild(JOB);
  const { mark } = await ended(0);
  for (let build = 0; build < 101; build++) fake.addBuild(JOB);
  expect(await ended(0, mark)).toMatchObject({ isCut: true });
});

it('a job that is gone is not found', async () => {
  await expect(ended(0)).rejects.toMatchObject({ problem: 'not-found' });
});
