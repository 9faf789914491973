import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type Envelope, type Events, parseData, readMessage, type Subject } from '@prunella/contracts';
import { completed } from '@prunella/core';
import {
  prometheusProgram,
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPrometheus,
  type TestServer,
  WebApp,
} from '@prunella/testing';

/** Where none can be had the reason is printed, and this is skipped. */
const program = await prometheusProgram();

/** As the built-in query, but of one service that it is told, and it looks back for seconds. */
const ABOUT = 'namespace="{{namespace}}",service=~"{{name}}"';
const TOTAL = `sum(rate(http_requests_total{${ABOUT}}[5s]))`;
const BAD = `sum(rate(http_requests_total{${ABOUT},status=~"5.."}[5s]))`;

(program === undefined ? describe.skip : describe)('a check', () => {
  let nats: TestServer;
  let prometheus: TestServer;
  let app: WebApp;
  let bus: Bus;
  let directory: string;
  const replicas: ServiceProcess[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'prunella-checks-'));
    [nats, app] = await Promise.all([startTestNats(), WebApp.start('web')]);
    prometheus = await startTestPrometheus(
      program ?? '',
      `scrape_configs: [{ job_name: web, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${app.port}"] }] }]`,
    );
    const file = join(directory, 'prunella.yaml');
    const query = JSON.stringify(`(${BAD} or 0 * ${TOTAL}) / ${TOTAL}`);
    const check = `{ name: errors, query: ${query}, of: [{ namespace: default, name: web }], rollback: 0.6, for: 2, every: 1s }`;
    await writeFile(file, `version: 1\nchecks: [${check}]\n`);
    bus = await Bus.connect({ servers: nats.url, name: 'spec' });
    for (let i = 0; i < 2; i++) {
      replicas.push(
        await startServiceProcess('detector', {
          ...{ NATS_URL: nats.url, LOG_LEVEL: 'error', PRUNELLA_CONFIG: file, PROMETHEUS_URL: prometheus.url },
        }),
      );
    }
  }, 90_000);

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await bus?.close();
    await Promise.all([nats?.stop(), prometheus?.stop(), app?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  async function told(): Promise<Envelope[]> {
    const stream = await bus.jetstream.streams.get(EVENTS.name);
    const { state } = await stream.info();
    const found: Envelope[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      const message = await stream.getMessage({ seq });
      if (message === null) continue;
      found.push(readMessage(message.subject as Subject, message.data, { id: String(seq), source: 'spec' }));
    }
    return found;
  }

  it('tells a breach and that it gets worse as one incident, that of the deployment, and its end, though a replica is killed', async () => {
    const deployment = completed(
      parseData('pipeline.finished', {
        ...{ pipelineId: 'deploy', platform: 'github', repository: 'acme/shop', runId: '77', headSha: 'c0ffee' },
        ...{ kind: 'deployment', conclusion: 'success' },
        workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
      }),
      'deployed',
    );
    await bus.publish('pipeline.finished', { id: 'deployed', source: 'spec', data: deployment });
    await until(() => leads(deployment.incidentId), 'the deployment leads');
    const failures = async () => (await told()).filter(({ subject }) => subject === 'pipeline.failed');
    app.errorRate = 0.3;
    await until(async () => (await failures()).length > 0, 'it is told');
    await replicas[0]?.kill();
    app.errorRate = 1;
    await until(async () => (await failures()).length > 1, 'that it gets worse is told');
    app.errorRate = 0;
    const ended = async () => (await told()).filter(({ subject }) => subject === 'pipeline.finished').slice(1);
    await until(async () => (await ended()).length > 0, 'its end is told');
    const { incidentId } = deployment;
    expect((await failures()).map(({ data }) => data)).toMatchObject([
      {
        ...{ platform: 'prometheus', kind: 'deployment', pipelineId: 'check/errors/default/web', headSha: 'c0ffee' },
        ...{ incidentId, attempt: 1, workload: { kind: 'Deployment', namespace: 'default', name: 'web' } },
        error: { type: 'CheckErrorsRaised' },
        metrics: { error_rate: expect.any(Number) },
      },
      { incidentId, attempt: 2, error: { type: 'CheckErrorRate' }, metrics: { error_rate: expect.any(Number) } },
    ]);
    expect((await ended()).map(({ data }) => data)).toMatchObject([{ conclusion: 'success', incidentId, attempt: 2 }]);
    const metrics = await (await fetch(new URL('/metrics', replicas[1]?.url))).text();
    expect(metrics).toMatch(/^detector_checks_total\{check="errors",result="answered"\} [1-9]/m);
    expect(metrics).toContain('detector_check_breaches_total{check="errors",type="over"} 1');
  }, 120_000);

  async function leads(incidentId: string): Promise<boolean> {
    const threads = await bus.bucket<Events['pipeline.finished']>('prunella_threads');
    return (await threads.entries()).some(({ value }) => value.incidentId === incidentId);
  }
});

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 50_000; Date.now() < end; await sleep(100)) if (await condition()) return;
  throw new Error(`not within 50 s: ${what}`);
}
