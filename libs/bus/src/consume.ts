import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { ContractViolation } from '@prunella/contracts';
import { continueTrace, isTraced, type Random, tellSpan, UnreachableError } from '@prunella/core';
import type { Bus } from './bus.ts';
import { bury, type DeadReason } from './dead-letters.ts';
import { type Received, received } from './delivery.ts';
import { Postponed, Undeliverable } from './errors.ts';
import { batchAttributes, handledAttributes } from './spans.ts';
import { together } from './together.ts';
import { CONSUMERS, type ConsumerName, type ConsumerSpec, EVENTS } from './topology.ts';

/** What a consumer tells about its work, for logs and metrics. */
export interface ConsumerObserver {
  handled(consumer: ConsumerName, subject: string, durationMs: number): void;
  /** Delivered again later. */
  retried(consumer: ConsumerName, subject: string, delayMs: number, error: unknown): void;
  buried(consumer: ConsumerName, subject: string, reason: DeadReason, error: unknown): void;
  /** The loop itself failed (server gone, consumer deleted) and starts again. */
  interrupted(consumer: ConsumerName, error: unknown): void;
}

export type Handler = (events: Received[]) => Promise<void>;

/** A running consumer. */
export interface Consumption {
  /** Takes no new messages, and resolves when those in work are done or `graceMs` are over. */
  stop(graceMs: number): Promise<void>;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** More than OpenTelemetry keeps of one span by default are lost anyway. */
const MOST_LINKS = 128;
/**
 * How often an idle server says that it still has our request; after two that do not come it is asked anew. The client's own 15 s are half a minute of standstill
 * whenever the server that leads the consumer goes away. Not more than half of a request's time, which is also how soon it is asked again when nobody answers.
 */
const HEARTBEAT_MS = 2_000;
const PULL_MS = 5_000;
/** So much of what was asked for may still come when more is asked for. The client's own three quarters are a request for every fourth message. */
const ASK_AGAIN_AT = 1 / 4;

interface Context {
  bus: Bus;
  name: ConsumerName;
  spec: ConsumerSpec;
  handler: Handler;
  observer: ConsumerObserver;
  random: Random;
}

/**
 * Pulls messages and hands them to `handler`, at most `concurrency` (or one batch) at a time. A message is acknowledged after its
 * handler returned, reported as in progress while it runs, delivered again with a growing, jittered delay when it throws,
 * and buried with the reason when that does not help. Survives server restarts and a deleted consumer.
 */
export function consume(
  bus: Bus,
  name: ConsumerName,
  handler: Handler,
  observer: ConsumerObserver,
  random: Random = Math.random,
): Consumption {
  const context: Context = { bus, name, spec: CONSUMERS[name], handler, observer, random };
  const inWork = new Set<Promise<void>>();
  let messages: ConsumerMessages | undefined;
  let stopping = false;

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        await bus.ensureConsumer(name);
        const consumer = await bus.jetstream.consumers.get(EVENTS.name, name);
        const most = context.spec.batch?.size ?? context.spec.concurrency;
        messages = await consumer.consume({
          max_messages: most,
          threshold_messages: Math.ceil(most * ASK_AGAIN_AT),
          expires: PULL_MS,
          idle_heartbeat: HEARTBEAT_MS,
          // ends the loop below, and the next round makes the consumer again
          abort_on_missing_resource: true,
        });
        if (stopping) {
          // Stopped while it began: nobody else knows of it, and it would pull, and hold up the end of the process. Not to be waited for: it
          // is closed for the client once somebody takes messages from it, which nobody does.
          messages.stop();
          break;
        }
        await (context.spec.batch === undefined
          ? oneByOne(context, messages, inWork)
          : inBatches(context, messages, inWork));
      } catch (error) {
        observer.interrupted(name, error);
      }
      if (!stopping) await sleep(1_000);
    }
  }

  const loop = run();
  return {
    async stop(graceMs) {
      stopping = true;
      messages?.stop();
      // The loop first: it still hands on what had come.
      const done = loop.then(() => Promise.all(inWork));
      await Promise.race([done, sleep(graceMs)]);
    },
  };
}

async function oneByOne(context: Context, messages: ConsumerMessages, inWork: Set<Promise<void>>): Promise<void> {
  for await (const message of messages) {
    const work = guarded(context, () => handleOne(context, message)).finally(() => inWork.delete(work));
    inWork.add(work);
    if (inWork.size >= context.spec.concurrency) await Promise.race(inWork);
  }
}

async function inBatches(context: Context, messages: ConsumerMessages, inWork: Set<Promise<void>>): Promise<void> {
  const { size, lingerMs } = context.spec.batch ?? { size: 1, lingerMs: 0 };
  const iterator = messages[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const first = await next;
    if (first.done) return;
    const batch = [first.value];
    next = iterator.next();
    const lingered = sleep(lingerMs).then(() => 'lingered' as const);
    while (batch.length < size) {
      const got = await Promise.race([next, lingered]);
      if (got === 'lingered' || got.done) break;
      batch.push(got.value);
      next = iterator.next();
    }
    const work = guarded(context, () => handleBatch(context, batch)).finally(() => inWork.delete(work));
    inWork.add(work);
    await work;
  }
}

/** When not even a dead letter can be written, the message is left as it is: the server delivers it again after the ack wait. */
async function guarded(context: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    context.observer.interrupted(context.name, error);
  }
}

async function handleOne(context: Context, message: JsMsg): Promise<void> {
  const event = await parsed(context, message);
  if (event !== undefined) await attempt(context, [{ message, event }], () => settle(context, { message, event }));
}

async function handleBatch(context: Context, batch: JsMsg[]): Promise<void> {
  const items: Item[] = [];
  for (const message of batch) {
    const event = await parsed(context, message);
    if (event !== undefined) items.push({ message, event });
  }
  if (items.length === 0) return;
  await attempt(context, items, async () => {
    try {
      await handledTogether(
        context,
        items.map((item) => item.event),
      );
      for (const item of items) item.message.ack();
    } catch (error) {
      if (error instanceof UnreachableError || error instanceof Postponed || items.length === 1) {
        for (const item of items) await failed(context, item, error);
        return;
      }
      // One of them is to blame: find out which, so that the others get through.
      for (const item of items) await settle(context, item);
    }
  });
}

interface Item {
  message: JsMsg;
  event: Received;
}

async function settle(context: Context, item: Item): Promise<void> {
  try {
    await handled(context, item.event);
    await together();
    item.message.ack();
  } catch (error) {
    await failed(context, item, error);
  }
}

/** Hands one event over, as part of its trace. */
async function handled({ name, handler }: Context, event: Received): Promise<void> {
  await continueTrace(event.traceparent, `process ${event.subject}`, { kind: 'consumer' }, async (span) => {
    if (span.isRecorded) span.set(handledAttributes(event, name));
    await handler([event]);
  });
}

/** Hands many events over. What is done for all of them is a trace of its own, and in the trace of each of them it is told that it was handled. */
async function handledTogether(context: Context, events: Received[]): Promise<void> {
  const { name, handler } = context;
  const [first] = events;
  if (first !== undefined && events.length === 1) return await handled(context, first);
  if (!isTraced()) return await handler(events);
  const links = events.slice(0, MOST_LINKS).map((event) => event.traceparent);
  const attributes = batchAttributes(name, events.length);
  await continueTrace(undefined, `process ${name}`, { kind: 'consumer', attributes, links }, async (span) => {
    const startedAt = Date.now();
    const tell = (failure?: unknown) => {
      for (const event of events) {
        const told = { kind: 'consumer', startedAt, links: [span.traceparent] } as const;
        tellSpan(event.traceparent, `process ${event.subject}`, told, () => handledAttributes(event, name), failure);
      }
    };
    await handler(events).catch((error: unknown) => {
      tell(error);
      throw error;
    });
    tell();
  });
}

/** Runs the work, saying to the server that it is in progress. */
async function attempt(context: Context, items: Item[], work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const heartbeat = setInterval(() => {
    for (const { message } of items) message.working();
  }, context.spec.ackWaitMs / 3);
  try {
    await work();
    const each = (performance.now() - started) / items.length;
    for (const { event } of items) context.observer.handled(context.name, event.subject, each);
  } finally {
    clearInterval(heartbeat);
  }
}

async function parsed(context: Context, message: JsMsg): Promise<Received | undefined> {
  try {
    return received(message);
  } catch (error) {
    if (!(error instanceof ContractViolation)) throw error;
    await giveUp(context, message, 'invalid', error);
    return undefined;
  }
}

async function failed(context: Context, { message, event }: Item, error: unknown): Promise<void> {
  const forgiven = error instanceof Postponed || error instanceof UnreachableError;
  if (error instanceof Undeliverable || error instanceof ContractViolation) {
    await giveUp(context, message, 'undeliverable', error);
  } else if (!forgiven && event.delivery >= context.spec.attempts) {
    await giveUp(context, message, 'attempts-exhausted', error);
  } else {
    const delayMs = error instanceof Postponed ? error.delayMs : delayOf(event.delivery, context.random);
    message.nak(delayMs);
    context.observer.retried(context.name, event.subject, delayMs, error);
  }
}

async function giveUp(context: Context, message: JsMsg, reason: DeadReason, error: unknown): Promise<void> {
  await bury(context.bus, message, context.name, reason, error);
  // Without a reason: servers before 2.11 pass over a term that has one, and deliver again for ever.
  message.term();
  context.observer.buried(context.name, message.subject, reason, error);
}

/** Doubles with each delivery; between half and all of it, so that replicas do not come back together. */
function delayOf(delivery: number, random: Random): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** (delivery - 1), LONGEST_DELAY_MS);
  return Math.round(full * (0.5 + random() / 2));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
