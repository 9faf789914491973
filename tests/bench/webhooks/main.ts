// Measures how a detector takes webhooks on a real NATS, beside a server that does nothing with them and the least that our stack can do:
//   npm run bench:webhooks -- [--rate 500] [--seconds 60] [--replicas 1] [--traces] [--profile DIR] [--json]
// All are to be answered with 202, and each is to be on the stream, once; p99 is to be below 100 ms at 500 a second on two cores, which the sender and
// NATS share. README.md says what the figures mean.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Bus, EVENTS } from '@prunella/bus';
import { startNats } from '@prunella/embedded';
import { startServiceProcess, temporaryHome } from '@prunella/testing';
import { makeBodies } from './bodies.ts';
import { cpuSeconds } from './cpu.ts';
import { startFloor } from './floor.ts';
import { type LoadResult, load } from './load.ts';
import { type Measured, written } from './report.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    replicas: { type: 'string', default: '1' },
    traces: { type: 'boolean', default: false },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [perSecond, seconds, replicas] = [Number(values.rate), Number(values.seconds), Number(values.replicas)];
/** The beginnings, which nobody is asked to do fast: code that is not compiled yet. */
const WARM_UP = 2_000;
const SECRET = 'It is a secret to everybody';
const bodyOf = makeBodies();

const nats = await startNats({ home: await temporaryHome(), port: 0 });
const environment = { NATS_URL: nats.url, GITHUB_WEBHOOK_SECRET: SECRET };
const bus = await Bus.connect({ servers: nats.url, name: 'bench' });
try {
  const nothing = await againstNothing((url) => load({ ...common(10), urls: [url] }));
  const floor = await againstFloor();
  const ours = await againstDetectors();
  const onStream = await finishedOnStream();
  const good = ours.load.answers[202] === ours.load.sent && onStream === ours.load.sent + WARM_UP;
  const figures = { perSecond, seconds, replicas, nothing, floor, ours, onStream: onStream - WARM_UP };
  process.stdout.write(values.json ? `${JSON.stringify(figures, null, 2)}\n` : written(figures, bodyOf(0).length));
  process.exitCode = good ? 0 : 1;
} finally {
  await bus.close();
  await nats.stop();
}

function common(longest: number) {
  return { perSecond, seconds: Math.min(seconds, longest), bodyOf, secret: SECRET, from: WARM_UP };
}

async function againstNothing(measure: (url: string) => Promise<LoadResult>): Promise<LoadResult> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(202).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result = await measure(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return result;
}

async function againstFloor(): Promise<Measured> {
  const floor = await startFloor(environment);
  try {
    return await measured([floor], 20, () => Promise.resolve());
  } finally {
    await floor.stop();
  }
}

async function againstDetectors(): Promise<Measured> {
  const traced = values.traces && (await takerOfSpans());
  const profiled = values.profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` };
  const start = () => startServiceProcess('detector', { ...environment, LOG_LEVEL: 'warn', ...profiled, ...traced });
  const detectors = await Promise.all(Array.from({ length: replicas }, start));
  try {
    return await measured(detectors, Number.POSITIVE_INFINITY, drained);
  } finally {
    await Promise.all(detectors.map((detector) => detector.stop()));
  }
}

/** Where a detector sends its spans: to this process, which throws them away. */
async function takerOfSpans(): Promise<{ OTEL_EXPORTER_OTLP_ENDPOINT: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A load after a warm-up, and what the processes used for it until all was done that it left behind. */
async function measured(
  receivers: readonly { url: string; pid: number }[],
  longest: number,
  done: () => Promise<void>,
): Promise<Measured> {
  const urls = receivers.map(({ url }) => `${url}/webhooks/github`);
  await load({ perSecond: 250, seconds: WARM_UP / 250, bodyOf, secret: SECRET, from: 0, urls });
  await done();
  const pids = { receivers: receivers.map(({ pid }) => pid), nats: [nats.pid], sender: [process.pid] };
  const used = async () => [
    await cpuSeconds(pids.receivers),
    await cpuSeconds(pids.nats),
    await cpuSeconds(pids.sender),
  ];
  const before = await used();
  await worstTurn(receivers);
  const result = await load({ ...common(longest), urls });
  const turnMs = await worstTurn(receivers);
  const [, , sender = 0] = await used();
  const ended = performance.now();
  await done();
  const [receiver = 0, ofNats = 0] = await used();
  const each = (total: number, from: number | undefined) => ((total - (from ?? 0)) * 1_000) / result.sent;
  return {
    load: result,
    turnMs,
    cpuMs: { receiver: each(receiver, before[0]), nats: each(ofNats, before[1]), sender: each(sender, before[2]) },
    drainedAfterMs: performance.now() - ended,
  };
}

/** How long the event loop of the slowest receiver was late, p99 in ms, since this was asked last; undefined: they do not say. */
async function worstTurn(receivers: readonly { url: string }[]): Promise<number | undefined> {
  const texts = await Promise.all(receivers.map(async ({ url }) => await (await fetch(`${url}/metrics`)).text()));
  const all = texts.map((text) => Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1]) * 1_000);
  return all.some(Number.isNaN) ? undefined : Math.max(...all);
}

/** Resolves when the detectors have handled all that they published. */
async function drained(): Promise<void> {
  const manager = await bus.jetstream.jetstreamManager();
  for (;;) {
    const { num_pending, num_ack_pending } = await manager.consumers.info(EVENTS.name, 'detector-finished');
    if (num_pending + num_ack_pending === 0) return;
    await sleep(100);
  }
}

async function finishedOnStream(): Promise<number> {
  const manager = await bus.jetstream.jetstreamManager();
  const info = await manager.streams.info(EVENTS.name, { subjects_filter: 'pipeline.finished' });
  return Number(info.state.subjects?.['pipeline.finished'] ?? 0);
}
