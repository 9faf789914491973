import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS, type Origin } from '@prunella/bus';
import { type DiagnosisMade, type Events, type Run, readMessage, type Subject } from '@prunella/contracts';
import { startedRunKey } from '@prunella/core';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  type FakeBuild,
  FakeJenkins,
  type FakeParameter,
  jenkinsRun,
  networkDiagnosisOf,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import { service } from '../../service.ts';

const JOB = 'folder/app/main';
const sha = 'a'.repeat(40);
const version: FakeParameter = { name: 'VERSION', kind: 'string', value: '' };
const dry: FakeParameter = { name: 'DRY', kind: 'boolean', value: false };

let nats: TestServer;
let bus: Bus;
let jenkins: FakeJenkins;
let directory: string;
const replicas: RunningService[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-jenkins-'));
  await writeFile(join(directory, 'prunella.yaml'), 'version: 1\nmode: act\n');
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  jenkins = await FakeJenkins.start();
  jenkins.addJob(JOB, { parameters: [version, dry] });
  // two of them hear everything
  replicas.push(await startReplica(), await startReplica());
});

afterEach(async () => {
  await Promise.all(replicas.splice(0).map((one) => one.close()));
  await bus.close();
  await nats.stop();
  await jenkins.stop();
  await rm(directory, { recursive: true, force: true });
  expect(jenkins.violations).toEqual([]);
});

function startReplica(): Promise<RunningService> {
  return startService(service, {
    NATS_URL: nats.url,
    PORT_REMEDIATOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    JENKINS_URL: jenkins.url,
    JENKINS_USER: jenkins.user,
    JENKINS_TOKEN: jenkins.token,
  });
}

/** Build 12 of the job, for version 1.2, that failed. */
function failedBuild(change: Partial<FakeBuild> = {}): FakeBuild {
  const checkouts = [{ sha, branch: 'main', remote: 'https://git.example/acme/app.git' }];
  const parameters = [
    { ...version, value: '1.2' },
    { ...dry, value: true },
  ];
  return jenkins.addBuild(JOB, { number: 12, checkouts, parameters, ...change });
}

async function diagnose(run: Run, id = 'first'): Promise<void> {
  const data: DiagnosisMade = networkDiagnosisOf(run, { incidentId: 'inc_12' });
  await bus.publish('diagnosis.made', { id, data });
}

/** The first event on a subject that fits, within 30 s. */
async function event<S extends Subject>(
  subject: S,
  fits: (data: Events[S]) => boolean = () => true,
): Promise<Events[S]> {
  const end = Date.now() + 30_000;
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  for (let seq = 1; ; ) {
    const message = await stream.getMessage({ seq });
    if (message === null) {
      if (Date.now() > end) throw new Error(`no such event on ${subject} within 30 s`);
      await sleep(20);
      continue;
    }
    seq += 1;
    if (message.subject !== subject) continue;
    const { data } = readMessage(subject, message.data, { id: String(seq), source: 'spec' });
    if (fits(data)) return data;
  }
}

async function originOf(runId: string): Promise<Origin | undefined> {
  const lineage = await bus.bucket<Origin>('prunella_lineage');
  return (await lineage.get(startedRunKey({ platform: 'jenkins', repository: '', runId })))?.value;
}

function building(number: number): FakeBuild {
  const build = jenkins.find(JOB, number);
  if (build === undefined) throw new Error(`there is no build ${number}`);
  return build;
}

it('builds again once with the same parameters, and says healed when that build succeeds', async () => {
  const build = failedBuild();
  await diagnose(jenkinsRun(build));
  await diagnose(jenkinsRun(build), 'told again');
  expect(await event('action.executed')).toMatchObject({
    status: 'executed',
    effect: expect.stringContaining(`run ${JOB}#12 (run ${JOB}#13)`),
  });
  expect(jenkins.begun).toMatchObject([{ job: JOB, parameters: build.parameters, state: { number: 13 } }]);
  jenkins.complete(building(13), 'SUCCESS');
  expect(await event('outcome.observed')).toMatchObject({
    incidentId: 'inc_12',
    outcome: 'healed',
    reason: `run ${JOB}#13 succeeded`,
  });
  expect(await originOf(`${JOB}#13`)).toEqual({ incidentId: 'inc_12', attempt: 2 });
  expect(jenkins.begun).toHaveLength(1);
}, 60_000);

it('builds again once when the answer is lost: Jenkins is asked for what was begun', async () => {
  jenkins.fault({ on: /POST .*buildWithParameters/, answer: 'cut', afterEffect: true });
  await diagnose(jenkinsRun(failedBuild()));
  expect(await event('action.executed')).toMatchObject({
    status: 'executed',
    effect: expect.stringContaining(`(run ${JOB}#13)`),
  });
  expect(jenkins.begun).toMatchObject([{ state: { number: 13 } }]);
  expect(await originOf(`${JOB}#13`)).toEqual({ incidentId: 'inc_12', attempt: 2 });
}, 60_000);

it('builds again what it built when that failed, too, as the next attempt of the incident', async () => {
  await diagnose(jenkinsRun(failedBuild()));
  await event('action.executed');
  jenkins.complete(building(13), 'FAILURE');
  // as the detector tells it: see its `judge`
  await diagnose({ ...jenkinsRun(building(13)), headSha: sha, attempt: 2, runAttempt: 1 }, 'second');
  expect(await event('action.executed', ({ run }) => run.attempt === 2)).toMatchObject({
    incidentId: 'inc_12',
    status: 'executed',
    effect: expect.stringContaining(`run ${JOB}#13 (run ${JOB}#14)`),
  });
  expect(await originOf(`${JOB}#14`)).toEqual({ incidentId: 'inc_12', attempt: 3 });
  expect(jenkins.begun.map(({ parameters }) => parameters[0]?.value)).toEqual(['1.2', '1.2']);
}, 60_000);

it.each`
  what                          | arrange                                                                                                                              | status          | says
  ${'somebody rebuilt it'}      | ${(build: FakeBuild) => jenkins.addBuild(JOB, { causes: [{ by: 'ada' }, { rebuildOf: build.number }] })}                             | ${'superseded'} | ${`run ${JOB}#13 is a rerun of it already`}
  ${'a newer commit was built'} | ${() => jenkins.addBuild(JOB, { checkouts: [{ sha: 'b'.repeat(40), branch: 'main', remote: 'https://git.example/acme/app.git' }] })} | ${'superseded'} | ${'has moved on'}
  ${'it took a password'}       | ${(build: FakeBuild) => build.parameters.push({ name: 'KEY', kind: 'password', value: 'x' })}                                        | ${'failed'}     | ${`parameter "KEY" can't be read`}
  ${'the build is gone'}        | ${() => jenkins.builds.splice(0)}                                                                                                    | ${'superseded'} | ${'does not know run'}
`(
  'begins nothing when $what',
  async ({ arrange, status, says }) => {
    const build = failedBuild();
    const run = jenkinsRun(build);
    arrange(build);
    await diagnose(run);
    expect(await event('action.executed')).toMatchObject({ status, explanation: expect.stringContaining(says) });
    expect(jenkins.begun).toEqual([]);
  },
  60_000,
);
