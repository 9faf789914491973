import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type ActionType, type DiagnosisMade, type Events, readMessage, type Subject } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeGitHub,
  FakeKubernetes,
  networkDiagnosis,
  Receiver,
  startTestNats,
  type TestServer,
} from '@prunella/testing';
import { service as definition } from './service.ts';

let nats: TestServer;
let bus: Bus;
let github: FakeGitHub;
let kubernetes: FakeKubernetes;
let receiver: Receiver;
let directory: string;
let service: RunningService | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-workloads-'));
  github = await FakeGitHub.start();
  kubernetes = await FakeKubernetes.start();
  receiver = await Receiver.start();
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  await writeFile(join(directory, 'kubeconfig'), kubernetes.kubeconfig);
  await writeFile(join(directory, 'prunella.yaml'), 'version: 1\nmode: act\n');
  service = await start();
});

beforeEach(() => {
  receiver.received.length = 0;
  kubernetes.effects.length = 0;
});

afterAll(async () => {
  await service?.close();
  await bus.close();
  await Promise.all([nats.stop(), github.stop(), kubernetes.stop(), receiver.stop()]);
  await rm(directory, { recursive: true, force: true });
  expect(kubernetes.violations).toEqual([]);
});

function start(): Promise<RunningService> {
  return startService(definition, {
    NATS_URL: nats.url,
    PORT_REMEDIATOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    KUBECONFIG: join(directory, 'kubeconfig'),
    SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
  });
}

/** A failure of a workload, with what is to be done about it. */
async function fails(
  kind: string,
  name: string,
  type: ActionType = 'rollback',
  parameters: DiagnosisMade['action']['parameters'] = {},
): Promise<string> {
  const run = github.addRun();
  const base = networkDiagnosis(run);
  const diagnosis: DiagnosisMade = networkDiagnosis(run, {
    cause: 'error_rate',
    domain: 'delivery',
    action: { type, parameters },
    run: { ...base.run, kind: 'deployment', workload: { kind, namespace: 'default', name, container: '' } },
  });
  await bus.publish('diagnosis.made', { id: `${diagnosis.incidentId}/1/diagnosis`, data: diagnosis });
  return diagnosis.incidentId;
}

/** The events of an incident on a subject, once there is one. */
async function eventsOf<S extends Subject>(subject: S, incidentId: string): Promise<Events[S][]> {
  const end = Date.now() + 40_000;
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  for (;;) {
    const found: Events[S][] = [];
    for (let seq = 1; ; seq += 1) {
      const message = await stream.getMessage({ seq });
      if (message === null) break;
      if (message.subject !== subject) continue;
      const { data } = readMessage(subject, message.data, { id: String(seq), source: 'spec' });
      if ((data as { incidentId: string }).incidentId === incidentId) found.push(data);
    }
    if (found.length > 0) return found;
    if (Date.now() > end) throw new Error(`no ${subject} of ${incidentId} within 40 s`);
    await sleep(50);
  }
}

async function told(): Promise<string> {
  for (let left = 400; receiver.received.length === 0; left -= 1) {
    if (left === 0) throw new Error('nobody was told within 20 s');
    await sleep(50);
  }
  return receiver.received.map(({ body }) => JSON.stringify(body)).join('\n');
}

it.each`
  kind             | add
  ${'StatefulSet'} | ${(name: string) => kubernetes.addStatefulSet(name, ['v1', 'v2'])}
  ${'DaemonSet'}   | ${(name: string) => kubernetes.addDaemonSet(name, ['v1', 'v2'])}
  ${'Rollout'}     | ${(name: string) => kubernetes.addRollout(name, ['v1', 'v2'])}
`('rolls a $kind back, and proves it', async ({ kind, add }) => {
  const name = `back-${String(kind).toLowerCase()}`;
  add(name);
  const incident = await fails(kind, name);
  expect(await eventsOf('action.executed', incident)).toMatchObject([
    {
      status: 'executed',
      effect: `rolled back ${kind} default/${name} from revision 2 to the template of revision 1`,
    },
  ]);
  kubernetes.settle(name, 'complete');
  expect(await eventsOf('outcome.observed', incident)).toMatchObject([{ action: 'rollback', outcome: 'healed' }]);
  expect(kubernetes.effects).toEqual([`default/${name} -> v1`]);
});

it('breaks off the update of a Rollout, and puts its stable template back', async () => {
  kubernetes.addRollout('canary', ['v1', 'v2'], { updating: true });
  const incident = await fails('Rollout', 'canary');
  await eventsOf('action.executed', incident);
  kubernetes.settle('canary', 'complete');
  expect(await eventsOf('outcome.observed', incident)).toMatchObject([
    { outcome: 'healed', reason: expect.stringMatching(/it is Healthy/) },
  ]);
  expect(kubernetes.effects).toEqual(['default/canary -> {"abort":true}', 'default/canary -> v1']);
});

it('takes a rollback that made it worse back, once, although an answer is lost and another replica takes over, and tells a human', async () => {
  kubernetes.addDeployment('worse', ['v1', 'v2']);
  kubernetes.settle('worse', 'complete');
  const incident = await fails('Deployment', 'worse');
  await eventsOf('action.executed', incident);
  kubernetes.settle('worse', 'failed');
  // It takes effect, and nobody hears of it.
  kubernetes.fault(/^PATCH .*worse$/, 500, true);
  for (let left = 400; kubernetes.image('worse') !== 'v2' && left > 0; left -= 1) await sleep(50);
  await service?.close();
  service = await start();
  const outcomes = await eventsOf('outcome.observed', incident);
  expect(outcomes).toMatchObject([
    {
      outcome: 'harmful',
      reason: expect.stringMatching(
        /the rollout exceeded its progress deadline; 0 replicas are available, 2 were before; Prunella took the rollback of Deployment default\/worse back/,
      ),
    },
  ]);
  expect(kubernetes.effects).toEqual(['default/worse -> v1', 'default/worse -> v2']);
  expect(await told()).toMatch(/rollback made it worse/);
  // Both effects are events of the one decision, in this order.
  expect(await eventsOf('action.executed', incident)).toMatchObject([
    { status: 'executed', effect: expect.stringMatching(/^rolled back/), key: `${incident}.1` },
    {
      status: 'executed',
      effect: 'took the rollback of Deployment default/worse back',
      explanation: expect.stringMatching(/^rollback made it worse: After the rollback of Deployment default\/worse/),
      action: { type: 'rollback' },
      run: { attempt: 1 },
      decidedBy: 'rule:connection-timeout',
      key: `${incident}.1.undo`,
      undoes: `${incident}.1`,
    },
  ]);
});

it('gives a rollout that ran out of time more of it, and proves it', async () => {
  kubernetes.addDeployment('slow', ['v1', 'v2']);
  const incident = await fails('Deployment', 'slow', 'raise_timeout', { factor: 3 });
  expect(await eventsOf('action.executed', incident)).toMatchObject([
    { status: 'executed', effect: 'raised the progress deadline of Deployment default/slow from 10m to 30m' },
  ]);
  kubernetes.settle('slow', 'complete');
  expect(await eventsOf('outcome.observed', incident)).toMatchObject([{ action: 'raise_timeout', outcome: 'healed' }]);
  expect(kubernetes.effects).toEqual(['default/slow -> {"progressDeadlineSeconds":1800}']);
});

it('takes the update of a Rollout up again, once, although the answer is lost, and proves it', async () => {
  kubernetes.addRollout('shop', ['v1', 'v2'], { updating: true });
  kubernetes.abort('shop', 'Metric "error-rate" assessed Error', '2026-11-23T12:00:00Z');
  kubernetes.fault(/^PATCH .*shop\/status$/, 500, true);
  const incident = await fails('Rollout', 'shop', 'retry');
  expect(await eventsOf('action.executed', incident)).toMatchObject([
    {
      status: 'executed',
      effect: 'took the update of Rollout default/shop up again',
      cost: { minutes: 0 },
    },
  ]);
  kubernetes.settle('shop', 'complete');
  expect(await eventsOf('outcome.observed', incident)).toMatchObject([{ action: 'retry', outcome: 'healed' }]);
  expect(kubernetes.effects).toEqual(['default/shop -> {"abort":false}']);
});
