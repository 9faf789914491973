import { Inject, Injectable } from '@nestjs/common';
import { Bus, type ConsumerLook, type StreamLook } from '@prunella/bus';
import { type Measured, Metrics } from './metrics.ts';
import { Readiness } from './readiness.ts';
import { SERVICE_NAME } from './tokens.ts';

/** The answers of one scrape are those of all its gauges. */
const SAME_SCRAPE_MS = 1_000;

/** Shows in metrics what /readyz says, how far the consumers of this service are, and how full the streams are. */
@Injectable()
export class Condition {
  constructor(
    private readonly bus: Bus,
    private readonly readiness: Readiness,
    metrics: Metrics,
    @Inject(SERVICE_NAME) service: string,
  ) {
    metrics.askedGauge('prunella_ready', '1 when what a service needs is there, as /readyz says.', ['check'], () =>
      this.ready(),
    );
    const consumers = remembered(() => this.asked(() => bus.consumersOf(service)));
    const ofConsumers = (name: string, help: string, read: (look: ConsumerLook) => number) =>
      metrics.askedGauge(name, help, ['consumer'], async () =>
        (await consumers()).map((look) => ({ labels: { consumer: look.name }, value: read(look) })),
      );
    ofConsumers('prunella_consumer_pending', 'Events that wait for a consumer.', ({ pending }) => pending);
    ofConsumers(
      'prunella_consumer_in_work',
      'Events that were delivered to a consumer and are not acknowledged.',
      ({ inWork }) => inWork,
    );
    const streams = remembered(() => this.asked(() => bus.streams()));
    const ofStreams = (name: string, help: string, read: (look: StreamLook) => number) =>
      metrics.askedGauge(name, help, ['stream'], async () =>
        (await streams()).map((look) => ({ labels: { stream: look.name }, value: read(look) })),
      );
    ofStreams('prunella_stream_messages', 'Messages in a stream of NATS.', ({ messages }) => messages);
    ofStreams('prunella_stream_bytes', 'How large a stream of NATS is.', ({ bytes }) => bytes);
    ofStreams(
      'prunella_stream_limit_bytes',
      'How large a stream of NATS may become before it drops its oldest.',
      ({ maxBytes }) => maxBytes,
    );
  }

  private async ready(): Promise<Measured<'check'>[]> {
    const checks = [...this.readiness.checks].map(async ([check, examine]) => {
      const isFine = await examine().then(
        () => true,
        () => false,
      );
      return { labels: { check }, value: isFine ? 1 : 0 };
    });
    return [{ labels: { check: 'nats' }, value: this.bus.isConnected ? 1 : 0 }, ...(await Promise.all(checks))];
  }

  /** Without a connection the client would wait for one. */
  private async asked<T>(ask: () => Promise<T[]>): Promise<T[]> {
    return this.bus.isConnected ? await ask() : [];
  }
}

/** Asks once for all who ask within a scrape. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined;
  return () => {
    if (asking === undefined) {
      asking = ask();
      setTimeout(() => {
        asking = undefined;
      }, SAME_SCRAPE_MS).unref();
    }
    return asking;
  };
}
