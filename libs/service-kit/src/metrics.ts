import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConsumerObserver } from '@prunella/bus';
import { messageOf, onRequest } from '@prunella/core';
import { PinoLogger } from 'nestjs-pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One value of a gauge. */
export interface Measured<L extends string> {
  labels: Record<L, string>;
  value: number;
}

const ASKED_WITHIN_MS = 2_000;

/** undefined: it failed, or took longer. */
async function within<T>(ms: number, work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The service's Prometheus registry; services add their own metrics to it. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A counter in this registry. */
  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** A gauge in this registry that is read when it is scraped. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /**
   * A gauge in this registry whose values are asked for when it is scraped. Who does not answer within two seconds, or fails, shows nothing: an old value
   * would be taken for a new one.
   */
  askedGauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    ask: () => Promise<readonly Measured<L>[]>,
  ): void {
    new Gauge<L>({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        const measured = await within(ASKED_WITHIN_MS, ask);
        this.reset();
        if (labelNames.length === 0) this.remove();
        for (const { labels, value } of measured ?? []) this.set(labels, value);
      },
    });
  }

  /** A value that goes up and down, in this registry; not shown before it is set, nor after `remove`. */
  labelledGauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.registry] });
    // One without labels would begin at zero, which nobody measured.
    if (labelNames.length === 0) gauge.remove();
    return gauge;
  }

  /** A histogram of seconds in this registry. */
  seconds<L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}

/** Counts and logs what the consumers do. */
@Injectable()
export class ConsumerTelemetry implements ConsumerObserver {
  private readonly durations;
  private readonly redeliveries;
  private readonly deadLetters;

  constructor(
    metrics: Metrics,
    private readonly logger: PinoLogger,
  ) {
    this.durations = metrics.seconds(
      'prunella_message_duration_seconds',
      'Time to handle one message.',
      ['consumer', 'subject'],
      [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    );
    this.redeliveries = metrics.counter('prunella_message_redeliveries_total', 'Messages to be delivered again.', [
      'consumer',
      'subject',
    ]);
    this.deadLetters = metrics.counter('prunella_dead_letters_total', 'Messages put on dlq.<subject>.', [
      'consumer',
      'subject',
      'reason',
    ]);
  }

  handled(consumer: string, subject: string, durationMs: number): void {
    this.durations.observe({ consumer, subject }, durationMs / 1_000);
  }

  retried(consumer: string, subject: string, delayMs: number, error: unknown): void {
    this.redeliveries.inc({ consumer, subject });
    this.logger.warn({ consumer, subject, delayMs, error: messageOf(error) }, 'message will be delivered again');
  }

  buried(consumer: string, subject: string, reason: string, error: unknown): void {
    this.deadLetters.inc({ consumer, subject, reason });
    this.logger.error({ consumer, subject, reason, error: messageOf(error) }, 'message put on the dead letters');
  }

  interrupted(consumer: string, error: unknown): void {
    this.logger.warn({ consumer, error: messageOf(error) }, 'consumer interrupted, it starts again');
  }
}

/** Counts the requests to outside platforms, and what they allow. */
@Injectable()
export class ProviderTelemetry implements OnApplicationShutdown {
  readonly onApplicationShutdown: () => void;

  constructor(metrics: Metrics) {
    const requests = metrics.counter(
      'prunella_provider_requests_total',
      'Requests to outside platforms by how they ended: ok, rate-limited, unavailable, forbidden, unauthenticated, not-found, refused.',
      ['provider', 'result'],
    );
    const left = metrics.labelledGauge(
      'prunella_provider_rate_limit_remaining',
      'Requests that a platform still allows, as it said last.',
      ['provider'],
    );
    this.onApplicationShutdown = onRequest(({ provider, result, remaining }) => {
      requests.inc({ provider, result });
      if (remaining !== undefined) left.set({ provider }, remaining);
    });
  }
}
