import type { FoundReport } from '@prunella/core';
import { FakeGitLab, type GitLabPipeline, gitlabRun } from '@prunella/testing';
import { gitlab } from './index.ts';

let fake: FakeGitLab;

beforeAll(async () => {
  fake = await FakeGitLab.start();
});

afterEach(() => expect(fake.violations).toEqual([]));

afterAll(() => fake.stop());

const signal = new AbortController().signal;
const tests = [
  {
    name: 'unit',
    test_cases: [
      {
        status: 'success',
        name: 'adds',
        classname: 'Cart',
        execution_time: 1.5,
        system_output: null,
        stack_trace: null,
      },
      {
        status: 'failed',
        name: 'total',
        classname: 'Cart',
        file: 'cart.rb',
        execution_time: 0.2,
        system_output: 'eleven',
      },
      { status: 'error', name: 'pays', classname: 'Cart', execution_time: 0, system_output: { message: 'x' } },
      { status: 'odd', name: 'x', classname: 'Cart' },
    ],
  },
  { name: 'lint', test_cases: [] },
];

async function read(pipeline: GitLabPipeline): Promise<FoundReport[]> {
  const reader = gitlab({ GITLAB_URL: fake.url, GITLAB_TOKEN: fake.token })?.reader;
  const found: FoundReport[] = [];
  const options = { isReport: () => false, signal };
  for await (const one of reader?.testReports?.(gitlabRun(pipeline), options) ?? []) found.push(one);
  return found;
}

it('tells the tests of each job, as GitLab has read them', async () => {
  const test = { suite: '', classname: 'Cart', file: '', message: '' };
  expect(await read(fake.addPipeline({ tests }))).toEqual([
    {
      from: 'unit',
      tests: [
        { ...test, name: 'adds', status: 'passed', durationMs: 1_500 },
        { ...test, name: 'total', status: 'failed', durationMs: 200, file: 'cart.rb', message: 'eleven' },
        { ...test, name: 'pays', status: 'error', durationMs: 0, message: '{"message":"x"}' },
      ],
    },
  ]);
});

it('asks once where there are none', async () => {
  const before = fake.requests.length;
  expect(await read(fake.addPipeline())).toEqual([]);
  expect(fake.requests).toHaveLength(before + 1);
});

it('tells nothing of an attempt whose jobs have been retried since', async () => {
  const pipeline = fake.addPipeline({ tests });
  const run = gitlabRun(pipeline);
  fake.retry(pipeline);
  fake.complete(pipeline, 'failed');
  const reader = gitlab({ GITLAB_URL: fake.url, GITLAB_TOKEN: fake.token })?.reader;
  for await (const found of reader?.testReports?.({ ...run, attempt: 1 }, { isReport: () => true, signal }) ?? []) {
    expect(found).toMatchObject({ problem: 'expired', gap: expect.stringContaining('attempt 2') });
  }
  expect.assertions(2);
});

it.each`
  status | expected
  ${403} | ${[expect.objectContaining({ problem: 'forbidden', gap: expect.stringContaining('read_api') })]}
  ${404} | ${[]}
`('says so where GitLab answers $status', async ({ status, expected }) => {
  const pipeline = fake.addPipeline({ tests });
  fake.fault({ on: /test_report/, answer: { status, body: { message: 'no' } } });
  expect(await read(pipeline)).toEqual(expected);
});

it('may try again when GitLab is away', async () => {
  const pipeline = fake.addPipeline({ tests });
  for (let time = 0; time < 3; time++) fake.fault({ on: /test_report/, answer: { status: 503, body: {} } });
  await expect(read(pipeline)).rejects.toMatchObject({ problem: 'unavailable' });
  expect(await read(pipeline)).toHaveLength(1);
});
