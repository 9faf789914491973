import { connect } from '@nats-io/transport-node';
import { eventsOn } from '../support/events.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const NETWORK_LOG = [
  '2026-01-01T00:00:00.0000000Z ##[group]Run npm ci',
  '2026-01-01T00:00:01.0000000Z npm ci',
  '2026-01-01T00:00:01.0000000Z ##[endgroup]',
  '2026-01-01T00:02:01.0000000Z npm error code ETIMEDOUT',
  '2026-01-01T00:02:01.0000000Z npm error network request to https://registry.npmjs.org/react failed, reason: connect ETIMEDOUT 104.16.1.34:443',
  '2026-01-01T00:02:01.0000000Z ##[error]Process completed with exit code 1.',
].join('\n');

describe('a system that may act', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem({ policy: 'version: 1\nmode: act\n' });
  }, 60_000);

  afterAll(() => system.stop());

  it('heals a failed run by one rerun, proves it by the next attempt, and learns from it', async () => {
    const { github } = system;
    const run = github.addRun({
      jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: NETWORK_LOG }],
    });
    const response = await system.deliver(run);
    expect(response.status).toBe(202);
    await until(() => github.effects.length > 0, 'the rerun');
    await system.deliver(run);
    github.completeRun(run, 'success');
    await system.deliver(run);

    const incident = await incidentWith(system, ({ outcome }) => outcome === 'healed', 'healed');
    expect(incident).toMatchObject({
      repository: 'acme/shop',
      source: 'github',
      cause: 'network',
      action: 'retry_with_backoff',
      verdict: 'acting',
      state: 'closed',
      pipelineId: 'acme/shop/.github/workflows/ci.yml',
      decidedBy: expect.stringMatching(/^rule:/),
    });
    expect(github.effects).toEqual([`acme/shop#${run.id} -> 2`]);
    expect(github.requests.filter((request) => request.endsWith('rerun-failed-jobs'))).toHaveLength(1);
    expect(github.violations).toEqual([]);

    const page = await system.api<{ evidence: { line: number; text: string }[]; timeline: { type: string }[] }>(
      `/v1/incidents/${incident.id}`,
    );
    expect(page.evidence).toContainEqual(
      expect.objectContaining({ line: 4, text: expect.stringContaining('ETIMEDOUT') }),
    );
    expect(page.timeline.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'pipeline.failed',
        'diagnosis.made',
        'action.executed',
        'pipeline.finished',
        'outcome.observed',
      ]),
    );
    const report = await system.api<{ overall: { total: number; successful: number } }>('/v1/reports/effectiveness');
    expect(report.overall).toMatchObject({ total: 1, successful: 1 });
    const learnt = await until(async () => {
      const { items } = await system.api<{ items: { healed: number; mean: number; prior: number }[] }>(
        '/v1/confidence',
      );
      return items[0];
    }, 'learnt');
    expect(learnt.mean).toBeGreaterThan(learnt.prior);
  });

  it('uses what was learnt in the next diagnosis', async () => {
    const [{ decidedBy, mean }] = (await system.api<{ items: [{ decidedBy: string; mean: number }] }>('/v1/confidence'))
      .items;
    const { github } = system;
    const run = github.addRun({ branch: 'next', jobs: [{ name: 'build', conclusion: 'failure', log: NETWORK_LOG }] });
    await system.deliver(run);
    const diagnosis = await until(
      async () => (await eventsOn(system.bus, 'diagnosis.made')).find((made) => made.run.runId === String(run.id)),
      'diagnosed',
    );
    expect(diagnosis.decidedBy).toBe(decidedBy);
    expect(diagnosis.confidence).toBeCloseTo(mean, 3);
    expect(diagnosis.confidence).not.toBe(diagnosis.prior);
  });

  it('tells when the rerun failed the same way, and stops after the attempts', async () => {
    const { github } = system;
    const jobs = [{ name: 'build', conclusion: 'failure' as const, log: NETWORK_LOG.replaceAll('04.16.1', '04.16.9') }];
    const run = github.addRun({ branch: 'stubborn', jobs });
    await system.deliver(run);
    for (const attempt of [2, 3, 4]) {
      await until(() => github.effects.includes(`acme/shop#${run.id} -> ${attempt}`), `attempt ${attempt}`, 60_000);
      github.completeRun(run, 'failure', jobs);
      await system.deliver(run);
    }
    const incident = await incidentWith(
      system,
      ({ state, attempt }) => state === 'handed_over' && attempt === 4,
      'left to humans',
    );
    expect(incident.reason).toMatch(/tried 3 of 3/);
    const page = await system.api<{ outcomes: { outcome: string }[] }>(`/v1/incidents/${incident.id}`);
    expect(page.outcomes.map(({ outcome }) => outcome)).toEqual(['ineffective', 'ineffective', 'ineffective']);
  }, 120_000);

  it('never reruns a failure of the code', async () => {
    const { github } = system;
    const log =
      "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n##[error]Process completed with exit code 2.";
    const run = github.addRun({ branch: 'broken', jobs: [{ name: 'build', conclusion: 'failure', log }] });
    const before = github.effects.length;
    await system.deliver(run);
    const incident = await incidentWith(system, ({ cause }) => cause === 'compile_error', 'diagnosed');
    expect(
      await incidentWith(system, ({ id, state }) => id === incident.id && state === 'handed_over', 'left to humans'),
    ).toMatchObject({ verdict: 'handing_over' });
    expect(github.effects.slice(before).filter((effect) => effect.includes(`#${run.id} `))).toEqual([]);
  });
});

describe('a system as it comes', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);

  afterAll(() => system.stop());

  it('makes of the smallest message a diagnosis, a recommendation and an incident, within two seconds', async () => {
    const nats = await connect({ servers: system.nats.url });
    const sent = performance.now();
    nats.publish('pipeline.failed', '{"pipeline_id":"42","error":{"message":"Connection timed out"}}');
    const incident = await incidentWith(
      system,
      ({ pipelineId, state }) => pipelineId === '42' && state === 'recommended',
      'recommended',
      10_000,
    );
    const tookMs = performance.now() - sent;
    await nats.drain();
    const [diagnosis] = await eventsOn(system.bus, 'diagnosis.made');
    expect(diagnosis).toMatchObject({
      cause: 'network',
      action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } },
    });
    const [executed] = await eventsOn(system.bus, 'action.executed');
    expect(executed).toMatchObject({ status: 'recommended', verdict: 'recommending' });
    expect(incident).toMatchObject({ pipelineId: '42', source: 'generic', cause: 'network', outcome: null });
    // The bar of issue A is two seconds; ten times what it takes on a quiet machine.
    expect(tookMs).toBeLessThan(2_000);
  });

  it('recommends a rerun and touches nothing', async () => {
    const { github } = system;
    const run = github.addRun({ jobs: [{ name: 'build', conclusion: 'failure', log: NETWORK_LOG }] });
    await system.deliver(run);
    await incidentWith(
      system,
      ({ repository, state }) => repository === 'acme/shop' && state === 'recommended',
      'recommended',
    );
    expect(github.effects).toEqual([]);
  });

  it('refuses a bad signature, and publishes nothing', async () => {
    const run = system.github.addRun({ repository: 'acme/forged' });
    const response = await system.deliver(run, { secret: 'not the secret' });
    expect(response.status).toBe(401);
    // A good one behind it shows that the bad one would have arrived by now.
    await system.deliver(system.github.addRun({ repository: 'acme/genuine' }));
    await incidentWith(system, ({ repository }) => repository === 'acme/genuine', 'the genuine one');
    expect((await system.incidents()).filter(({ repository }) => repository === 'acme/forged')).toEqual([]);
  });

  it('makes one incident of the same delivery three times, and of two deliveries about the same run', async () => {
    const run = system.github.addRun({ repository: 'acme/thrice' });
    for (let i = 0; i < 3; i++) expect((await system.deliver(run, { delivery: 'one-delivery' })).status).toBe(202);
    expect((await system.deliver(run)).status).toBe(202);
    await incidentWith(
      system,
      ({ repository, state }) => repository === 'acme/thrice' && state === 'recommended',
      'recommended',
    );
    await system.deliver(system.github.addRun({ repository: 'acme/after' }));
    await incidentWith(
      system,
      ({ repository, state }) => repository === 'acme/after' && state !== 'detected',
      'a later one',
    );
    expect((await system.incidents()).filter(({ repository }) => repository === 'acme/thrice')).toHaveLength(1);
    const failed = await eventsOn(system.bus, 'pipeline.failed');
    expect(failed.filter(({ repository }) => repository === 'acme/thrice')).toHaveLength(1);
  });
});
