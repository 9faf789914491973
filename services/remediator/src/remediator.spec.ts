import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type DiagnosisMade, type Events, readMessage, type Subject } from '@prunella/contracts';
import type { KeptBreaker } from '@prunella/policy';
import { type RunningService, startService } from '@prunella/service-kit';
import {
  FakeGitHub,
  FakeKubernetes,
  type FakeRun,
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
const replicas: RunningService[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-remediator-'));
  github = await FakeGitHub.start();
  kubernetes = await FakeKubernetes.start();
  receiver = await Receiver.start();
  await writeFile(join(directory, 'kubeconfig'), kubernetes.kubeconfig);
});

beforeEach(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  receiver.received.length = 0;
  github.effects.length = 0;
  kubernetes.effects.length = 0;
});

afterEach(async () => {
  await Promise.all([service, ...replicas.splice(0)].map((one) => one?.close()));
  service = undefined;
  await bus.close();
  await nats.stop();
  expect(github.violations).toEqual([]);
});

afterAll(async () => {
  await Promise.all([github.stop(), kubernetes.stop(), receiver.stop()]);
  await rm(directory, { recursive: true, force: true });
});

const policyFile = () => join(directory, 'prunella.yaml');

async function start(policy: string, slackUrl?: string): Promise<void> {
  await writeFile(policyFile(), policy);
  service = await startReplica(slackUrl);
}

function startReplica(slackUrl = `${receiver.url}/slack`): Promise<RunningService> {
  return startService(definition, {
    NATS_URL: nats.url,
    PORT_REMEDIATOR: '0',
    LOG_LEVEL: 'silent',
    PRUNELLA_CONFIG: policyFile(),
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: 'ghp_test',
    KUBECONFIG: join(directory, 'kubeconfig'),
    SLACK_WEBHOOK_URL: slackUrl,
  });
}

const ACT = 'version: 1\nmode: act\n';

async function diagnose(diagnosis: DiagnosisMade): Promise<void> {
  await bus.publish('diagnosis.made', {
    id: `${diagnosis.incidentId}/${diagnosis.run.attempt}/diagnosis`,
    data: diagnosis,
  });
}

/** The first event on a subject that fits. */
async function event<S extends Subject>(
  subject: S,
  fits: (data: Events[S]) => boolean = () => true,
): Promise<Events[S]> {
  return (await firstOf([subject], fits)).data;
}

/** The first event on one of the subjects that fits. */
async function firstOf<S extends Subject>(
  subjects: readonly S[],
  fits: (data: Events[S]) => boolean,
): Promise<{ subject: S; data: Events[S] }> {
  let end = Date.now() + 20_000;
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  for (let seq = 1; ; ) {
    const message = await stream.getMessage({ seq });
    if (message === null) {
      if (Date.now() > end) throw new Error(`no such event on ${subjects.join(', ')}, and none at all for 20 s`);
      await sleep(20);
      continue;
    }
    seq += 1;
    // While something happens there is something to wait for, however slow the machine is.
    end = Date.now() + 20_000;
    const subject = subjects.find((one) => one === message.subject);
    if (subject === undefined) continue;
    const { data } = readMessage(subject, message.data, { id: String(seq), source: 'spec' });
    if (fits(data)) return { subject, data };
  }
}

/** Waits until humans were told something. */
async function told(): Promise<void> {
  const end = Date.now() + 15_000;
  while (receiver.received.length === 0) {
    if (Date.now() > end) throw new Error('nobody was told within 15 s');
    await sleep(20);
  }
}

it('reruns in mode act, and says why and what', async () => {
  await start(ACT);
  const run = github.addRun();
  await diagnose(networkDiagnosis(run));
  const executed = await event('action.executed');
  expect(executed).toMatchObject({
    status: 'executed',
    verdict: 'acting',
    mode: 'act',
    risk: 'cheap',
    action: { type: 'retry_with_backoff' },
    key: `inc_${run.id}.1`,
    effect: `reran the failed jobs of acme/shop run ${run.id} (attempt 2)`,
    cost: { minutes: 1, money: 0, currency: 'USD' },
  });
  expect(executed.reasons.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['code-failure', 'attempts', 'capability', 'threshold', 'mode']),
  );
  expect(github.effects).toEqual([`acme/shop#${run.id} -> 2`]);
  expect(receiver.received).toEqual([]);
});

it('reruns all jobs of a run that failed before it had any', async () => {
  await start(ACT);
  const run = github.addRun({ conclusion: 'startup_failure', jobs: [] });
  await diagnose(networkDiagnosis(run));
  expect(await event('action.executed')).toMatchObject({
    status: 'executed',
    effect: `reran all jobs of acme/shop run ${run.id} (attempt 2)`,
  });
  expect(github.effects).toEqual([`acme/shop#${run.id} -> 2`]);
});

it('only recommends by default, at once, with the parameters', async () => {
  await start('version: 1\n');
  await diagnose(networkDiagnosis(github.addRun()));
  expect(await event('action.executed')).toMatchObject({
    status: 'recommended',
    verdict: 'recommending',
    effect: '',
    action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '100ms', factor: 1 } },
  });
  expect(github.effects).toEqual([]);
});

it('does nothing and tells nobody in mode observe', async () => {
  await start('version: 1\nmode: observe\n');
  await diagnose(
    networkDiagnosis(github.addRun(), { cause: 'compile_error', action: { type: 'notify_human', parameters: {} } }),
  );
  expect(await event('action.executed')).toMatchObject({ status: 'observed' });
  await sleep(300);
  expect(receiver.received).toEqual([]);
});

it('leaves a code failure to humans, and tells them once with the evidence', async () => {
  await start(ACT);
  const run = github.addRun();
  const diagnosis = networkDiagnosis(run, {
    cause: 'compile_error',
    domain: 'code',
    action: { type: 'notify_human', parameters: {} },
  });
  await diagnose(diagnosis);
  expect(await event('action.executed')).toMatchObject({
    status: 'handed_over',
    verdict: 'handing_over',
    effect: 'told humans by slack',
  });
  await bus.publish('diagnosis.made', { id: 'again', data: diagnosis });
  await sleep(500);
  expect(receiver.received).toHaveLength(1);
  expect(JSON.stringify(receiver.received[0]?.body)).toContain('7: connect ETIMEDOUT');
  expect(github.effects).toEqual([]);
});

it.each`
  what                     | change                                                                      | says
  ${'a newer commit'}      | ${(run: FakeRun) => github.pushTo('acme/shop', run.branch, 'c'.repeat(40))} | ${/branch .* has moved on/}
  ${'somebody reran it'}   | ${(run: FakeRun) => github.rerun(run)}                                      | ${/somebody else reran it/}
  ${'it is green already'} | ${(run: FakeRun) => github.completeRun(run, 'success')}                     | ${/green already/}
`('does not act when there is $what since the diagnosis', async ({ change, says }) => {
  await start(ACT);
  const run = github.addRun({ branch: `branch-${Math.random()}` });
  const diagnosis = networkDiagnosis(run);
  (change as (run: FakeRun) => void)(run);
  await diagnose(diagnosis);
  expect(await event('action.executed')).toMatchObject({
    status: 'superseded',
    explanation: expect.stringMatching(says),
  });
  expect(github.effects).toEqual([]);
});

it('comes again after a rate limit', async () => {
  await start(ACT);
  const run = github.addRun();
  github.fault({
    on: /rerun-failed-jobs/,
    answer: { status: 429, headers: { 'retry-after': '1' }, body: { message: 'slow down' } },
  });
  await diagnose(networkDiagnosis(run));
  expect(await event('action.executed')).toMatchObject({ status: 'executed' });
  expect(github.effects).toHaveLength(1);
});

it('says that it failed, and tells humans, when it may not', async () => {
  await start(ACT);
  const run = github.addRun();
  github.fault({
    on: /rerun-failed-jobs/,
    answer: { status: 403, body: { message: 'Resource not accessible by personal access token' } },
  });
  await diagnose(networkDiagnosis(run));
  expect(await event('action.executed')).toMatchObject({
    status: 'failed',
    explanation: expect.stringMatching(/not accessible/),
  });
  await told();
  expect(JSON.stringify(receiver.received[0]?.body)).toContain('not accessible');
});

it('where nobody can be told, hands over at once, and keeps neither timer nor claim for it', async () => {
  await start(ACT, '');
  const diagnosis = networkDiagnosis(github.addRun(), {
    cause: 'compile_error',
    domain: 'code',
    action: { type: 'notify_human', parameters: {} },
  });
  await diagnose(diagnosis);
  expect(await event('action.executed')).toMatchObject({ status: 'handed_over', verdict: 'handing_over', effect: '' });
  // What was deleted leaves a mark. The author of the change is told beside it, in any case.
  const written = async (bucket: string) => {
    const stream = await bus.jetstream.streams.get(`KV_${bucket}`);
    const { state } = await stream.info(false, { subjects_filter: '>' });
    return Object.keys(state.subjects ?? {}).filter((subject) => !subject.endsWith('.review'));
  };
  expect(await written('prunella_timers')).toEqual([]);
  expect(await written('prunella_claims')).toEqual([]);
});

it('stops after the attempts of the rule, and hands over', async () => {
  await start(ACT);
  const run = github.addRun();
  const rule = { action: { type: 'retry' as const, parameters: { attempts: 2 } } };
  for (const attempt of [1, 2, 3]) {
    await diagnose(networkDiagnosis(run, rule));
    await event('action.executed', (data) => data.run.attempt === attempt);
    if (attempt < 3) github.completeRun(run, 'failure');
  }
  expect(github.effects).toHaveLength(2);
  const last = await event('action.executed', (data) => data.run.attempt === 3);
  expect(last).toMatchObject({
    status: 'handed_over',
    reasons: expect.arrayContaining([expect.objectContaining({ check: 'attempts', allows: false })]),
  });
});

it('asks in mode approve, and acts only after the yes', async () => {
  await start('version: 1\nmode: approve\n');
  const run = github.addRun();
  await diagnose(networkDiagnosis(run));
  const request = await event('action.requested');
  expect(request).toMatchObject({ incidentId: `inc_${run.id}`, risk: 'cheap', approvers: [], quorum: 1 });
  await told();
  expect(JSON.stringify(receiver.received)).toContain(`for inc_${run.id}`);
  expect(github.effects).toEqual([]);
  await bus.publish('action.approved', {
    id: 'yes',
    data: {
      incidentId: request.incidentId,
      attempt: 1,
      action: request.action.type,
      approved: true,
      by: 'ada',
      reason: 'go',
    },
  });
  expect(await event('action.executed')).toMatchObject({
    status: 'executed',
    explanation: expect.stringMatching(/Approved by ada: go/),
  });
  expect(github.effects).toHaveLength(1);
});

describe('a question', () => {
  const ASK = 'version: 1\npipelines: [{ match: { action: retry_with_backoff }, mode: approve }]\n';

  it('is told once, however often the diagnosis is delivered, by as many replicas, in whatever mode notes would have', async () => {
    await start(ASK);
    replicas.push(await startReplica());
    const run = github.addRun();
    await diagnose(networkDiagnosis(run));
    await told();
    await bus.publish('diagnosis.made', { id: 'once more', data: networkDiagnosis(run) });
    await eventually(async () => {
      const { num_pending, num_ack_pending } = await (
        await bus.jetstream.consumers.get(EVENTS.name, 'remediator-diagnosis')
      ).info();
      expect([num_pending, num_ack_pending]).toEqual([0, 0]);
    });
    await sleep(300);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.violations).toEqual([]);
  });

  it('is not told where the policy does not want it, and carries who may answer', async () => {
    await start(
      `${ASK}approvals: [{ match: { platform: github }, by: [ada, bob], quorum: 2 }]\nnotify: { on: [failed] }\n`,
    );
    await diagnose(networkDiagnosis(github.addRun()));
    expect(await event('action.requested')).toMatchObject({ approvers: ['ada', 'bob'], quorum: 2 });
    await sleep(300);
    expect(receiver.received).toEqual([]);
  });
});

it('lets act again what a human closed the breaker of, and not what only an older opening was closed for', async () => {
  await start('version: 1\nmode: act\nbreaker: { failures: 1, reset: human }\n');
  const retry = { action: { type: 'retry' as const, parameters: { attempts: 1 } } };
  const decided = async () => {
    const diagnosis = networkDiagnosis(github.addRun(), retry);
    await diagnose(diagnosis);
    return (await event('action.executed', ({ incidentId }) => incidentId === diagnosis.incidentId)).status;
  };
  expect(await decided()).toBe('executed');
  const failed = networkDiagnosis(github.addRun(), retry);
  const { incidentId, run, decidedBy, fingerprint, prior } = failed;
  const outcome = {
    incidentId,
    run,
    decidedBy,
    fingerprint,
    prior,
    action: 'retry' as const,
    outcome: 'harmful' as const,
  };
  await bus.publish('outcome.observed', {
    id: 'harm',
    data: { ...outcome, reason: 'worse', evidenceEventIds: [], reverses: '' },
  });
  const bucket = await bus.bucket<KeptBreaker>('prunella_breakers');
  const breaker = async () => (await bucket.entries())[0]?.value;
  await eventually(async () =>
    expect(await breaker()).toMatchObject({ action: 'retry', platform: 'github', failures: 1 }),
  );
  expect(await decided()).toBe('recommended');
  const openedAt = (await breaker())?.openedAt ?? 0;
  const close = (id: string, at: number) =>
    bus.publish('breaker.closed', {
      id,
      data: {
        breakerId: 'any',
        action: 'retry',
        platform: 'github',
        openedAt: new Date(at).toISOString(),
        by: 'ada',
        reason: 'looked at it',
      },
    });
  await close('older', openedAt - 1);
  expect(await decided()).toBe('recommended');
  await close('this', openedAt);
  await eventually(async () =>
    expect(await breaker()).toMatchObject({ closed: { by: 'ada', reason: 'looked at it' } }),
  );
  expect(await decided()).toBe('executed');
});

describe('rollback', () => {
  const rollbackOf = (run: FakeRun, name: string) =>
    networkDiagnosis(run, {
      cause: 'error_rate',
      domain: 'delivery',
      action: { type: 'rollback', parameters: { strategy: 'immediate', verify: true } },
      run: {
        ...networkDiagnosis(run).run,
        kind: 'deployment',
        workload: { kind: 'Deployment', namespace: 'default', name, container: '' },
      },
    });

  it('puts the previous revision back, once, and proves it', async () => {
    kubernetes.addDeployment('web', ['v1', 'v2']);
    await start(ACT);
    const run = github.addRun();
    await diagnose(rollbackOf(run, 'web'));
    expect(await event('action.executed')).toMatchObject({
      status: 'executed',
      risk: 'reversible',
      effect: 'rolled back Deployment default/web from revision 2 to the template of revision 1',
    });
    kubernetes.settle('web', 'complete');
    expect(await event('outcome.observed')).toMatchObject({
      incidentId: `inc_${run.id}`,
      action: 'rollback',
      outcome: 'healed',
    });
    expect(kubernetes.effects).toEqual(['default/web -> v1']);
  });

  it('tells humans when it did not help', async () => {
    kubernetes.addDeployment('bad', ['v1', 'v2']);
    await start(ACT);
    await diagnose(rollbackOf(github.addRun(), 'bad'));
    await event('action.executed');
    kubernetes.settle('bad', 'failed');
    expect(await event('outcome.observed')).toMatchObject({
      outcome: 'ineffective',
      reason: expect.stringMatching(/progress deadline/),
    });
    await told();
  });

  it('sees its own patch after the answer got lost', async () => {
    kubernetes.addDeployment('lost', ['v1', 'v2']);
    kubernetes.fault(/^PATCH/, 500, true);
    await start(ACT);
    await diagnose(rollbackOf(github.addRun(), 'lost'));
    expect(await event('action.executed')).toMatchObject({ status: 'executed' });
    expect(kubernetes.effects).toEqual(['default/lost -> v1']);
  });

  it('has nothing to go back to on a first revision, and says so', async () => {
    kubernetes.addDeployment('first', ['v1']);
    await start(ACT);
    await diagnose(rollbackOf(github.addRun(), 'first'));
    expect(await event('action.executed')).toMatchObject({
      status: 'failed',
      explanation: expect.stringMatching(/no earlier revision/),
    });
    expect(kubernetes.effects).toEqual([]);
    await told();
  });
});

describe('more resources', () => {
  const raiseFor = (run: FakeRun, name: string, parameters = {}) =>
    networkDiagnosis(run, {
      cause: 'oom',
      action: { type: 'scale_resources', parameters: { resource: 'memory', factor: 1.5, ...parameters } },
      run: {
        ...networkDiagnosis(run).run,
        kind: 'deployment',
        workload: { kind: 'Deployment', namespace: 'default', name, container: 'app' },
      },
    });
  const resources = { limits: { memory: '128Mi', cpu: '500m' }, requests: { memory: '64Mi' } };

  it('are given to the container that ran out of memory, once', async () => {
    kubernetes.addDeployment('small', ['v1'], { resources });
    await start(ACT);
    await diagnose(raiseFor(github.addRun(), 'small'));
    expect(await event('action.executed')).toMatchObject({
      status: 'executed',
      risk: 'reversible',
      effect: 'raised the memory limit of app in Deployment default/small from 128Mi to 192Mi',
    });
    expect(kubernetes.effects).toEqual([
      'default/small -> {"limits":{"memory":"192Mi","cpu":"500m"},"requests":{"memory":"96Mi"}}',
    ]);
  });

  it('are given as far as the policy allows, and when it was often enough a human is told why', async () => {
    kubernetes.addDeployment('greedy', ['v1'], { resources });
    await start(`${ACT}scale: { memory: 160Mi, times: 1 }\n`);
    const [first, second] = [github.addRun(), github.addRun()];
    await diagnose(raiseFor(first, 'greedy', { factor: 4 }));
    expect(await event('action.executed')).toMatchObject({ effect: expect.stringMatching(/from 128Mi to 160Mi$/) });
    kubernetes.settle('greedy', 'complete');
    await diagnose(raiseFor(second, 'greedy'));
    const { status, explanation } = await event(
      'action.executed',
      ({ incidentId }) => incidentId === `inc_${second.id}`,
    );
    expect([status, explanation]).toEqual([
      'failed',
      'It could not be done: app was raised already, from 128Mi: what needs ever more may be a leak.',
    ]);
    expect(kubernetes.effects).toHaveLength(1);
    await told();
  });

  it('are not given where nobody set a limit', async () => {
    kubernetes.addDeployment('free', ['v1']);
    await start(ACT);
    await diagnose(raiseFor(github.addRun(), 'free'));
    expect(await event('action.executed')).toMatchObject({
      status: 'failed',
      explanation: 'It could not be done: app has no memory limit that could be raised.',
    });
    expect(kubernetes.effects).toEqual([]);
  });
});

it('does not start with a policy that is wrong, and says where', async () => {
  await expect(start('version: 1\nmoode: act\n')).rejects.toThrow(/prunella\.yaml:2: moode: .*did you mean mode/);
});

it('still decides when the target can not be seen: it recommends, and says why', async () => {
  kubernetes.addDeployment('hidden', ['v1', 'v2']);
  kubernetes.fault(/^GET .*hidden/, 403);
  await start(ACT);
  const run = github.addRun();
  const base = networkDiagnosis(run);
  await diagnose(
    networkDiagnosis(run, {
      action: { type: 'rollback', parameters: {} },
      run: {
        ...base.run,
        kind: 'deployment',
        workload: { kind: 'Deployment', namespace: 'default', name: 'hidden', container: '' },
      },
    }),
  );
  const executed = await event('action.executed');
  expect(executed).toMatchObject({
    status: 'recommended',
    explanation: expect.stringMatching(/can't be seen: kubernetes: forbidden/),
  });
  expect(kubernetes.effects).toEqual([]);
});

describe('the limits over all incidents', () => {
  const one = { parameters: { attempts: 3, firstDelay: '0s', factor: 1 } };
  const retryNow = { action: { type: 'retry' as const, ...one } };

  async function conclusions(count: number): Promise<Record<string, number>> {
    const seen = new Map<string, string>();
    await event('action.executed', ({ incidentId, status }) => seen.set(incidentId, status).size === count);
    return Object.fromEntries(
      [...Map.groupBy(seen.values(), (status) => status)].map(([status, list]) => [status, list.length]),
    );
  }

  it('hold with two replicas that decide at the same time, and say what was spent', async () => {
    await start(`${ACT}budgets: [{ name: reruns, per: repository, within: 1h, actions: 4 }]\n`);
    replicas.push(await startReplica());
    await Promise.all(Array.from({ length: 30 }, () => diagnose(networkDiagnosis(github.addRun(), retryNow))));
    expect(await conclusions(30)).toEqual({ executed: 4, recommended: 26 });
    expect(github.effects).toHaveLength(4);
    expect(await event('action.executed', ({ status }) => status === 'recommended')).toMatchObject({
      explanation: 'Recommending retry for network: all 4 within 1h for acme/shop are spent (budget reruns).',
    });
  });

  it('leave a branch alone for the time of the cooldown', async () => {
    await start(`${ACT}cooldown: 1h\n`);
    const [first, second] = [github.addRun(), github.addRun()];
    for (const run of [first, second]) {
      await diagnose(networkDiagnosis(run, retryNow));
      await event('action.executed', ({ incidentId }) => incidentId === `inc_${run.id}`);
    }
    expect(await conclusions(2)).toEqual({ executed: 1, recommended: 1 });
  });

  it('rest an action that does not help, or whose heal came back', async () => {
    await start(`${ACT}breaker: { failures: 2, rest: 1h }\n`);
    for (const reverses of ['', 'some/outcome']) {
      const diagnosis = networkDiagnosis(github.addRun(), retryNow);
      await diagnose(diagnosis);
      await event('action.executed', ({ incidentId }) => incidentId === diagnosis.incidentId);
      await bus.publish('outcome.observed', {
        id: `${diagnosis.incidentId}/outcome`,
        data: {
          ...diagnosis,
          action: 'retry',
          outcome: 'ineffective',
          reason: 'It failed again.',
          observedAt: new Date().toISOString(),
          evidenceEventIds: [],
          reverses,
        },
      });
    }
    await eventually(async () => {
      const diagnosis = networkDiagnosis(github.addRun(), retryNow);
      await diagnose(diagnosis);
      const { status, explanation } = await event(
        'action.executed',
        ({ incidentId }) => incidentId === diagnosis.incidentId,
      );
      expect([status, explanation]).toEqual([
        'recommended',
        expect.stringContaining('the breaker is open because 2 in a row did not help'),
      ]);
    });
  });

  it('only watch a part of the incidents', async () => {
    await start(`${ACT}holdOut: 0.5\n`);
    await Promise.all(Array.from({ length: 40 }, () => diagnose(networkDiagnosis(github.addRun(), retryNow))));
    const { executed = 0, observed = 0 } = await conclusions(40);
    expect(executed + observed).toBe(40);
    expect(observed).toBeGreaterThan(5);
    expect(github.effects).toHaveLength(executed);
    expect(await event('action.executed', ({ status }) => status === 'observed')).toMatchObject({
      reasons: expect.arrayContaining([expect.objectContaining({ check: 'hold-out', allows: false })]),
    });
  });
});

it('in a storm lets a few through, makes the others wait, and tells of it once', async () => {
  const most = 8;
  await start(`${ACT}storm: { pipelines: ${most}, within: 1h }\nbudgets: []\n`);
  replicas.push(await startReplica());
  const count = 1_000;
  const failures = Array.from({ length: count }, (_, index) => {
    const run = github.addRun();
    const base = networkDiagnosis(run, { action: { type: 'retry', parameters: { attempts: 1 } } });
    return { ...base, run: { ...base.run, pipelineId: `acme/service-${index}/ci` } };
  });
  await Promise.all(failures.map(diagnose));
  const settled = new Map<string, 'parked' | 'executed' | 'handed_over'>();
  await firstOf(['action.executed', 'action.scheduled'], (data) => {
    if ('status' in data) settled.set(data.incidentId, data.status as 'executed' | 'handed_over');
    else if (data.reasons.some(({ check, allows }) => check === 'storm' && !allows))
      settled.set(data.incidentId, 'parked');
    return settled.size === count + 1;
  });
  const statuses = [...settled.values()];
  expect(statuses.filter((status) => status === 'handed_over')).toHaveLength(1);
  // Those that were due before it was seen to be a storm, and the one that is tried.
  expect(statuses.filter((status) => status === 'parked').length).toBeGreaterThanOrEqual(count - most - 1);
  await sleep(500);
  expect(github.effects.length).toBeGreaterThan(0);
  expect(github.effects.length).toBeLessThanOrEqual(most + 1);
  const storm = await event('action.executed', ({ status }) => status === 'handed_over');
  expect(storm).toMatchObject({
    incidentId: expect.stringMatching(/^storm_/),
    action: { type: 'notify_human' },
    explanation: expect.stringContaining('8 pipelines failed alike within 1h: their reruns wait.'),
  });
  expect(receiver.received).toHaveLength(1);
}, 180_000);

describe('a policy that is changed while the remediator runs', () => {
  const retry = { action: { type: 'retry' as const, parameters: { attempts: 1 } } };

  it('holds for what was decided before, too', async () => {
    await start('version: 1\nmode: approve\n');
    const run = github.addRun();
    await diagnose(networkDiagnosis(run, retry));
    await event('action.requested');
    await writeFile(policyFile(), 'version: 1\nmode: recommend\n');
    await eventually(async () => {
      const { incidentId, ...next } = networkDiagnosis(github.addRun(), retry);
      await diagnose({ incidentId, ...next });
      const told = await firstOf(['action.requested', 'action.executed'], (data) => data.incidentId === incidentId);
      expect(told.subject).toBe('action.executed');
    });
    await bus.publish('action.approved', {
      id: 'yes',
      data: { incidentId: `inc_${run.id}`, attempt: 1, action: 'retry', approved: true, by: 'ada', reason: '' },
    });
    expect(await event('action.executed', ({ incidentId }) => incidentId === `inc_${run.id}`)).toMatchObject({
      status: 'superseded',
      explanation:
        'Nothing was done: the policy changed its mind: mode is recommend (mode): it is said what would be done.',
    });
    expect(github.effects).toEqual([]);
  });

  it('stays as it was when the file is broken', async () => {
    await start(ACT);
    await writeFile(policyFile(), 'version: 1\nmoode: recommend\n');
    await eventually(async () => {
      const metrics = await fetch(`${service?.url}/metrics`).then((answer) => answer.text());
      expect(metrics).toContain('prunella_policy_rejected 1');
    });
    await diagnose(networkDiagnosis(github.addRun()));
    expect(await event('action.executed')).toMatchObject({ status: 'executed' });
  });
});

/** Until it holds, for 15 s at most. */
async function eventually(holds: () => Promise<void>): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(100);
    }
  }
}
