import { FakeGitHub } from '@prunella/testing';
import { ONCE } from './ask-again.ts';
import { createClient, type GitHubClient } from './client.ts';

let fake: FakeGitHub;
let client: GitHubClient;

beforeAll(async () => {
  fake = await FakeGitHub.start();
  client = createClient({ apiUrl: fake.url, token: 'ghp_test' });
});

afterAll(async () => {
  await fake.stop();
});

/** What it came to, and how often it was asked for, when the first answers are these. */
async function asked(statuses: readonly number[], request: Record<string, unknown> = {}): Promise<[number, number]> {
  const run = fake.addRun({ jobs: [] });
  const [owner = '', repo = ''] = run.repository.split('/');
  const before = fake.requests.length;
  for (const status of statuses) {
    fake.fault({ on: /GET .*\/actions\/runs\//, answer: { status, body: { message: 'no' } } });
  }
  const status = await client.rest.actions.getWorkflowRun({ owner, repo, run_id: run.id, request }).then(
    (answer): number => answer.status,
    (error: { status: number }) => error.status,
  );
  return [status, fake.requests.length - before];
}

it.each`
  answers            | request | status | times
  ${[]}              | ${{}}   | ${200} | ${1}
  ${[502]}           | ${{}}   | ${200} | ${2}
  ${[500, 503]}      | ${{}}   | ${200} | ${3}
  ${[502, 502, 504]} | ${{}}   | ${504} | ${3}
  ${[502]}           | ${ONCE} | ${502} | ${1}
  ${[403]}           | ${{}}   | ${403} | ${1}
  ${[404]}           | ${{}}   | ${404} | ${1}
  ${[422]}           | ${{}}   | ${422} | ${1}
  ${[429]}           | ${{}}   | ${429} | ${1}
`('after $answers, with $request, it is $status in $times', async ({ answers, request, status, times }) => {
  expect(await asked(answers, request)).toEqual([status, times]);
});

it('does not ask again when it was told to stop meanwhile', async () => {
  const stop = new AbortController();
  fake.fault({ on: /GET .*\/actions\/runs\//, answer: { status: 502, body: { message: 'no' } } });
  const run = fake.addRun({ jobs: [] });
  const [owner = '', repo = ''] = run.repository.split('/');
  const before = fake.requests.length;
  const request = client.rest.actions.getWorkflowRun({ owner, repo, run_id: run.id, request: { signal: stop.signal } });
  const failed = request.then(
    () => 'answered',
    (error: { status: number }) => error.status,
  );
  while (fake.requests.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await failed;
  expect(fake.requests.length - before).toBe(1);
});
