import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, type ConsumerName, EVENTS, type JsonBucket } from '@prunella/bus';
import { type AnomalyDetected, type Events, parseData, readMessage, type Subject } from '@prunella/contracts';
import { iso, startedRunKey } from '@prunella/core';
import { defaultPolicy } from '@prunella/policy';
import { type RunningService, startService } from '@prunella/service-kit';
import { startTestNats, type TestServer } from '@prunella/testing';
import { detector } from '../service.ts';
import type { Page } from './book.ts';
import { durationPlace } from './series.ts';

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 5, 9);

let nats: TestServer;
let bus: Bus;
let book: JsonBucket<Page>;
const replicas: RunningService[] = [];

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  book = await bus.bucket<Page>('prunella_baselines');
  for (let i = 0; i < 2; i++) {
    replicas.push(await startService(detector, { NATS_URL: nats.url, PORT_DETECTOR: '0', LOG_LEVEL: 'silent' }));
  }
});

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await bus?.close();
  await nats?.stop();
});

/** A run of a pipeline that began at `from` and took so many seconds. */
function run(pipelineId: string, runId: string, seconds: number, changes: Record<string, unknown> = {}, from = BEGIN) {
  const times = { startedAt: iso(from), finishedAt: iso(from + seconds * 1_000) };
  const about = { pipelineId, platform: 'jenkins', repository: 'acme/shop', branch: 'main', name: 'CI', kind: 'run' };
  return { ...about, runId, attempt: 1, conclusion: 'success', incidentId: `inc_${runId}`, ...times, ...changes };
}

async function publish(subject: 'pipeline.started' | 'pipeline.finished', data: Record<string, unknown>) {
  const { conclusion: _, finishedAt: __, ...begun } = data;
  const whole = parseData(subject, subject === 'pipeline.started' ? begun : data);
  const id = `${data['pipelineId']}/${data['runId']}/${data['kind']}/${subject}`;
  await bus.publish(subject, { id, source: 'spec', data: whole as Events[typeof subject] });
}

const finished = (data: Record<string, unknown>) => publish('pipeline.finished', data);

/** So many runs that take between 95 and 105 s, and all that they teach. */
async function history(pipelineId: string, count = 12, changes: Record<string, unknown> = {}) {
  for (let n = 0; n < count; n++) {
    await finished(run(pipelineId, `${pipelineId}-${n}`, 95 + ((n * 7) % 11), changes, BEGIN + n * HOUR));
  }
  await caughtUp('detector-finished');
}

async function caughtUp(consumer: ConsumerName): Promise<void> {
  const manager = await bus.jetstream.jetstreamManager();
  await until(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers.info(EVENTS.name, consumer);
    return num_pending + num_ack_pending === 0;
  }, `${consumer} has caught up`);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 25_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 25 s: ${what}`);
    await sleep(20);
  }
}

async function events<S extends Subject>(subject: S, pipelineId: string): Promise<Events[S][]> {
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const found: Events[S][] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message?.subject !== subject || !message.string().includes(`"${pipelineId}"`)) continue;
    found.push(readMessage(subject, message.data, { id: String(seq), source: 'spec' }).data);
  }
  return found;
}

async function anomalies(pipelineId: string): Promise<AnomalyDetected[]> {
  await caughtUp('detector-finished');
  return await events('anomaly.detected', pipelineId);
}

/** How many anomalies were told, over all replicas. */
async function counted(kind: string): Promise<number> {
  const texts = await Promise.all(replicas.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  const line = new RegExp(`^prunella_anomalies_total{.*kind="${kind}".*} (\\d+)`, 'm');
  return texts.reduce((sum, text) => sum + Number(line.exec(text)?.[1] ?? 0), 0);
}

/** How many values were learnt of the duration of a run. */
async function learnt(data: Record<string, unknown>): Promise<number | undefined> {
  const place = durationPlace(parseData('pipeline.finished', data), defaultPolicy.anomalies);
  return (await book.get(place?.series.id ?? ''))?.value.baseline.n;
}

describe('something that passed and took four times as long as usual', () => {
  it('is told once, with its numbers, and learnt once, however often it is delivered', async () => {
    await history('slow');
    const before = await counted('run');
    const slow = run('slow', 'slow-run', 412, {}, BEGIN + 20 * HOUR);
    await finished(slow);
    // The stream refuses an id that it knows: come without one, as plain NATS publishers do.
    for (let n = 0; n < 3; n++) {
      const event = {
        specversion: '1.0',
        type: 'x',
        id: 'slow/slow-run/run/pipeline.finished',
        source: 'spec',
        data: slow,
      };
      bus.nats.publish('pipeline.finished', JSON.stringify(event));
    }
    await bus.nats.flush();
    expect(await anomalies('slow')).toEqual([
      expect.objectContaining({
        incidentId: 'inc_slow-run',
        run: expect.objectContaining({ runId: 'slow-run', branch: 'main' }),
        series: { id: expect.stringMatching(/^ser_/), kind: 'run', name: 'CI', unit: 's' },
        value: 412,
        samples: 12,
        running: false,
        says: expect.stringMatching(/^CI: 412 s; usual: \d+ s \(\d+ to \d+ s\), from 12 runs; 4(\.\d)? times$/),
      }),
    ]);
    expect(await learnt(slow)).toBe(13);
    expect(await counted('run')).toBe(before + 1);
  });

  it('is nothing new where too little is known, on another kind of branch, or where it did not pass', async () => {
    await history('quiet', 9);
    await finished(run('quiet', 'tenth', 900));
    await finished(run('quiet', 'eleventh', 900, { branch: 'feature/x' }));
    await finished(run('quiet', 'twelfth', 900, { conclusion: 'cancelled' }));
    expect(await anomalies('quiet')).toEqual([]);
    expect(await learnt(run('quiet', '', 1))).toBe(10);
    expect(await learnt(run('quiet', '', 1, { branch: 'another' }))).toBe(1);
  });

  it('is told of jobs and of what the publisher measured, each by itself', async () => {
    const jobs = (seconds: number, from: number) => [
      { id: '1', name: 'build', conclusion: 'success', startedAt: iso(from), finishedAt: iso(from + seconds * 1_000) },
    ];
    for (let n = 0; n < 12; n++) {
      const from = BEGIN + n * HOUR;
      await finished(run('parts', `parts-${n}`, 100, { jobs: jobs(50 + n, from), metrics: { memory: 0.2 } }, from));
      await finished(run('parts', `parts-${n}`, 80, { kind: 'job', name: 'deploy' }, from));
    }
    await caughtUp('detector-finished');
    await finished(run('parts', 'worse', 100, { jobs: jobs(400, BEGIN), metrics: { memory: 0.9 } }));
    await finished(run('parts', 'worse', 500, { kind: 'job', name: 'deploy' }));
    const told = await anomalies('parts');
    const series = told.map(({ series: { kind, name, unit } }) => `${kind} ${name} ${unit}`).sort();
    expect(series).toEqual(['job build s', 'job deploy s', 'metric memory share']);
    expect(told.find(({ series: { name } }) => name === 'memory')?.says).toMatch(/^memory: 90 %; usual: 20 % /);
  });

  it('belongs to the incident for which the remediator began it', async () => {
    await history('again');
    const lineage = await bus.bucket('prunella_lineage');
    const about = { platform: 'jenkins', repository: 'acme/shop', runId: 'again-run' };
    await lineage.create(startedRunKey(about), { incidentId: 'inc_first', attempt: 2 });
    await finished(run('again', 'again-run', 500));
    expect(await anomalies('again')).toMatchObject([{ incidentId: 'inc_first', run: { attempt: 2, runAttempt: 1 } }]);
  });
});

it('learns every run once, whichever replica sees it', async () => {
  await Promise.all(Array.from({ length: 60 }, (_, n) => finished(run('many', `many-${n}`, 100 + (n % 7)))));
  await caughtUp('detector-finished');
  expect(await learnt(run('many', '', 1))).toBe(60);
});

it('says how many times as long as usual a failed run took, and learns nothing of it', async () => {
  await history('failing');
  await finished(run('failing', 'late', 300, { conclusion: 'timed_out' }));
  await finished(run('failing', 'told', 300, { conclusion: 'failure', metrics: { duration_ratio: 7 } }));
  await caughtUp('detector-finished');
  const failures = await events('pipeline.failed', 'failing');
  const ratios = Object.fromEntries(failures.map(({ runId, metrics }) => [runId, metrics['duration_ratio']]));
  expect(ratios['late']).toBeGreaterThan(2.7);
  expect(ratios['late']).toBeLessThan(3.3);
  expect(ratios['told']).toBe(7);
  expect(await learnt(run('failing', '', 1))).toBe(12);
  expect(await anomalies('failing')).toEqual([]);
});

describe('what still runs', () => {
  const begun = (pipelineId: string, runId: string, secondsAgo: number) =>
    run(pipelineId, runId, 1, {}, Date.now() - secondsAgo * 1_000);

  it('longer than usual is told once, also when it ends well later', async () => {
    await history('hangs');
    const before = await counted('run');
    const hangs = begun('hangs', 'hangs-run', 600);
    await publish('pipeline.started', hangs);
    await until(async () => (await anomalies('hangs')).length > 0, 'told');
    expect(await anomalies('hangs')).toEqual([
      expect.objectContaining({
        running: true,
        incidentId: 'inc_hangs-run',
        says: expect.stringMatching(/^CI still runs after 6\d\d s; usual: /),
      }),
    ]);
    await finished({ ...hangs, finishedAt: iso(Date.now()) });
    expect(await anomalies('hangs')).toHaveLength(1);
    expect(await counted('run')).toBe(before + 1);
    expect(await learnt(hangs)).toBe(13);
  });

  it.each(['success', 'failure'])('is awaited until it ends (%s)', async (conclusion) => {
    const pipelineId = `ends-${conclusion}`;
    await history(pipelineId);
    const waiting = await bus.bucket('prunella_running');
    const mine = async () => JSON.stringify(await waiting.entries()).includes(`"${pipelineId}"`);
    const short = begun(pipelineId, 'short', 20);
    await publish('pipeline.started', short);
    await until(mine, 'it is awaited');
    await finished({ ...short, finishedAt: iso(Date.now()), conclusion });
    await caughtUp('detector-finished');
    expect(await mine()).toBe(false);
  });

  it('is not awaited when its end was heard before its beginning, or too little is known of it', async () => {
    await history('overtaken');
    const late = begun('overtaken', 'late', 600);
    await finished({ ...late, conclusion: 'failure' });
    await caughtUp('detector-finished');
    await publish('pipeline.started', late);
    await publish('pipeline.started', begun('unknown', 'first', 6_000));
    await caughtUp('detector-started');
    const waiting = await bus.bucket('prunella_running');
    expect(JSON.stringify(await waiting.entries())).not.toMatch(/"overtaken"|"unknown"/);
    expect(await anomalies('overtaken')).toEqual([]);
  });
});
