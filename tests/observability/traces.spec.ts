import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import type { FakeRun } from '@prunella/testing';
import { OtlpReceiver, type SentSpan } from '../support/otlp-receiver.ts';
import { incidentWith, type System, startSystem, WEBHOOK_SECRET } from '../support/system.ts';
import { until } from '../support/until.ts';

const GUIDE = join(import.meta.dirname, '..', '..', 'docs', 'guide', 'tracing.md');
const SECRET = `ghp_${'a1B2'.repeat(9)}`;
/** Heals at once, or after a wait that nobody sees the end of. */
const RULES = `rules:
  - id: mirror-away
    cause: network
    says: The mirror does not answer.
    match: { log: ['error: mirror [a-z]+ is away'] }
    transient: 0.95
    confidence: 0.95
    action: { type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 50ms, factor: 2 } }
    examples: { match: ['error: mirror alpha is away'], no_match: ['mirror alpha is there'] }
  - id: mirror-asleep
    cause: network
    says: The mirror sleeps for long.
    match: { log: ['error: mirror [a-z]+ sleeps'] }
    transient: 0.95
    confidence: 0.95
    action: { type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 10m, factor: 2 } }
    examples: { match: ['error: mirror alpha sleeps'], no_match: ['mirror alpha is there'] }
`;

function logOf(words: string): string {
  return [
    '2026-01-01T00:00:00.0000000Z npm ci',
    `2026-01-01T00:02:01.0000000Z npm error token ${SECRET}`,
    `2026-01-01T00:02:01.0000000Z error: mirror alpha ${words}`,
    '2026-01-01T00:02:01.0000000Z ##[error]Process completed with exit code 1.',
  ].join('\n');
}

let receiver: OtlpReceiver;
let system: System;
let secrets: string;

beforeAll(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'prunella-secrets-'));
  writeFileSync(join(secrets, 'headers'), 'x-scope-orgid=team%201\n');
  receiver = await OtlpReceiver.start();
  system = await startSystem({
    policy: 'version: 1\nmode: act\nreview: { comment: false }\n',
    rules: RULES,
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS_FILE: join(secrets, 'headers'),
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      PRUNELLA_TRACE_URL: 'https://grafana.example/explore?trace={traceId}',
    },
  });
}, 120_000);

afterAll(async () => {
  await system?.stop();
  await receiver?.stop();
  rmSync(secrets, { recursive: true });
});

function failedRun(branch: string, words = 'is away'): FakeRun {
  const log = logOf(words);
  const jobs = [{ name: 'build', conclusion: 'failure' as const, failedStep: 'Run npm ci', log }];
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
    const seen = spans.map(
      (span) => `${serviceOf(span)} ${span.name} ${span.spanId} under ${span.parentSpanId || '-'}`,
    );
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
  'auditor process pipeline.failed',
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
  expect(receiver.spans.find(({ attributes }) => attributes['db.system.name'] === 'postgresql')).toMatchObject({
    kind: 'client',
    resource: { 'service.name': 'prunella-auditor', 'deployment.environment.name': 'test' },
  });

  const texts = receiver.spans.flatMap(({ attributes, statusMessage }) => [
    ...Object.values(attributes),
    statusMessage,
  ]);
  expect(texts.filter((text) => /mirror alpha|ghp_|ghs_|npm error/.test(String(text)))).toEqual([]);
  expect(Math.max(...texts.map((text) => String(text).length))).toBeLessThanOrEqual(512);
  expect(receiver.headers[0]).toMatchObject({ 'x-scope-orgid': 'team 1' });
}, 90_000);

it('goes on in the same trace after the remediator was killed while it waited', async () => {
  const run = failedRun('killed', 'sleeps');
  const timers = await system.bus.bucket<{ dueAt: number; order: { decidedAt: number } }>('prunella_timers');
  const { remediator } = system.services;
  await system.deliver(run);
  const { id } = await incidentWith(system, ({ runId }) => runId === String(run.id), 'known');
  const key = `${id}.1.act`;
  const waiting = await until(() => timers.get(key), 'it waits');
  const page = await system.api<{ traceId: string }>(`/v1/incidents/${id}`);
  // What a process has not sent yet dies with it.
  const told = await wholeTrace(page.traceId, ['remediator decide', 'remediator process diagnosis.made']);
  await remediator.kill();
  // Minutes later, told by moving the stored times instead of the clock.
  const { order } = waiting.value;
  const decidedAt = order.decidedAt - 2 * 60_000;
  await timers.put(key, { ...waiting.value, dueAt: Date.now() - 1, order: { ...order, decidedAt } });
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
  const [recorded, unrecorded] = ['4bf92f3577b34da6a3ce929d0e0e4736', '0af7651916cd43dd8448eb211c80319c'];
  for (const [traceId, flags] of [
    [unrecorded, '00'],
    [recorded, '01'],
  ]) {
    const run = failedRun(`sent-${flags}`);
    const { body, headers } = system.github.delivery(run, WEBHOOK_SECRET);
    const response = await fetch(`${system.services.detector.url}/webhooks/github`, {
      method: 'POST',
      headers: { ...headers, traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` },
      body,
    });
    expect(response.status).toBe(202);
    // Not only received, but through all services: nobody on the way began another trace, or to record this one.
    expect((await healed(run)).traceId).toBe(traceId);
  }
  await until(() => receiver.ofTrace(recorded).some(({ name }) => name === 'outcome'), 'recorded up to the outcome');
  const root = receiver.ofTrace(recorded).find(({ kind }) => kind === 'server');
  expect(root).toMatchObject({ parentSpanId: '00f067aa0ba902b7' });
  expect(receiver.ofTrace(unrecorded)).toEqual([]);
}, 90_000);

it('heals all the same while nobody takes its spans, and counts and says that they are lost', async () => {
  receiver.status = 400;
  const run = failedRun('unheard');
  await system.deliver(run);
  await healed(run);
  const failed = /^prunella_spans_total\{result="failed"\} [1-9]/m;
  const metrics = async () => await (await fetch(`${system.services.diagnoser.url}/metrics`)).text();
  await until(async () => failed.test(await metrics()), 'counted');
  const findings = async () =>
    (await system.api<{ findings: { name: string; state: string }[] }>('/v1/doctor')).findings;
  await until(async () => (await findings()).some(({ name, state }) => name === 'traces' && state === 'note'), 'found');
  expect(system.services.diagnoser.output.match(/spans are lost/g)).toHaveLength(1);
  receiver.status = 200;
}, 90_000);

it('sends what waits to be sent when it stops', async () => {
  const { diagnoser } = system.services;
  await diagnoser.stop();
  await diagnoser.start({ OTEL_BSP_SCHEDULE_DELAY: '3600000' });
  const run = failedRun('last');
  await system.deliver(run);
  const { traceId } = await healed(run);
  const own = () => receiver.ofTrace(traceId).filter((span) => serviceOf(span) === 'diagnoser');
  expect(own()).toEqual([]);
  await diagnoser.stop();
  expect(own().map(({ name }) => name)).toEqual(expect.arrayContaining(['diagnose', 'send diagnosis.made']));
}, 90_000);

it('uses names of the conventions, or its own, and docs/guide/tracing.md tells of all of them', () => {
  const used = [...new Set(receiver.spans.flatMap(({ attributes }) => Object.keys(attributes)))];
  const known = new Set<unknown>(Object.values(conventions).filter((value) => typeof value === 'string'));
  expect(used.filter((name) => !name.startsWith('prunella.') && !known.has(name))).toEqual([]);
  const guide = readFileSync(GUIDE, 'utf8');
  expect(used.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  expect(used.length).toBeGreaterThan(30);
});
