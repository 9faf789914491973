import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type ActionExecuted, type DiagnosisMade, type Outcome, readMessage } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeGitHub,
  type FakePull,
  type FakeRun,
  networkDiagnosis,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import { service as definition } from '../service.ts';

let nats: TestServer;
let bus: Bus;
let github: FakeGitHub;
let directory: string;
let branches = 0;
const replicas: RunningService[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-reviews-'));
  github = await FakeGitHub.start();
});

beforeEach(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  github.effects.length = 0;
  github.requests.length = 0;
  github.pulls.writes.length = 0;
});

afterEach(async () => {
  await stop();
  await bus.close();
  await nats.stop();
  expect(github.violations).toEqual([]);
});

afterAll(async () => {
  await github.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(policy: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  await writeFile(join(directory, 'prunella.yaml'), policy);
  replicas.push(
    await startService(definition, {
      NATS_URL: nats.url,
      PORT_REMEDIATOR: '0',
      LOG_LEVEL: 'silent',
      PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
      PRUNELLA_PUBLIC_URL: 'https://prunella.example/',
      GITHUB_API_URL: github.url,
      GITHUB_TOKEN: 'ghp_test',
      ...environment,
    }),
  );
}

async function stop(): Promise<void> {
  await Promise.all(replicas.splice(0).map((replica) => replica.close()));
}

const ACT = 'version: 1\nmode: act\nbudgets: []\n';
const retry = { action: { type: 'retry' as const, parameters: { attempts: 3 } } };

/** A run that failed, of a branch with a pull request. */
function change(pull: Partial<FakePull> = {}): { run: FakeRun; pull: FakePull } {
  const branch = `change-${branches++}`;
  return { run: github.addRun({ branch }), pull: github.addPull({ branch, ...pull }) };
}

async function diagnose(run: FakeRun, changes: Partial<DiagnosisMade> = retry): Promise<void> {
  const data = networkDiagnosis(run, changes);
  await bus.publish('diagnosis.made', { id: `${data.incidentId}/${data.run.attempt}/diagnosis`, data });
}

/** What was reported of this attempt of a run. */
async function reported(run: FakeRun, attempt = 1): Promise<ActionExecuted> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  return await eventually(async () => {
    for (let seq = 1; ; seq++) {
      const message = await stream.getMessage({ seq });
      if (message === null) throw new Error(`nothing was reported of attempt ${attempt} of ${run.id}`);
      if (message.subject !== 'action.executed') continue;
      const { data } = readMessage('action.executed', message.data, { id: String(seq), source: 'spec' });
      if (data.incidentId === `inc_${run.id}` && data.run.attempt === attempt) return data;
    }
  });
}

async function prove({ incidentId, run, action, ...rest }: ActionExecuted, outcome: Outcome): Promise<void> {
  const reason = `attempt ${run.attempt + 1} told so`;
  const { decidedBy, fingerprint, prior } = rest;
  const at = new Date().toISOString();
  await bus.publish('outcome.observed', {
    id: `${incidentId}/${run.attempt}/outcome`,
    data: {
      ...{ incidentId, run, action: action.type, outcome, reason, decidedBy, fingerprint, prior },
      ...{ observedAt: at, evidenceEventIds: [], reverses: '' },
    },
  });
}

/** Until it holds, for 20 s at most. */
async function eventually<T>(holds: () => T | Promise<T>): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

async function says(pull: FakePull, text: string | RegExp): Promise<void> {
  await eventually(() => expect(github.pulls.on(pull)).toEqual([expect.stringMatching(text)]));
}

it('writes one comment where it recommends, and updates it when it acts, and when that healed', async () => {
  await start('version: 1\n');
  const { run, pull } = change();
  await diagnose(run);
  await says(pull, /### ci failed\n.*connect ETIMEDOUT.*\*\*Recommended:\*\* a rerun; nothing was done/s);
  await says(pull, `<https://prunella.example/incidents/inc_${run.id}>`);

  await stop();
  await start(ACT);
  github.rerun(run);
  github.completeRun(run, 'failure');
  await diagnose(run);
  const executed = await reported(run, 2);
  expect(executed.status).toBe('executed');
  await says(pull, /### ci failed and is being healed\n.*\*\*Done:\*\* reran the failed jobs.*- Attempt 1: /s);

  await prove(executed, 'healed');
  await says(pull, /### ci passed again\n.*\*\*Outcome:\*\* healed\. attempt 3 told so/s);
  const [first, ...later] = github.pulls.writes;
  expect(first).toBe(`comment acme/shop#${pull.number}`);
  expect(new Set(later)).toEqual(new Set([`update acme/shop#${pull.number}`]));
});

it.each`
  what                       | policy
  ${'in mode observe'}       | ${'version: 1\nmode: observe\n'}
  ${'where the policy says'} | ${'version: 1\nmode: act\nreview: { comment: false }\n'}
`('writes nothing $what, and does not even look', async ({ policy }) => {
  await start(policy as string);
  const { run } = change();
  await diagnose(run);
  await prove(await reported(run), 'healed');
  await sleep(700);
  expect(github.requests.filter((request) => /pulls|comments/.test(request))).toEqual([]);
});

it('says no more once the policy only observes', async () => {
  await start(ACT);
  const { run, pull } = change();
  await diagnose(run);
  await says(pull, 'Done:');
  await stop();
  await start('version: 1\nmode: observe\n');
  await prove(await reported(run), 'healed');
  await sleep(700);
  await says(pull, 'Done:');
});

it('is seen in the metrics with all that is asked of the platform', async () => {
  await start(ACT);
  const { run, pull } = change();
  github.patience = { limit: 5_000, left: 4_321 };
  github.fault({ on: /rerun-failed-jobs/, answer: { status: 429, headers: { 'retry-after': '1' }, body: {} } });
  await diagnose(run);
  await says(pull, 'Done:');
  github.patience = undefined;
  const metrics = await fetch(`${replicas[0]?.url}/metrics`).then((answer) => answer.text());
  expect(metrics).toMatch(/prunella_provider_requests_total\{provider="github",result="ok"\} [1-9]/);
  expect(metrics).toContain('prunella_provider_requests_total{provider="github",result="rate-limited"} 1');
  expect(metrics).toContain('prunella_provider_rate_limit_remaining{provider="github"} 4321');
});

it('tells the author of a code failure what it is', async () => {
  await start(ACT);
  const { run, pull } = change();
  const action = { type: 'notify_human' as const, parameters: {} };
  await diagnose(run, { cause: 'compile_error', domain: 'code', action });
  await says(pull, /\*\*Cause:\*\* compile error.*\*\*For people:\*\*/s);
});

it('writes as the App where there is one', async () => {
  const { id, privateKey } = github.accounts.add({ slug: 'healer' });
  await start(ACT, { GITHUB_APP_ID: String(id), GITHUB_APP_PRIVATE_KEY: privateKey, GITHUB_TOKEN: '' });
  const { run, pull } = change();
  await diagnose(run);
  await says(pull, 'Done:');
  expect(github.comments.at(-1)?.login).toBe('healer[bot]');
  expect(github.effects).toEqual([`acme/shop#${run.id} -> 2`]);
});

it('writes one comment for each pull request with two replicas and everything told twice', async () => {
  await start(ACT);
  await start(ACT);
  const changes = Array.from({ length: 12 }, () => change());
  await Promise.all(changes.map(({ run }) => diagnose(run)));
  await Promise.all(changes.map(({ run }) => bus.publish('diagnosis.made', { id: `again-${run.id}`, data: of(run) })));
  await Promise.all(changes.map(async ({ run }) => prove(await reported(run), 'healed')));
  for (const { pull } of changes) await says(pull, 'passed again');
  expect(github.pulls.writes.filter((write) => write.startsWith('comment'))).toHaveLength(changes.length);
}, 60_000);

function of(run: FakeRun): DiagnosisMade {
  return { ...networkDiagnosis(run, retry), run: { ...networkDiagnosis(run).run, attempt: 1 } };
}

describe('a platform that does not take it', () => {
  it.each`
    what                       | on                   | answer
    ${'wants it slower'}       | ${/POST .*comments/} | ${{ status: 429, headers: { 'retry-after': '1' }, body: { message: 'slow down' } }}
    ${'has a bad moment'}      | ${/POST .*comments/} | ${{ status: 502, body: {} }}
    ${'did, and says no more'} | ${/POST .*comments/} | ${'cut'}
  `('because it $what is asked again, and the healing does not wait', async ({ on, answer }) => {
    await start(ACT);
    const { run, pull } = change();
    github.fault({ on, answer, ...(answer === 'cut' && { afterEffect: true }) });
    await diagnose(run);
    expect(await reported(run)).toMatchObject({ status: 'executed' });
    await says(pull, 'Done:');
    expect(github.pulls.writes.filter((write) => write.startsWith('comment'))).toHaveLength(1);
  });

  it('and hangs on every note is in the way of no healing', async () => {
    await start(ACT);
    const changes = Array.from({ length: 24 }, () => change());
    for (const _ of changes) github.fault({ on: /GET .*\/pulls$/, answer: 'hang' });
    await Promise.all(changes.map(({ run }) => diagnose(run)));
    for (const { run } of changes) expect(await reported(run)).toMatchObject({ status: 'executed' });
    expect(github.hangingRequests).toBeLessThanOrEqual(4);
    github.heal();
  }, 60_000);

  it('because we may not is asked again when there is something new to say', async () => {
    await start(ACT);
    const { run, pull } = change();
    const answer = { status: 403, body: { message: 'Resource not accessible by personal access token' } };
    github.fault({ on: /POST .*comments/, answer });
    await diagnose(run);
    const executed = await reported(run);
    await eventually(() =>
      expect(github.requests.filter((request) => /POST .*comments/.test(request))).toHaveLength(1),
    );
    const timers = await bus.bucket('prunella_timers');
    await eventually(async () => expect(await timers.entries()).toEqual([]));
    expect(github.pulls.on(pull)).toEqual([]);
    await prove(executed, 'healed');
    await says(pull, 'passed again');
  });
});
