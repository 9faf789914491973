import type { FakeRun } from '@prunella/testing';
import { OtlpReceiver, type SentSpan } from '../support/otlp-receiver.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const SECRET = `ghp_${'a1B2'.repeat(9)}`;
const NETWORK_LOG = [
  '2026-01-01T00:00:00.0000000Z npm ci',
  `2026-01-01T00:02:01.0000000Z npm error token ${SECRET}`,
  '2026-01-01T00:02:01.0000000Z npm error network request to https://registry.npmjs.org/react failed, reason: connect ETIMEDOUT 104.16.1.34:443',
  '2026-01-01T00:02:01.0000000Z ##[error]Process completed with exit code 1.',
].join('\n');

let receiver: OtlpReceiver;
let system: System;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  system = await startSystem({
    policy: 'version: 1\nmode: act\nreview: { comment: false }\n',
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-scope-orgid=team%201',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      PRUNELLA_TRACE_URL: 'https://grafana.example/explore?trace={traceId}',
    },
  });
}, 60_000);

afterAll(async () => {
  await system?.stop();
  await receiver?.stop();
});

function failedRun(branch: string): FakeRun {
  const jobs = [{ name: 'build', conclusion: 'failure' as const, failedStep: 'Run npm ci', log: NETWORK_LOG }];
  return system.github.addRun({ branch, jobs });
}

/** The whole story of a run: its failure is told, it is run again, that succeeds, and its incident has healed. */
async function healed(run: FakeRun): Promise<{ id: string; traceId: string; traceUrl: string | null }> {
  const { github } = system;
  await until(() => github.effects.includes(`acme/shop#${run.id} -> 2`), 'the rerun');
  github.completeRun(run, 'success');
  await system.deliver(run);
  const isOf = ({ runId, outcome }: { runId: string; outcome: string | null }) =>
    runId === String(run.id) && outcome === 'healed';
  return await system.api(`/v1/incidents/${(await incidentWith(system, isOf, 'healed')).id}`);
}

/** The spans of a trace, once these are among them and each has its parent. */
async function wholeTrace(traceId: string, names: readonly string[]): Promise<SentSpan[]> {
  return await until(() => {
    const spans = receiver.ofTrace(traceId);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const isWhole = spans.every(({ parentSpanId }) => parentSpanId === '' || ids.has(parentSpanId));
    const isThere = names.every((name) => spans.some((span) => `${serviceOf(span)} ${span.name}` === name));
    return isWhole && isThere && spans;
  }, `a whole trace ${traceId}`).catch((error: unknown) => {
    const spans = receiver.ofTrace(traceId);
    const seen = spans.map((span) => `${serviceOf(span)} ${span.name} ${span.spanId} under ${span.parentSpanId || '-'}`);
    throw new Error(`expected ${names.join(', ')}; found\n${seen.join('\n')}`, { cause: error });
  });
}

function serviceOf({ resource }: SentSpan): string {
  return String(resource['service.name']).replace(/^prunella-/, '');
}

/** `service kind name` of what stands above a span, up to the root. */
function above(span: SentSpan, spans: readonly SentSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent === undefined ? [] : [`${serviceOf(parent)} ${parent.kind} ${parent.name}`, ...above(parent, spans)];
}

function named(name: string, spans: readonly SentSpan[], service?: string): SentSpan {
  const found = spans.find((span) => span.name === name && (service === undefined || serviceOf(span) === service));
  if (found === undefined) throw new Error(`no span ${name} of ${service ?? 'anybody'}`);
  return found;
}

const WHOLE_STORY = [
  'detector POST /webhooks/github',
  'detector send pipeline.failed',
  'diagnoser process pipeline.failed',
  'diagnoser read logs',
  'diagnoser model',
  'diagnoser rules',
  'remediator decide',
  'remediator act',
  'remediator claim',
  'remediator execute',
  'auditor record',
  'auditor outcome',
  'remediator process outcome.observed',
];

it('is one tree from the webhook of a failure to its outcome, and each failure has its own', async () => {
  const runs = [failedRun('main'), failedRun('beside')] as const;
  for (const run of runs) expect((await system.deliver(run)).status).toBe(202);
  const [incident, other] = [await healed(runs[0]), await healed(runs[1])];
  const spans = await wholeTrace(incident.traceId, WHOLE_STORY);
  const others = await wholeTrace(other.traceId, WHOLE_STORY);

  expect(spans.filter(({ parentSpanId }) => parentSpanId === '')).toEqual([
    expect.objectContaining({ name: 'POST /webhooks/github', kind: 'server' }),
  ]);
  expect(above(named('execute', spans), spans)).toEqual([
    'remediator internal act',
    'remediator internal decide',
    'remediator consumer process diagnosis.made',
    'diagnoser producer send diagnosis.made',
    'diagnoser consumer process pipeline.failed',
    'detector producer send pipeline.failed',
    'detector consumer process pipeline.finished',
    'detector producer send pipeline.finished',
    'detector internal complete',
    'detector server POST /webhooks/github',
  ]);
  expect(above(named('process outcome.observed', spans, 'remediator'), spans).slice(0, 3)).toEqual([
    'auditor producer send outcome.observed',
    'auditor internal outcome',
    'remediator producer send action.executed',
  ]);
  expect([...new Set(spans.map(serviceOf))].sort()).toEqual(['auditor', 'detector', 'diagnoser', 'remediator']);

  // Nothing of one incident is in the trace of another.
  const incidentsIn = (trace: readonly SentSpan[]) => [
    ...new Set(trace.flatMap(({ attributes }) => attributes['prunella.incident.id'] ?? [])),
  ];
  expect(incidentsIn(spans)).toEqual([incident.id]);
  expect(incidentsIn(others)).toEqual([other.id]);
  expect(incident).toMatchObject({ traceUrl: `https://grafana.example/explore?trace=${incident.traceId}` });

  // What proved it came by another request: that one has a trace of its own, which is linked.
  const [proof] = named('outcome', spans).links;
  const proving = await until(() => receiver.spans.find(({ spanId }) => spanId === proof?.spanId), 'the proof');
  expect(proving).toMatchObject({ name: 'send pipeline.finished', attributes: { 'cicd.pipeline.result': 'success' } });
  expect(proving.traceId).not.toBe(incident.traceId);
}, 90_000);

it('says what it is about in the words of the conventions, and nothing that stands in a log', async () => {
  const run = failedRun('words');
  await system.deliver(run);
  const incident = await healed(run);
  const spans = await wholeTrace(incident.traceId, WHOLE_STORY);
  expect(named('POST /webhooks/github', spans).attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/webhooks/github',
    'http.response.status_code': 202,
  });
  expect(named('process pipeline.failed', spans, 'diagnoser')).toMatchObject({
    kind: 'consumer',
    attributes: {
      'messaging.system': 'nats',
      'messaging.destination.name': 'pipeline.failed',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': 'diagnoser-failed',
      'messaging.message.id': expect.any(String),
      'cicd.pipeline.name': 'ci',
      'cicd.pipeline.run.id': String(run.id),
      'cicd.pipeline.result': 'failure',
      'cicd.pipeline.run.url.full': `https://github.com/acme/shop/actions/runs/${run.id}`,
      'vcs.repository.name': 'shop',
      'vcs.repository.url.full': 'https://github.com/acme/shop',
      'vcs.ref.head.name': 'words',
      'vcs.ref.head.revision': run.headSha,
      'prunella.incident.id': incident.id,
    },
  });
  expect(named('decide', spans).attributes).toMatchObject({
    'prunella.cause': 'network',
    'prunella.action': 'retry_with_backoff',
    'prunella.verdict': 'acting',
    'prunella.decided_by': expect.stringMatching(/^rule:/),
  });
  expect(named('outcome', spans).attributes).toMatchObject({ 'prunella.outcome': 'healed' });
  const rerun = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs';
  expect(named(rerun, spans)).toMatchObject({ kind: 'client', attributes: { 'http.response.status_code': 201 } });
  expect(named('send action.executed', spans)).toMatchObject({ kind: 'producer' });
  expect(spans.find(({ attributes }) => attributes['db.system.name'] === 'postgresql')).toMatchObject({
    kind: 'client',
    resource: { 'service.name': 'prunella-auditor', 'deployment.environment.name': 'test' },
  });

  const texts = receiver.spans.flatMap(({ attributes, statusMessage }) => [...Object.values(attributes), statusMessage]);
  expect(texts.filter((text) => /ETIMEDOUT|ghp_|ghs_|npm error/.test(String(text)))).toEqual([]);
  expect(Math.max(...texts.map((text) => String(text).length))).toBeLessThanOrEqual(512);
  expect(receiver.headers[0]).toMatchObject({ 'x-scope-orgid': 'team 1' });
}, 90_000);

it('goes on in the same trace after the remediator was killed while it waited', async () => {
  const run = failedRun('killed');
  const key = (id: string) => `${id}.1.act`;
  const timers = await system.bus.bucket<{ dueAt: number }>('prunella_timers');
  const { remediator } = system.services;
  await system.deliver(run);
  const { id } = await incidentWith(system, ({ runId }) => runId === String(run.id), 'known');
  // Any wait up to some seconds may be drawn: it is made one that lasts longer than the kill.
  const due = Date.now() + 60_000;
  await until(async () => {
    const drawn = await timers.get(key(id));
    return drawn && (await timers.update(key(id), { ...drawn.value, dueAt: due }, drawn.revision)) !== undefined;
  }, 'it waits');
  const page = await system.api<{ traceId: string }>(`/v1/incidents/${id}`);
  const before = ['remediator process diagnosis.made', 'remediator decide', 'auditor process diagnosis.made'];
  const told = await wholeTrace(page.traceId, before);
  await remediator.kill();
  const waiting = await timers.get(key(id));
  await timers.put(key(id), { ...waiting?.value, dueAt: Date.now() - 1 });
  await remediator.start();

  const incident = await healed(run);
  expect(incident.traceId).toBe(page.traceId);
  const spans = await wholeTrace(incident.traceId, WHOLE_STORY);
  const act = named('act', spans);
  expect(act.resource['service.instance.id']).not.toBe(named('decide', told).resource['service.instance.id']);
  expect(above(act, spans)).toEqual(above(named('wait', spans), spans));
  expect(above(act, spans).slice(0, 2)).toEqual([
    'remediator internal decide',
    'remediator consumer process diagnosis.made',
  ]);
}, 90_000);

it('goes on with the trace of the sender, and records nothing of one that its sender does not record', async () => {
  const body = JSON.stringify({ pipeline_id: 'nightly', error: { message: 'Connection timed out' } });
  const send = async (traceparent: string) => {
    const headers = { 'content-type': 'application/json', traceparent };
    const url = `${system.services.detector.url}/webhook/healing`;
    expect((await fetch(url, { method: 'POST', headers, body })).ok).toBe(true);
  };
  const [unrecorded, recorded] = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736'];
  await send(`00-${unrecorded}-b7ad6b7169203331-00`);
  await send(`00-${recorded}-00f067aa0ba902b7-01`);
  const root = await until(
    () => receiver.ofTrace(recorded).find(({ kind }) => kind === 'server'),
    'the request as part of its trace',
  );
  expect(root.parentSpanId).toBe('00f067aa0ba902b7');
  await until(() => receiver.ofTrace(recorded).some((span) => span.name === 'decide'), 'decided in the same trace');
  // The one before went through the same services, and its trace is known, but nobody records it.
  const traceIds = await until(async () => {
    const own = (await system.incidents()).filter(({ pipelineId }) => pipelineId === 'nightly');
    const pages = own.map(({ id }) => system.api<{ traceId: string }>(`/v1/incidents/${id}`));
    const ids = (await Promise.all(pages)).map(({ traceId }) => traceId);
    return ids.length === 2 && ids;
  }, 'both incidents');
  expect(traceIds.sort()).toEqual([unrecorded, recorded].sort());
  expect(receiver.ofTrace(unrecorded)).toEqual([]);
}, 60_000);

it('loses spans, counts and says that, and heals all the same while nobody takes them', async () => {
  receiver.status = 400;
  const run = failedRun('unheard');
  await system.deliver(run);
  await healed(run);
  const lost = async () => {
    const text = await (await fetch(`${system.services.diagnoser.url}/metrics`)).text();
    return Number(/^prunella_spans_total\{result="failed"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  await until(async () => (await lost()) > 0, 'counted');
  const { services } = await system.api<{ services: { findings: { name: string; state: string }[] }[] }>('/v1/doctor');
  expect(services.flatMap(({ findings }) => findings)).toContainEqual(
    expect.objectContaining({ name: 'traces', state: 'note' }),
  );
  receiver.status = 200;
}, 60_000);

it('sends what is left when it stops', async () => {
  const { diagnoser } = system.services;
  const before = receiver.spans.length;
  const run = failedRun('last');
  await system.deliver(run);
  await until(() => receiver.spans.length > before, 'something of it');
  await diagnoser.stop();
  const [sent, made] = await until(async () => {
    const mine = receiver.spans.filter((span) => serviceOf(span) === 'diagnoser' && span.name === 'send diagnosis.made');
    return [mine, system.bus] as const;
  }, 'stopped');
  void made;
  expect(sent.length).toBeGreaterThan(0);
}, 60_000);
