import { type CustomTransportStrategy, EventPattern, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus } from './bus.ts';
import { type ConsumerObserver, type Consumption, consume } from './consume.ts';
import type { Received } from './delivery.ts';
import { CONSUMERS, type ConsumerName, type ConsumerSpec, type SubjectOf } from './topology.ts';

const TRANSPORT = Symbol('JetStream');

/** What a method under `@Consumes(name)` takes: one event, or an array of them when the consumer is declared with a batch. */
export type Delivered<C extends ConsumerName> = Received<SubjectOf<C>>;

/**
 * Makes a controller's method the handler of a durable consumer of topology.ts. It returns when the effect is recorded;
 * what it throws decides what happens to the message (see `Postponed`, `Undeliverable`; anything else is tried again).
 */
export function Consumes(name: ConsumerName): MethodDecorator {
  return EventPattern(name, TRANSPORT) as MethodDecorator;
}

/** Nest's transport over JetStream: one bounded consumer for each `@Consumes` handler. */
export class JetStreamStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = TRANSPORT;
  /** Handler errors are ours to see: they decide between ack, redelivery and dead letter. */
  override readonly propagatesEventHandlerErrors = true;
  private consumptions: Consumption[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly observer: ConsumerObserver,
    /** How long handlers in work may go on after close(). */
    private readonly graceMs = 20_000,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.consumptions = [...this.messageHandlers].map(([pattern, handler]) => this.start(pattern, handler));
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.consumptions.map((consumption) => consumption.stop(this.graceMs)));
  }

  on(): void {
    throw new Error('JetStreamStrategy has no events; pass a ConsumerObserver instead');
  }

  unwrap<T>(): T {
    return this.bus as T;
  }

  private start(pattern: string, handler: MessageHandler): Consumption {
    if (!isConsumer(pattern))
      throw new Error(`no consumer "${pattern}" in topology.ts; expected one of ${Object.keys(CONSUMERS).join(', ')}`);
    const spec: ConsumerSpec = CONSUMERS[pattern];
    return consume(
      this.bus,
      pattern,
      async (events) => {
        const result: unknown = await handler(spec.batch === undefined ? events[0] : events, {});
        if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
      },
      this.observer,
    );
  }
}

function isConsumer(pattern: string): pattern is ConsumerName {
  return Object.hasOwn(CONSUMERS, pattern);
}
