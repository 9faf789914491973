import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineFinished } from '@prunella/contracts';
import { traceId, UnreachableError, withTrace } from '@prunella/core';
import { startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import { type ConsumerObserver, type Consumption, consume, type Handler } from './consume.ts';
import type { Received } from './delivery.ts';
import { Postponed, Undeliverable } from './errors.ts';
import { CONSUMERS, type ConsumerName, DEAD_LETTERS, EVENTS } from './topology.ts';

let server: TestServer;
let bus: Bus;
const running: Consumption[] = [];

beforeEach(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((consumption) => consumption.stop(1_000)));
  await bus.close();
  await server.stop();
});

/** Records what a consumer reports. */
function observer() {
  const retries: { delayMs: number; error: unknown }[] = [];
  const buried: { subject: string; reason: string; error: unknown }[] = [];
  const it: ConsumerObserver = {
    handled: () => undefined,
    retried: (_consumer, _subject, delayMs, error) => retries.push({ delayMs, error }),
    buried: (_consumer, subject, reason, error) => buried.push({ subject, reason, error }),
    interrupted: () => undefined,
  };
  return { it, retries, buried };
}

function start(
  name: ConsumerName,
  handler: Handler,
  watcher: ConsumerObserver = observer().it,
  random = () => 0,
): void {
  running.push(consume(bus, name, handler, watcher, random));
}

function finished(runId: string): PipelineFinished {
  return {
    pipelineId: 'shop/ci',
    platform: 'github',
    repository: 'acme/shop',
    runId,
    attempt: 1,
    headSha: 'abc',
    branch: 'main',
    environment: '',
    url: '',
    name: 'ci',
    kind: 'run',
    incidentId: '',
    conclusion: 'success',
    jobs: [],
    metrics: {},
  };
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 15 s: ${what}`);
    await sleep(20);
  }
}

async function deadLetters(): Promise<{ subject: string; text: string; headers: Record<string, string> }[]> {
  const stream = await bus.jetstream.streams.get(DEAD_LETTERS.name);
  const { state } = await stream.info();
  const letters = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message === null) continue;
    const headers = Object.fromEntries(message.header.keys().map((key) => [key, message.header.get(key)]));
    letters.push({ subject: message.subject, text: new TextDecoder().decode(message.data), headers });
  }
  return letters;
}

it('asks for many messages at a time', async () => {
  const count = 160;
  for (let n = 0; n < count; n += 1) await bus.publish('pipeline.finished', { id: `${n}`, data: finished(`${n}`) });
  let pulls = 0;
  bus.nats.subscribe('$JS.API.CONSUMER.MSG.NEXT.>', {
    callback: () => {
      pulls += 1;
    },
  });
  let handled = 0;
  start('detector-finished', async () => {
    handled += 1;
  });
  await until(async () => handled === count, 'all are handled');
  // 16 at a time; the client's own way is a pull for four messages, which are 40.
  expect(pulls).toBeLessThan(count / 6);
});

it('pulls no more when it is stopped while it begins', async () => {
  const handled: string[] = [];
  const consumption = consume(
    bus,
    'detector-finished',
    async (events) => {
      handled.push(...events.map(({ id }) => id));
    },
    observer().it,
  );
  // Longer than this test may take: it does not wait for its grace to be over.
  await consumption.stop(3_600_000);
  await bus.publish('pipeline.finished', { id: 'late', data: finished('1') });
  const consumer = await bus.jetstream.consumers.get(EVENTS.name, 'detector-finished');
  await until(async () => (await consumer.info()).num_waiting === 0, 'nobody pulls');
  expect((await consumer.info()).num_ack_pending).toBe(0);
  expect(handled).toEqual([]);
});

it('stops after its grace, whatever is in work and what else has come', async () => {
  const { concurrency } = CONSUMERS['detector-finished'];
  for (let n = 0; n < 2 * concurrency; n += 1) {
    await bus.publish('pipeline.finished', { id: `${n}`, data: finished(`${n}`) });
  }
  const released = Promise.withResolvers<void>();
  let begun = 0;
  const endless: Handler = async () => {
    begun += 1;
    await released.promise;
  };
  const consumption = consume(bus, 'detector-finished', endless, observer().it);
  await until(() => begun === concurrency, 'as many as may be are in work');
  await consumption.stop(100);
  expect(begun).toBe(concurrency);
  released.resolve();
});

describe('handledUntil', () => {
  it('is when the oldest event was published that a consumer has not acknowledged', async () => {
    await bus.ensureConsumer('auditor-events');
    const publish = async (runId: string) => {
      const before = Date.now();
      const { seq } = await bus.publish('pipeline.finished', { id: runId, data: finished(runId) });
      return { seq, before, after: Date.now() };
    };
    const now = Date.now();
    expect(await bus.handledUntil('auditor-events')).toBeGreaterThanOrEqual(now);

    const [first, second, third] = [await publish('1'), await publish('2'), await publish('3')];
    const consumer = await bus.jetstream.consumers.get(EVENTS.name, 'auditor-events');
    const isBetween = async ({ before, after }: { before: number; after: number }) => {
      // The server and we read the same clock, it a little finer.
      const until = await bus.handledUntil('auditor-events');
      expect([before - 1 <= until, until <= after + 1]).toEqual([true, true]);
    };
    await isBetween(first);
    const taken = await consumer.next();
    await isBetween(first);
    await taken?.ackAck();
    await isBetween(second);

    // One that was deleted is nobody's.
    const manager = await bus.jetstream.jetstreamManager();
    await manager.streams.deleteMessage(EVENTS.name, second.seq);
    await isBetween(third);
    await (await consumer.next())?.ackAck();
    expect(await bus.handledUntil('auditor-events')).toBeGreaterThan(third.after - 1);
  });
});

describe('publish', () => {
  it('stores the same event once, however often it is published', async () => {
    const first = await bus.publish('pipeline.finished', { id: 'run/1', data: finished('1') });
    const again = await bus.publish('pipeline.finished', { id: 'run/1', data: finished('1') });
    expect(first.duplicate).toBe(false);
    expect(again).toEqual({ seq: first.seq, duplicate: true });
  });

  it('refuses data that does not fit the contract, naming the field', async () => {
    const wrong = { ...finished('1'), pipelineId: '' };
    await expect(bus.publish('pipeline.finished', { id: 'x', data: wrong })).rejects.toThrow(/pipelineId: expected/);
  });

  it('waits through a short outage', async () => {
    await server.kill();
    const published = bus.publish('pipeline.finished', { id: 'run/2', data: finished('2') });
    await sleep(300);
    await server.restart();
    await expect(published).resolves.toMatchObject({ duplicate: false });
  });

  it('says what to do when the server stays away', async () => {
    const impatient = await Bus.connect({ servers: server.url, name: 'spec', publishTimeoutMs: 300 });
    await server.kill();
    await expect(impatient.publish('pipeline.finished', { id: 'x', data: finished('1') })).rejects.toThrow(
      UnreachableError,
    );
    await server.restart();
    await impatient.close();
  });

  it('says so when there is no server', async () => {
    await expect(Bus.connect({ servers: 'nats://127.0.0.1:1', name: 'spec' })).rejects.toThrow(/set NATS_URL/);
  });
});

describe('consume', () => {
  it('hands on the smallest message, completed, and keeps a stable id over redeliveries', async () => {
    const got: Received[] = [];
    start('diagnoser-failed', async ([event]) => {
      if (event !== undefined) got.push(event);
      if (got.length === 1) throw new TypeError('first time');
    });
    bus.nats.publish('pipeline.failed', '{"pipeline_id":"42","error":{"message":"Connection timed out"}}');
    await until(() => got.length === 2, 'delivered twice');
    expect(got[0]).toMatchObject({
      source: 'nats',
      delivery: 1,
      data: { pipelineId: '42', attempt: 1, platform: 'generic', conclusion: 'failure' },
    });
    expect(got[1]).toMatchObject({ id: got[0]?.id, delivery: 2 });
    expect((got[1] as Received<'pipeline.failed'>).data.incidentId).toBe(
      (got[0] as Received<'pipeline.failed'>).data.incidentId,
    );
  });

  it.each`
    what                | bytes                                                        | says
    ${'no JSON'}        | ${'garbage'}                                                 | ${/message: expected JSON/}
    ${'no object'}      | ${'[1,2]'}                                                   | ${/expected a JSON object/}
    ${'no pipeline'}    | ${'{}'}                                                      | ${/pipelineId: expected a non-empty value/}
    ${'wrong type'}     | ${'{"pipeline_id":"1","error":{"message":5}}'}               | ${/error\.message: expected string/}
    ${'unknown word'}   | ${'{"pipeline_id":"1","conclusion":"exploded"}'}             | ${/conclusion/}
    ${'negative count'} | ${'{"pipeline_id":"1","attempt":-1}'}                        | ${/attempt: expected at least 0/}
    ${'bad envelope'}   | ${'{"specversion":"1.0","type":"dev.prunella.x","data":{}}'} | ${/id: expected a non-empty string/}
    ${'endless text'}   | ${`{"pipeline_id":"${'x'.repeat(600)}"}`}                    | ${/at most 512 characters/}
  `('buries a message with $what, with the reason and its bytes, and goes on', async ({ bytes, says }) => {
    const got: Received[] = [];
    start('diagnoser-failed', async ([event]) => void (event && got.push(event)));
    bus.nats.publish('pipeline.failed', bytes);
    bus.nats.publish('pipeline.failed', '{"pipeline_id":"good"}');
    await until(() => got.length === 1, 'the good one is handled');
    await until(async () => (await deadLetters()).length === 1, 'the bad one is buried');
    const [letter] = await deadLetters();
    expect(letter).toMatchObject({ subject: 'dlq.pipeline.failed', text: bytes });
    expect(letter?.headers).toMatchObject({
      'Prunella-Reason': 'invalid',
      'Prunella-Error': expect.stringMatching(says),
    });
  });

  it('buries an invalid message once, however many consumers see it', async () => {
    const { it: watcher, buried } = observer();
    start('diagnoser-failed', async () => undefined, watcher);
    start('auditor-events', async () => undefined, watcher);
    bus.nats.publish('pipeline.failed', 'garbage');
    await until(() => buried.length === 2, 'both saw it');
    expect(await deadLetters()).toHaveLength(1);
  });

  it('tries again with a growing delay, then buries with the last error', async () => {
    const { it: watcher, retries, buried } = observer();
    const limit = CONSUMERS['remediator-approved'].attempts;
    start(
      'remediator-approved',
      async () => Promise.reject(new TypeError('broken')),
      watcher,
      () => 0,
    );
    await bus.publish('action.approved', {
      id: 'a',
      data: { incidentId: 'inc_1', attempt: 1, action: 'retry', approved: true, by: 'me', reason: '' },
    });
    await until(() => buried.length === 1, 'buried');
    expect(retries.map((retry) => retry.delayMs)).toEqual([250, 500, 1000, 2000, 4000].slice(0, limit - 1));
    expect((await deadLetters())[0]?.headers).toMatchObject({
      'Prunella-Reason': 'attempts-exhausted',
      'Prunella-Error': 'broken',
    });
  });

  it('neither counts nor buries what was postponed; buries at once what is undeliverable', async () => {
    const { it: watcher, buried } = observer();
    let calls = 0;
    start(
      'detector-finished',
      async ([event]) => {
        if (event?.id === 'hopeless') throw new Undeliverable('never');
        calls += 1;
        if (calls <= CONSUMERS['detector-finished'].attempts + 2) throw new Postponed(10, 'not yet');
      },
      watcher,
    );
    await bus.publish('pipeline.finished', { id: 'hopeless', data: finished('1') });
    await bus.publish('pipeline.finished', { id: 'later', data: finished('2') });
    await until(() => calls === CONSUMERS['detector-finished'].attempts + 3, 'handled in the end');
    expect(buried).toMatchObject([{ reason: 'undeliverable' }]);
  });

  it('never has more in work than its concurrency', async () => {
    let inWork = 0;
    let most = 0;
    let done = 0;
    start('diagnoser-failed', async () => {
      inWork += 1;
      most = Math.max(most, inWork);
      await sleep(5);
      inWork -= 1;
      done += 1;
    });
    for (let i = 0; i < 60; i++) bus.nats.publish('pipeline.failed', `{"pipeline_id":"${i}"}`);
    await until(() => done === 60, 'all handled');
    expect(most).toBe(CONSUMERS['diagnoser-failed'].concurrency);
  });

  it('gives batches in order, and finds the one message that breaks a batch', async () => {
    const { it: watcher, buried } = observer();
    const seen: string[] = [];
    for (let i = 0; i < 20; i++) await bus.publish('pipeline.finished', { id: `run/${i}`, data: finished(String(i)) });
    start(
      'auditor-events',
      async (events) => {
        if (events.some((event) => event.id === 'run/7')) throw new Undeliverable('poison');
        seen.push(...events.map((event) => event.id));
      },
      watcher,
    );
    await until(() => seen.length === 19, 'all but one');
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `run/${i}`).filter((id) => id !== 'run/7'));
    await until(() => buried.length === 1, 'the poison is buried');
  });

  it('goes on after the server was killed', async () => {
    const seen = new Set<string>();
    start('detector-finished', async ([event]) => void (event && seen.add(event.id)));
    for (let i = 0; i < 5; i++) await bus.publish('pipeline.finished', { id: `a/${i}`, data: finished('1') });
    await server.kill();
    await server.restart();
    for (let i = 0; i < 5; i++) await bus.publish('pipeline.finished', { id: `b/${i}`, data: finished('1') });
    await until(() => seen.size === 10, 'all ten');
  });

  it('goes on after its consumer was deleted', async () => {
    const seen = new Set<string>();
    start('detector-finished', async ([event]) => void (event && seen.add(event.id)));
    await bus.publish('pipeline.finished', { id: 'before', data: finished('1') });
    await until(() => seen.size === 1, 'the first');
    const manager = await bus.jetstream.jetstreamManager();
    await manager.consumers.delete(EVENTS.name, 'detector-finished');
    await bus.publish('pipeline.finished', { id: 'after', data: finished('1') });
    await until(() => seen.has('after'), 'the second');
  });

  it('carries the trace from the publisher to the handler', async () => {
    let inHandler: string | undefined;
    start('detector-finished', async () => {
      inHandler = traceId();
    });
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await withTrace(parent, () => bus.publish('pipeline.finished', { id: 't', data: finished('1') }));
    await until(() => inHandler !== undefined, 'handled');
    expect(inHandler).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('finishes what is in work before it stops', async () => {
    let done = false;
    let begun = false;
    const consumption = consume(
      bus,
      'detector-finished',
      async () => {
        begun = true;
        await sleep(200);
        done = true;
      },
      observer().it,
    );
    await bus.publish('pipeline.finished', { id: 'slow', data: finished('1') });
    await until(() => begun, 'begun');
    await consumption.stop(5_000);
    expect(done).toBe(true);
  });
});

describe('buckets', () => {
  it('create, update and delete only where nobody else was first', async () => {
    const bucket = await bus.bucket<number>('prunella_claims');
    const first = await bucket.create('k', 1);
    expect(first).toBeDefined();
    expect(await bucket.create('k', 2)).toBeUndefined();
    const second = await bucket.update('k', 3, first ?? 0);
    expect(await bucket.update('k', 4, first ?? 0)).toBeUndefined();
    expect(await bucket.delete('k', first)).toBe(false);
    expect(await bucket.delete('k', second)).toBe(true);
    expect(await bucket.get('k')).toBeUndefined();
    expect(await bucket.create('k', 5)).toBeDefined();
  });

  it('tell what stands there, then every change', async () => {
    const bucket = await bus.bucket<number>('prunella_timers');
    await bucket.put('a', 1);
    await bucket.put('gone', 1);
    await bucket.delete('gone');
    const state = new Map<string, number>();
    const stop = new AbortController();
    await bucket.watch(({ key, value }) => {
      if (value === undefined) state.delete(key);
      else state.set(key, value);
    }, stop.signal);
    expect(state.get('a')).toBe(1);
    await bucket.put('b', 2);
    await bucket.delete('a');
    await until(() => state.size === 1 && state.get('b') === 2, 'changes arrive');
    stop.abort();
  });
});
