import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineFinished } from '@prunella/contracts';
import { FakeKubernetes, prometheusProgram, startTestPrometheus, type TestServer, WebApp } from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * A deployment that ended well, and whose service then answers with errors: seen by a real Prometheus, rolled back at the cluster, and healed
 * only when the errors are gone.
 */

const program = await prometheusProgram();

/** As the built-in query, but it looks back for seconds. */
const QUERY =
  '(sum(rate(http_requests_total{namespace="{{namespace}}",service="{{name}}",status=~"5.."}[5s])) or vector(0))' +
  ' / sum(rate(http_requests_total{namespace="{{namespace}}",service="{{name}}"}[5s]))';

(program === undefined ? describe.skip : describe)('after a deployment', () => {
  let system: System;
  let kubernetes: FakeKubernetes;
  let prometheus: TestServer;
  let app: WebApp;
  let directory: string;
  let deployments = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'prunella-post-deploy-'));
    [kubernetes, app] = await Promise.all([FakeKubernetes.start(), WebApp.start('web')]);
    prometheus = await startTestPrometheus(
      program ?? '',
      `scrape_configs: [{ job_name: web, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${app.port}"] }] }]`,
    );
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, kubernetes.kubeconfig);
    system = await startSystem({
      policy: [
        'version: 1',
        'mode: act',
        'watches:',
        '  - name: web',
        '    match: { environment: production }',
        '    workload: { name: web }',
        '    stabilise: 3s',
        '    checks: 4',
        '    every: 1s',
        '    failures: 3',
        `    url: ${app.url}/health`,
        `    errorRate: ${JSON.stringify(QUERY)}`,
        '    window: 6s',
        '',
      ].join('\n'),
      environment: { PROMETHEUS_URL: prometheus.url },
      of: { remediator: { KUBECONFIG: kubeconfig } },
    });
  }, 240_000);

  beforeEach(() => {
    kubernetes.effects.length = 0;
    kubernetes.addDeployment('web', ['v1', 'v2']);
    kubernetes.settle('web', 'complete');
    app.errorRate = 0;
    app.status = 200;
  });

  afterAll(async () => {
    await system?.stop();
    await Promise.all([kubernetes?.stop(), prometheus?.stop(), app?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  /** Tells of a deployment that ended well. @returns its incident, should it become one. */
  async function deployed(): Promise<string> {
    deployments += 1;
    const incidentId = `inc_deployment_${deployments}`;
    const data: Partial<PipelineFinished> = {
      pipelineId: 'acme/shop/deploy/production',
      platform: 'kubernetes',
      repository: 'acme/shop',
      runId: `deployment/${deployments}`,
      attempt: 1,
      environment: 'production',
      branch: 'main',
      name: 'deploy production',
      kind: 'deployment',
      conclusion: 'success',
      incidentId,
    };
    await system.bus.publish('pipeline.finished', {
      id: `deployment/${deployments}/success`,
      source: 'spec',
      data: { ...EMPTY, ...data } as PipelineFinished,
    });
    return incidentId;
  }

  async function watchesThatEnded(result: string): Promise<number> {
    const text = await (await fetch(`${system.services.detector.url}/metrics`)).text();
    return Number(
      new RegExp(`^detector_watches_total{watch="web",result="${result}"} (\\d+)`, 'm').exec(text)?.[1] ?? 0,
    );
  }

  async function failuresOf(incidentId: string) {
    return (await eventsOn(system.bus, 'pipeline.failed')).filter((event) => event.incidentId === incidentId);
  }

  /** Waits for the rollback, lets it work, and for the outcome. */
  async function rolledBackAndHealed(incidentId: string): Promise<Incident> {
    await until(() => kubernetes.effects.length > 0, 'the rollback', 90_000);
    app.errorRate = 0;
    app.status = 200;
    kubernetes.settle('web', 'complete');
    return await incidentWith(
      system,
      ({ id, outcome }) => id === incidentId && outcome !== null,
      'the outcome',
      60_000,
    );
  }

  it('leaves a good one alone', async () => {
    const incidentId = await deployed();
    await until(async () => (await watchesThatEnded('good')) === 1, 'the watch ended well');
    expect(await failuresOf(incidentId)).toEqual([]);
    expect(kubernetes.effects).toEqual([]);
  }, 60_000);

  it('rolls back one that answers with errors, and proves it by the metrics', async () => {
    app.errorRate = 0.5;
    const incidentId = await deployed();
    const incident = await rolledBackAndHealed(incidentId);
    expect(incident).toMatchObject({
      cause: 'error_rate',
      action: 'rollback',
      decidedBy: 'rule:post-deploy-error-rate',
      outcome: 'healed',
      outcomeReason: expect.stringMatching(/error rate [0-4](\.\d+)? %, the health check is fine$/),
    });
    expect(kubernetes.effects).toEqual(['default/web -> v1']);
    const failures = await failuresOf(incidentId);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({
      kind: 'deployment',
      conclusion: 'failure',
      workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
      finishedEventId: `deployment/${deployments}/success`,
      error: { message: expect.stringMatching(/^Deployment default\/web .*looks were bad: error rate \d/) },
    });
    expect(failures[0]?.metrics['error_rate']).toBeGreaterThan(0.1);
  }, 150_000);

  it('rolls back one that is unhealthy', async () => {
    app.status = 503;
    const incident = await rolledBackAndHealed(await deployed());
    expect(incident).toMatchObject({
      cause: 'deploy_failure',
      decidedBy: 'rule:post-deploy-unhealthy',
      outcome: 'healed',
    });
  }, 150_000);

  it('goes on when the detector was killed in the middle', async () => {
    app.errorRate = 0.5;
    const incidentId = await deployed();
    const bucket = await system.bus.bucket<{ checks: unknown[] }>('prunella_watches');
    await until(async () => (await bucket.entries()).some(({ value }) => value.checks.length >= 1), 'a first look');
    await system.services.detector.kill();
    expect(kubernetes.effects).toEqual([]);
    await system.services.detector.start();
    expect(await rolledBackAndHealed(incidentId)).toMatchObject({ outcome: 'healed' });
    expect(await failuresOf(incidentId)).toHaveLength(1);
  }, 180_000);

  it('watches only the newest one', async () => {
    const before = await watchesThatEnded('superseded');
    const first = await deployed();
    await deployed();
    await until(async () => (await watchesThatEnded('superseded')) === before + 1, 'the first one is superseded');
    expect(await failuresOf(first)).toEqual([]);
  }, 60_000);

  it('knows nothing while Prometheus is away, and does nothing', async () => {
    await prometheus.kill();
    const incidentId = await deployed();
    await until(async () => (await watchesThatEnded('inconclusive')) === 1, 'it ended without a verdict', 90_000);
    expect(await failuresOf(incidentId)).toEqual([]);
    expect(kubernetes.effects).toEqual([]);
    expect(system.services.detector.output).toMatch(/nobody knows how a deployment is/);
  }, 120_000);
});

const EMPTY: Partial<PipelineFinished> = { headSha: '', url: '', jobs: [], metrics: {} };
