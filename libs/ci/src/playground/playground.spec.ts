import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Run } from '@prunella/contracts';
import { playground } from './index.ts';

/** What the simulated platform answers, by `METHOD path`; the playground itself is tested against the same addresses. */
type Answers = Record<string, { status?: number; body: unknown } | 'cut'>;

let server: Server;
let url: string;
let answers: Answers;
let asked: { what: string; body: unknown }[];

beforeEach(async () => {
  answers = {};
  asked = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const what = `${request.method} ${request.url}`;
    asked.push({ what, body: JSON.parse(Buffer.concat(chunks).toString() || 'null') });
    const answer = answers[what] ?? { status: 404, body: { title: 'Not found' } };
    if (answer === 'cut') return response.destroy();
    const text = typeof answer.body === 'string';
    response.writeHead(answer.status ?? 200, { 'content-type': text ? 'text/plain' : 'application/json' });
    return response.end(text ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const run: Run = {
  pipelineId: 'shop',
  platform: 'playground',
  repository: 'playground/shop',
  runId: 'r 1',
  attempt: 2,
  headSha: 'abc',
  branch: 'main',
  environment: '',
  url: '',
  name: 'ci',
  kind: 'run',
};
const signal = AbortSignal.timeout(20_000);
const limits = { maxBytesPerLog: 20, maxJobs: 2, signal };

function platform() {
  const found = playground({ PLAYGROUND_URL: `${url}/` });
  if (found === undefined) throw new Error('expected the playground to be configured');
  return found;
}

it('is configured by its address only', () => {
  expect(playground({})).toBeUndefined();
  expect(playground({ PLAYGROUND_URL: '' })).toBeUndefined();
  expect(platform()).toMatchObject({ id: 'playground', reader: { platform: 'playground' } });
});

it.each`
  what               | body                                                                                                | state
  ${'a failed run'}  | ${{ status: 'completed', conclusion: 'failure', attempt: 1, headSha: 'abc', branchHeadSha: 'def' }} | ${{ status: 'completed', conclusion: 'failure', attempt: 1, headSha: 'abc', branchHeadSha: 'def' }}
  ${'a running one'} | ${{ status: 'in_progress', conclusion: null, attempt: 2, headSha: 'abc' }}                          | ${{ status: 'in_progress', attempt: 2, headSha: 'abc' }}
  ${'a new word'}    | ${{ status: 'completed', conclusion: 'exploded', attempt: 1, headSha: 'abc' }}                      | ${{ status: 'completed', conclusion: 'neutral', attempt: 1, headSha: 'abc' }}
`('tells $what', async ({ body, state }) => {
  answers['GET /api/runs/r%201'] = { body };
  expect(await platform().reader.state(run, signal)).toEqual(state);
});

it('knows no run that is not there, and believes no nonsense', async () => {
  expect(await platform().reader.state(run, signal)).toBeUndefined();
  answers['GET /api/runs/r%201'] = { body: { status: 'completed', attempt: 'one' } };
  await expect(platform().reader.state(run, signal)).rejects.toMatchObject({
    problem: 'unavailable',
    detail: expect.stringMatching(/attempt/),
  });
});

it('gives the failed jobs of that attempt, with what can be read of their logs', async () => {
  answers['GET /api/runs/r%201/attempts/2/jobs'] = {
    body: {
      jobs: [
        { id: 'j1', name: 'lint', conclusion: 'success', failedStep: null },
        { id: 'j2', name: 'unit', conclusion: 'failure', failedStep: 'npm test' },
        { id: 'j3', name: 'e2e', conclusion: 'skipped', failedStep: null },
        { id: 'j4', name: 'build', conclusion: 'timed_out', failedStep: null },
        { id: 'j5', name: 'third', conclusion: 'failure', failedStep: null },
      ],
    },
  };
  answers['GET /api/jobs/j2/log'] = { body: 'line 1\nline 2\nline 3\nline 4\n' };
  expect(await platform().reader.failedJobs(run, limits)).toEqual([
    {
      id: 'j2',
      name: 'unit',
      conclusion: 'failure',
      failedStep: 'npm test',
      log: 'line 3\nline 4\n',
      firstLine: 3,
      gap: expect.stringMatching(/2 lines \(14 of 28 bytes\)/),
    },
    { id: 'j4', name: 'build', conclusion: 'timed_out', firstLine: 1, gap: expect.stringMatching(/HTTP 404/) },
  ]);
});

describe('greenLogs', () => {
  const runs = [
    { id: 'later', pipelineId: 'shop', attempt: 1, conclusion: 'success' },
    { id: 'r 1', pipelineId: 'shop', attempt: 2, conclusion: 'failure' },
    { id: 'other', pipelineId: 'blog', attempt: 1, conclusion: 'success' },
    { id: 'red', pipelineId: 'shop', attempt: 1, conclusion: 'failure' },
    { id: 'healed', pipelineId: 'shop', attempt: 2, conclusion: 'success' },
    { id: 'running', pipelineId: 'shop', attempt: 1, conclusion: null },
    ...['g2', 'g3', 'g4'].map((id) => ({ id, pipelineId: 'shop', attempt: 1, conclusion: 'success' })),
  ];
  const jobs = (...ids: string[]) => ({
    body: { jobs: ids.map((id) => ({ id, name: id.replace(/.*-/, ''), conclusion: 'success', failedStep: null })) },
  });

  it('gives the newest logs of those jobs in successful runs before this one', async () => {
    answers['GET /api/runs'] = { body: { runs } };
    answers['GET /api/runs/healed/attempts/2/jobs'] = jobs('h-lint', 'h-unit');
    answers['GET /api/runs/g2/attempts/1/jobs'] = jobs('g2-unit');
    answers['GET /api/runs/g3/attempts/1/jobs'] = jobs('g3-unit');
    answers['GET /api/jobs/h-unit/log'] = { body: 'first\nfine\nvery fine indeed' };
    answers['GET /api/jobs/g3-unit/log'] = { body: 'fine too' };
    const options = { maxBytesPerLog: 20, maxPerJob: 2, signal };
    expect(await platform().reader.greenLogs?.(run, ['unit', 'e2e'], options)).toEqual([
      { job: 'unit', runId: 'healed', log: 'very fine indeed' },
      { job: 'unit', runId: 'g3', log: 'fine too' },
    ]);
    expect(asked.map(({ what }) => what)).not.toContain('GET /api/runs/g4/attempts/1/jobs');
  });

  it('says when the platform does not answer', async () => {
    answers['GET /api/runs'] = { status: 403, body: {} };
    const options = { maxBytesPerLog: 20, maxPerJob: 2, signal };
    await expect(platform().reader.greenLogs?.(run, ['unit'], options)).rejects.toMatchObject({ problem: 'forbidden' });
  });
});

it('reruns exactly the attempt it was told, once', async () => {
  answers['POST /api/runs/r%201/rerun'] = { status: 202, body: { attempt: 3 } };
  await platform().rerun?.rerunFailedJobs(run, signal);
  expect(asked).toEqual([{ what: 'POST /api/runs/r%201/rerun', body: { attempt: 2 } }]);
});

it.each`
  what                       | answer                                         | problem
  ${'a run in progress'}     | ${{ status: 409, body: { error: 'running' } }} | ${'refused'}
  ${'an unknown run'}        | ${{ status: 404, body: {} }}                   | ${'not-found'}
  ${'a playground in pain'}  | ${{ status: 500, body: {} }}                   | ${'unavailable'}
  ${'a connection that cut'} | ${'cut'}                                       | ${'unavailable'}
`('does not rerun twice after $what: $problem', async ({ answer, problem }) => {
  answers['POST /api/runs/r%201/rerun'] = answer;
  await expect(platform().rerun?.rerunFailedJobs(run, signal)).rejects.toMatchObject({ problem });
  expect(asked).toHaveLength(1);
});
