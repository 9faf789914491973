import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type DiagnosisMade, readMessage } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import { prometheusProgram, startTestNats, startTestPrometheus, type TestServer, WebApp } from '@prunella/testing';
import { diagnoser } from '../service.ts';

/** Where none can be had the reason is printed, and this is skipped. */
const program = await prometheusProgram();

(program === undefined ? describe.skip : describe)('a failure of a workload', () => {
  let nats: TestServer;
  let prometheus: TestServer;
  let app: WebApp;
  let service: RunningService;
  let bus: Bus;

  beforeAll(async () => {
    [nats, app] = await Promise.all([startTestNats(), WebApp.start('web')]);
    app.errorRate = 0.5;
    prometheus = await startTestPrometheus(
      program ?? '',
      `scrape_configs: [{ job_name: web, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${app.port}"] }] }]`,
    );
    service = await startService(diagnoser, {
      ...{ NATS_URL: nats.url, PORT_DIAGNOSER: '0', LOG_LEVEL: 'silent' },
      PROMETHEUS_URL: prometheus.url,
    });
    bus = await Bus.connect({ servers: nats.url, name: 'spec' });
    await until(async () => {
      const query = 'sum(rate(http_requests_total[5m])) > 0';
      const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
      return (await response.text()).includes('"value"') ? true : undefined;
    }, 'Prometheus knows a rate');
  }, 90_000);

  afterAll(async () => {
    await bus?.close();
    await service?.close();
    await Promise.all([nats?.stop(), prometheus?.stop(), app?.stop()]);
  });

  async function diagnosed(runId: string, changes: Record<string, unknown> = {}): Promise<DiagnosisMade> {
    const workload = { kind: 'Deployment', namespace: 'default', name: 'web' };
    const failure = { pipelineId: 'deploy', runId, kind: 'deployment', workload, error: { message: 'it is odd' } };
    await bus.jetstream.publish('pipeline.failed', JSON.stringify({ ...failure, ...changes }));
    return await until(async () => (await diagnoses()).find(({ run }) => run.runId === runId), `${runId} is diagnosed`);
  }

  async function diagnoses(): Promise<DiagnosisMade[]> {
    const stream = await bus.jetstream.streams.get(EVENTS.name);
    const { state } = await stream.info();
    const found: DiagnosisMade[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      const message = await stream.getMessage({ seq });
      if (message?.subject !== 'diagnosis.made') continue;
      found.push(readMessage('diagnosis.made', message.data, { id: '', source: '' }).data);
    }
    return found;
  }

  it('is diagnosed by what Prometheus measured around it, and all usual queries can be asked', async () => {
    expect(await diagnosed('bare')).toMatchObject({
      ...{ cause: 'error_rate', decidedBy: 'metrics:error-rate', gaps: [] },
      action: { type: 'rollback' },
    });
  }, 40_000);

  it.each`
    what                               | changes
    ${'what its reporter measured'}    | ${{ metrics: { error_rate: 0.01 } }}
    ${'a time when nothing was known'} | ${{ finishedAt: '2020-01-01T00:00:00Z' }}
    ${'another workload'}              | ${{ workload: { namespace: 'default', name: 'api' } }}
    ${'no workload'}                   | ${{ workload: undefined }}
    ${'a name that is none'}           | ${{ workload: { namespace: 'default', name: 'web"} or vector(1) #' } }}
  `(
    'is not diagnosed by metrics for $what',
    async ({ what, changes }) => {
      const made = await diagnosed(what as string, changes as Record<string, unknown>);
      expect([made.decidedBy, made.gaps]).toEqual([expect.not.stringContaining('metrics'), []]);
    },
    40_000,
  );

  it('says that Prometheus did not answer', async () => {
    await prometheus.kill();
    const { decidedBy, gaps } = await diagnosed('alone');
    expect(decidedBy).not.toContain('metrics');
    expect(gaps).toContainEqual(expect.stringMatching(/^error_rate could not be read: .*unavailable/));
  }, 60_000);
});

async function until<T>(find: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const found = await find();
    if (found !== undefined) return found;
  }
  throw new Error(`not within 30 s: ${what}`);
}
