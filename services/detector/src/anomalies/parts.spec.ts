import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS, type JsonBucket } from '@prunella/bus';
import { type AnomalyDetected, type Events, readMessage } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { type RunningService, startService } from '@prunella/service-kit';
import { startTestNats, type TestServer } from '@prunella/testing';
import { detector } from '../service.ts';
import type { PartsPage } from './parts.ts';

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 5, 9);

let nats: TestServer;
let bus: Bus;
let pages: JsonBucket<PartsPage>;
const replicas: RunningService[] = [];

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  pages = await bus.bucket<PartsPage>('prunella_parts');
  for (let i = 0; i < 2; i++) {
    replicas.push(await startService(detector, { NATS_URL: nats.url, PORT_DETECTOR: '0', LOG_LEVEL: 'silent' }));
  }
});

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await bus?.close();
  await nats?.stop();
});

/** A job that passed, with steps that took so many seconds, one after the other. */
function job(pipelineId: string, run: number, steps: Record<string, number>, conclusion = 'success') {
  let now = BEGIN + run * HOUR;
  const startedAt = iso(now);
  const told = Object.entries(steps).map(([name, seconds]) => {
    const begun = iso(now);
    now += seconds * 1_000;
    return { name, conclusion: 'success', startedAt: begun, finishedAt: iso(now) };
  });
  const about = { name: 'build', conclusion, startedAt, finishedAt: iso(now) };
  const data = {
    pipelineId,
    platform: 'github',
    repository: 'acme/shop',
    runId: `${pipelineId}-${run}`,
    branch: 'main',
  };
  return { ...data, ...about, kind: 'job', attempt: 1, jobs: [{ ...about, id: '1', steps: told }] };
}

/** As any NATS client would, so that the stream does not drop what is published again. */
async function publish(subject: 'pipeline.finished' | 'tests.reported', id: string, data: unknown): Promise<void> {
  bus.nats.publish(subject, JSON.stringify({ specversion: '1.0', type: 'x', id, source: 'spec', data }));
  await bus.nats.flush();
}

const finished = (data: ReturnType<typeof job>) => publish('pipeline.finished', `${data.runId}/build`, data);

function reported(pipelineId: string, run: number, tests: Record<string, number>) {
  const totals = { tests: 2, passed: 2, failed: 0, errors: 0, skipped: 0, flaky: 0, durationMs: 5_000 };
  const id = `${pipelineId}-${run}`;
  const about = { pipelineId, platform: 'github', repository: 'acme/shop', runId: id, branch: 'main', attempt: 1 };
  const passed = [{ classname: 'Cart', names: Object.keys(tests), durationMs: Object.values(tests) }];
  const data = { run: about, incidentId: `inc_${id}`, reportId: `rep_${id}`, part: 1, parts: 1, job: 'unit', totals };
  return publish('tests.reported', `rep_${id}/1`, { ...data, passed, reportedAt: iso(BEGIN + run * HOUR) });
}

async function anomalies(pipelineId: string): Promise<AnomalyDetected[]> {
  const manager = await bus.jetstream.jetstreamManager();
  for (const consumer of ['detector-finished', 'detector-tests'] as const) {
    for (const end = Date.now() + 25_000; ; await sleep(20)) {
      const { num_pending, num_ack_pending } = await manager.consumers.info(EVENTS.name, consumer);
      if (num_pending + num_ack_pending === 0) break;
      if (Date.now() > end) throw new Error(`not within 25 s: ${consumer} has caught up`);
    }
  }
  const { state } = await manager.streams.info(EVENTS.name);
  const found: Events['anomaly.detected'][] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(EVENTS.name, { seq });
    if (message?.subject !== 'anomaly.detected' || !message.string().includes(`"${pipelineId}"`)) continue;
    found.push(readMessage('anomaly.detected', message.data, { id: String(seq), source: 'spec' }).data);
  }
  return found;
}

async function count(line: string): Promise<number> {
  const texts = await Promise.all(replicas.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const found = texts.map((text) => text.split('\n').find((one) => one.startsWith(`${line} `)));
  return found.reduce((sum, one) => sum + Number(one?.split(' ').at(-1) ?? 0), 0);
}

/** How often each part that is kept was learnt, over all pages. */
async function learnt(): Promise<number[]> {
  const all = await pages.entries();
  return all.flatMap(({ value }) => Object.values(value.parts.parts).map(({ n }) => n));
}

it('tells of a step that took much longer in a job that passed, once, and learns it once', async () => {
  for (let run = 0; run < 12; run++) {
    await finished(job('steps', run, { Install: 20 + (run % 3), Test: 120 + (run % 5), Clean: 0.4 }));
    await anomalies('steps');
  }
  const slow = job('steps', 12, { Install: 95, Test: 121, Clean: 0.4 });
  for (let time = 0; time < 3; time++) await finished(slow);
  const told = await anomalies('steps');
  expect(told).toEqual([
    expect.objectContaining({
      run: expect.objectContaining({ runId: 'steps-12', kind: 'job' }),
      incidentId: expect.stringMatching(/^inc_/),
      series: { id: expect.stringMatching(/^ser_/), kind: 'step', name: 'build › Install', unit: 's' },
      value: 95,
      samples: 12,
      running: false,
      says: expect.stringMatching(/^build › Install: 95 s; usual: 2\d s \(.* s\), from 12 runs; 4\.\d times$/),
    }),
  ]);
  expect(await learnt()).toEqual([13, 13]);
  expect(await count('prunella_anomalies_total{kind="step"}')).toBe(1);
  const labels = 'repository="acme/shop",job="build",step="Install",result="success"';
  expect(await count(`cicd_step_duration_seconds_count{${labels}}`)).toBeGreaterThanOrEqual(13);
});

it('says and learns nothing of a job that failed, or of what is quick', async () => {
  const before = (await pages.entries()).length;
  await finished(job('failing', 0, { Install: 20 }, 'failure'));
  await finished(job('quick', 0, { Install: 0.9 }));
  expect(await anomalies('failing')).toEqual([]);
  expect(await pages.entries()).toHaveLength(before);
});

it('tells of a test that took much longer, and of no more than five', async () => {
  const usual = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`test ${n}`, 2_000 + n * 100]));
  for (let run = 0; run < 12; run++) {
    const noisy = Object.entries(usual).map(([name, ms]) => [name, ms + ((run * 7) % 11) * 20]);
    await reported('tests', run, Object.fromEntries(noisy));
    await anomalies('tests');
  }
  await reported('tests', 12, { ...usual, 'test 3': 21_000 });
  expect(await anomalies('tests')).toEqual([
    expect.objectContaining({
      incidentId: 'inc_tests-12',
      series: expect.objectContaining({ kind: 'test', name: 'Cart › test 3', unit: 's' }),
      value: 21,
      says: expect.stringMatching(/^Cart › test 3: 21 s; usual: 2\.\d s/),
    }),
  ]);
  await reported('tests', 13, Object.fromEntries(Object.keys(usual).map((name, n) => [name, 60_000 + n * 1_000])));
  const crowd = (await anomalies('tests')).filter(({ run }) => run.runId === 'tests-13');
  expect(crowd.map(({ series }) => series.name).sort()).toEqual([3, 4, 5, 6, 7].map((n) => `Cart › test ${n}`));
  expect(await count('cicd_tests_duration_seconds_count{repository="acme/shop",job="unit"}')).toBe(14);
});
