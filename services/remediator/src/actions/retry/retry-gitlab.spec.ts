import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type ActionExecuted, type DiagnosisMade, readMessage } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeGitLab,
  type GitLabPipeline,
  gitlabRun,
  networkDiagnosisOf,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import { service as definition } from '../../service.ts';

let nats: TestServer;
let bus: Bus;
let gitlab: FakeGitLab;
let directory: string;
const replicas: RunningService[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-gitlab-'));
  await writeFile(join(directory, 'prunella.yaml'), 'version: 1\nmode: act\n');
  gitlab = await FakeGitLab.start();
});

beforeEach(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  gitlab.effects.length = 0;
});

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((one) => one.close()));
  await bus.close();
  await nats.stop();
  expect(gitlab.violations).toEqual([]);
});

afterAll(async () => {
  await gitlab.stop();
  await rm(directory, { recursive: true, force: true });
});

async function startReplica(): Promise<void> {
  const environment = {
    NATS_URL: nats.url,
    PORT_REMEDIATOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    GITLAB_URL: gitlab.url,
    GITLAB_TOKEN: gitlab.token,
  };
  replicas.push(await startService(definition, environment));
}

async function diagnose(pipeline: GitLabPipeline, changes: Partial<DiagnosisMade> = {}): Promise<void> {
  const incidentId = `inc_${pipeline.id}`;
  const diagnosis = networkDiagnosisOf(gitlabRun(pipeline), { incidentId, ...changes });
  await bus.publish('diagnosis.made', { id: `${incidentId}/${diagnosis.run.attempt}/diagnosis`, data: diagnosis });
}

/** What was executed of this attempt. */
async function executed(pipeline: GitLabPipeline, attempt = 1): Promise<ActionExecuted> {
  const end = Date.now() + 60_000;
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  for (let seq = 1; Date.now() < end; ) {
    const message = await stream.getMessage({ seq });
    if (message === null) {
      await sleep(20);
      continue;
    }
    seq += 1;
    if (message.subject !== 'action.executed') continue;
    const { data } = readMessage('action.executed', message.data, { id: String(seq), source: 'spec' });
    if (data.incidentId === `inc_${pipeline.id}` && data.run.attempt === attempt) return data;
  }
  throw new Error('nothing was executed within a minute');
}

it('reruns a failed pipeline, and says what', async () => {
  await startReplica();
  const pipeline = gitlab.addPipeline();
  await diagnose(pipeline);
  expect(await executed(pipeline)).toMatchObject({
    status: 'executed',
    verdict: 'acting',
    effect: `reran the failed jobs of acme/web/shop run ${pipeline.id} (attempt 2)`,
  });
  expect(gitlab.effects).toEqual([`acme/web/shop#${pipeline.id} retry`]);
});

it.each`
  what                  | answer
  ${'a server error'}   | ${{ status: 502, body: { message: '502 Bad Gateway' } }}
  ${'a cut connection'} | ${'cut'}
`('reruns it exactly once when the answer is lost to $what', async ({ answer }) => {
  gitlab.fault({ on: /POST .*\/retry$/, answer, afterEffect: true });
  await startReplica();
  const pipeline = gitlab.addPipeline();
  await diagnose(pipeline);
  expect(await executed(pipeline)).toMatchObject({ status: 'executed', effect: expect.stringMatching(/attempt 2/) });
  expect(gitlab.effects).toEqual([`acme/web/shop#${pipeline.id} retry`]);
});

it('reruns it exactly once for two replicas that are told again and again', async () => {
  await Promise.all([startReplica(), startReplica()]);
  const pipeline = gitlab.addPipeline();
  await diagnose(pipeline);
  await executed(pipeline);
  for (const again of [1, 2, 3]) {
    const data = networkDiagnosisOf(gitlabRun(pipeline), { incidentId: `inc_${pipeline.id}` });
    await bus.publish('diagnosis.made', { id: `again ${again}`, data });
  }
  await sleep(500);
  expect(gitlab.effects).toHaveLength(1);
});

it('begins a pipeline anew that never had jobs, exactly once when the answer is lost', async () => {
  gitlab.fault({ on: /POST .*\/pipeline$/, answer: 'cut', afterEffect: true });
  await startReplica();
  const pipeline = gitlab.addPipeline({ project: 'acme/empty', jobs: [] });
  await diagnose(pipeline);
  const { status, effect } = await executed(pipeline);
  expect(status).toBe('executed');
  expect(gitlab.effects).toEqual([expect.stringMatching(/^acme\/empty#\d+ begun$/)]);
  expect(effect).toContain(/#(\d+) /.exec(gitlab.effects[0] ?? '')?.[1]);
});

it.each`
  what                           | change                                                                                         | says
  ${'a newer commit'}            | ${(pipeline: GitLabPipeline) => gitlab.pushTo(pipeline.project, pipeline.ref, 'c'.repeat(40))} | ${/has moved on/}
  ${'somebody who retried it'}   | ${(pipeline: GitLabPipeline) => gitlab.retry(pipeline)}                                        | ${/somebody else reran it/}
  ${'a person who skipped jobs'} | ${(pipeline: GitLabPipeline) => gitlab.complete(pipeline, 'success')}                          | ${/green already/}
`('does nothing when there is $what since the diagnosis', async ({ change, says }) => {
  await startReplica();
  const pipeline = gitlab.addPipeline({ ref: `branch-${Math.random()}` });
  (change as (pipeline: GitLabPipeline) => void)(pipeline);
  await diagnose(pipeline);
  expect(await executed(pipeline)).toMatchObject({
    status: 'superseded',
    explanation: expect.stringMatching(says as RegExp),
  });
  expect(gitlab.effects).toEqual([]);
});

it('comes again after a rate limit, and fails where the token may not', async () => {
  await startReplica();
  const limited = gitlab.addPipeline({ ref: 'limited' });
  gitlab.fault({
    on: new RegExp(`POST .*${limited.id}/retry$`),
    answer: { status: 429, headers: { 'retry-after': '1' }, body: 'Retry later' },
  });
  await diagnose(limited);
  expect(await executed(limited)).toMatchObject({ status: 'executed' });
  const forbidden = gitlab.addPipeline({ ref: 'protected' });
  const answer = { status: 403, body: { message: '403 Forbidden' } };
  gitlab.fault({ on: new RegExp(`POST .*${forbidden.id}/retry$`), answer });
  await diagnose(forbidden);
  expect(await executed(forbidden)).toMatchObject({
    status: 'failed',
    explanation: expect.stringMatching(/403 Forbidden/),
  });
  expect(gitlab.effects).toEqual([`acme/web/shop#${limited.id} retry`]);
});

it('goes on with the next attempt of the same pipeline', async () => {
  await startReplica();
  const pipeline = gitlab.addPipeline();
  const rule = { action: { type: 'retry' as const, parameters: { attempts: 2 } } };
  for (const attempt of [1, 2, 3]) {
    await diagnose(pipeline, { ...rule, run: { ...gitlabRun(pipeline), attempt } });
    await executed(pipeline, attempt);
    gitlab.complete(pipeline, 'failed');
  }
  expect(gitlab.effects).toHaveLength(2);
  expect(await executed(pipeline, 3)).toMatchObject({ status: 'handed_over' });
});
