import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type Envelope, readMessage, type Subject } from '@prunella/contracts';
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

/** As the built-in query, but it looks back for seconds. */
const TOTAL = 'sum by (namespace, service) (rate(http_requests_total[5s]))';
const BAD = 'sum by (namespace, service) (rate(http_requests_total{status=~"5.."}[5s]))';

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
    await writeFile(file, `version: 1\nchecks: [{ name: errors, query: ${query}, for: 2, every: 1s }]\n`);
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

  it('tells a breach once, and its end, though a replica is killed meanwhile', async () => {
    app.errorRate = 0.5;
    await until(async () => (await told()).length > 0, 'it is told');
    await replicas[0]?.kill();
    app.errorRate = 0;
    await until(async () => (await told()).some(({ subject }) => subject === 'pipeline.finished'), 'its end is told');
    const [failed, finished, ...others] = await told();
    expect(others).toEqual([]);
    expect(failed).toMatchObject({
      subject: 'pipeline.failed',
      data: {
        ...{ platform: 'prometheus', kind: 'deployment', pipelineId: 'check/errors/default/web' },
        workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
        error: { type: expect.stringMatching(/^CheckError/) },
        metrics: { error_rate: expect.any(Number) },
      },
    });
    const { incidentId, attempt } = (failed as Envelope).data as { incidentId: string; attempt: number };
    expect(finished?.data).toMatchObject({ conclusion: 'success', incidentId, attempt });
  }, 120_000);
});

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 50_000; Date.now() < end; await sleep(100)) if (await condition()) return;
  throw new Error(`not within 50 s: ${what}`);
}
