import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type DiagnosisMade, readMessage } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import { FakeGitLab, type GitLabPipeline, gitlabRun, startTestNats, type TestServer } from '@prunella/testing';
import { diagnoser } from './service.ts';

let nats: TestServer;
let gitlab: FakeGitLab;
let service: RunningService;
let bus: Bus;

beforeAll(async () => {
  [nats, gitlab] = await Promise.all([startTestNats(), FakeGitLab.start()]);
  service = await startService(diagnoser, {
    NATS_URL: nats.url,
    PORT_DIAGNOSER: '0',
    LOG_LEVEL: 'silent',
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
  });
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(() => {
  expect(gitlab.violations).toEqual([]);
});

afterAll(async () => {
  await bus?.close();
  await service?.close();
  await Promise.all([nats?.stop(), gitlab?.stop()]);
});

async function diagnosed(pipeline: GitLabPipeline, attempt = 1): Promise<DiagnosisMade> {
  const failure = { ...gitlabRun(pipeline), attempt, conclusion: 'failure' };
  await bus.jetstream.publish('pipeline.failed', JSON.stringify(failure));
  const end = Date.now() + 60_000;
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  for (let seq = 1; Date.now() < end; ) {
    const message = await stream.getMessage({ seq });
    if (message === null) {
      await sleep(20);
      continue;
    }
    seq += 1;
    if (message.subject !== 'diagnosis.made') continue;
    const { data } = readMessage('diagnosis.made', message.data, { id: String(seq), source: 'spec' });
    if (data.run.runId === String(pipeline.id) && data.run.attempt === attempt) return data;
  }
  throw new Error('no diagnosis within a minute');
}

it('reads the log of the job that failed in that attempt', async () => {
  const pipeline = gitlab.addPipeline({
    jobs: [
      { name: 'style', allowFailure: true, log: 'error TS2304: Cannot find name foo.\n' },
      { name: 'build', log: 'Running with gitlab-runner 17.4.0\nnpm error connect ETIMEDOUT 104.16.1.34:443\n' },
    ],
  });
  expect(await diagnosed(pipeline)).toMatchObject({
    cause: 'network',
    run: { platform: 'gitlab', repository: 'acme/web/shop' },
    evidence: [{ line: 2, text: 'npm error connect ETIMEDOUT 104.16.1.34:443', job: 'build' }],
    gaps: [],
  });
  gitlab.retry(pipeline);
  gitlab.complete(pipeline, 'failed', 'src/a.ts(1,1): error TS2304: Cannot find name foo.\n');
  expect(await diagnosed(pipeline, 2)).toMatchObject({ cause: 'compile_error' });
});

it('takes the word of GitLab where there is no log at all', async () => {
  const pipeline = gitlab.addPipeline({ jobs: [{ name: 'build', failureReason: 'runner_system_failure', log: '' }] });
  expect(await diagnosed(pipeline)).toMatchObject({
    cause: 'runner_lost',
    evidence: [{ text: 'runner_system_failure', job: 'build' }],
    gaps: [expect.stringContaining('GitLab says: runner_system_failure')],
  });
});

it('takes the word of GitLab beside a log that says nothing', async () => {
  const pipeline = gitlab.addPipeline({
    jobs: [{ name: 'build', failureReason: 'scheduler_failure', log: 'Running with gitlab-runner 17.4.0\n' }],
  });
  expect(await diagnosed(pipeline)).toMatchObject({
    cause: 'service_unavailable',
    decidedBy: 'rule:gitlab-itself-failed',
  });
});
