import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type JsonBucket, type Received, Timers } from '@prunella/bus';
import { continueTrace, systemClock } from '@prunella/core';
import { Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../detector-policy.ts';
import { Origins } from '../intake/origins.ts';
import { Outbox } from '../intake/outbox.ts';
import { Book, type Page } from './book.ts';
import { durationRatio, ended } from './ended.ts';
import { type Running, runningKey, started, stillRunning } from './running.ts';
import { attemptId, durationPlace } from './series.ts';
import type { TellDeps } from './tell.ts';

/** A series that was not seen for 90 days is forgotten; of those that were, so many are kept (about 2.5 KB each). */
const MOST_SERIES = 50_000;
/** So many runs are waited for at a time. */
const MOST_RUNNING = 20_000;
/** What another replica awaits is known here by then: three times what `Timers` take to read everything anew. */
const KNOWN_AFTER_MS = 60_000;
/** Longer than it takes to tell: only who does not come back loses one. */
const LEASE_MS = 30_000;

interface Wired {
  book: Book;
  running: JsonBucket<Running>;
  timers: Timers<Running>;
}

/** Learns what is usual and tells of what is not, as `anomalies` in prunella.yaml say: wires ended and running to NATS and the clock. */
@Injectable()
export class Anomalies implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ready: Promise<Wired>;
  private readonly found;
  private readonly refused;
  private open: Timers<Running> | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly policy: DetectorPolicy,
    private readonly logger: PinoLogger,
    private readonly outbox: Outbox,
    private readonly origins: Origins,
    metrics: Metrics,
  ) {
    this.found = metrics.counter('prunella_anomalies_total', 'What was unusual and no failure, by what was measured.', [
      'kind',
    ]);
    this.refused = metrics.counter(
      'detector_baselines_refused_total',
      'Values of new series that were not learnt: there are too many series.',
    );
    metrics.gauge('detector_runs_awaited', 'Runs that are told of when they run too long.', () => this.open?.size ?? 0);
    this.ready = this.wire();
    // reported by onApplicationBootstrap
    this.ready.catch(() => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { timers } = await this.ready;
    await timers.start();
  }

  async onApplicationShutdown(): Promise<void> {
    // when the start itself failed there is nothing to stop
    const wired = await this.ready.catch(() => undefined);
    await wired?.timers.stop();
  }

  /** Something ended: it is waited for no more, held against its baseline, and learnt. */
  async ended(event: Received<'pipeline.finished'>): Promise<void> {
    const { book, running, timers } = await this.ready;
    const settings = this.policy.current.anomalies;
    await ended(event, { ...this.telling(), settings, book, clock: systemClock });
    const place = durationPlace(event.data, settings);
    if (place === undefined) return;
    const key = runningKey(place, attemptId(event.data));
    const age = systemClock.now() - Date.parse(event.data.startedAt ?? '');
    // Most were never awaited.
    if (timers.isWaiting(key) || !(age > KNOWN_AFTER_MS)) await forget(running, key);
  }

  /** Something started: when it takes too long, that is told. */
  async started(event: Received<'pipeline.started'>): Promise<void> {
    const { book, running, timers } = await this.ready;
    await started(event, {
      settings: this.policy.current.anomalies,
      book,
      clock: systemClock,
      forget: (key) => forget(running, key),
      set: async (one) => {
        if (timers.size < MOST_RUNNING) await timers.set(one);
        else this.logger.warn({ most: MOST_RUNNING }, 'too many runs are awaited: one more is not');
      },
    });
  }

  /** How many times as long as usual it took; undefined: nobody knows. */
  async durationRatio(event: Received<'pipeline.finished'>): Promise<number | undefined> {
    const { book } = await this.ready;
    return await durationRatio(event, { settings: this.policy.current.anomalies, book });
  }

  /** How anomalies are told. */
  telling(): TellDeps {
    return {
      publishOnce: (report) => this.outbox.publishOnce(report),
      originOf: (run) => this.origins.of(run),
      told: ({ series }, says) => {
        this.found.inc({ kind: series.kind });
        this.logger.info({ series: series.id, kind: series.kind, says }, 'an anomaly was told');
      },
    };
  }

  /** Something found no room among what is usual. */
  refuse(): void {
    this.refused.inc();
  }

  private async wire(): Promise<Wired> {
    const { bus, logger } = this;
    await this.policy.ready;
    const book = new Book(await bus.bucket<Page>('prunella_baselines'), MOST_SERIES, () => this.refused.inc());
    const running = await bus.bucket<Running>('prunella_running');
    const timers = new Timers<Running>({
      bucket: running,
      clock: systemClock,
      keyOf: ({ key }) => key,
      leaseMs: LEASE_MS,
      fire: (one) =>
        continueTrace(one.traceparent, 'compare duration', {}, () =>
          stillRunning(one, {
            ...this.telling(),
            book,
            clock: systemClock,
            endsKnownUntil: () => bus.handledUntil('detector-finished'),
          }),
        ),
      log: {
        failed: (key, error, againAt) =>
          logger.warn({ key, error, againAt }, 'whether a run still runs is not known, it is tried again'),
      },
    });
    this.open = timers;
    return { book, running, timers };
  }
}

async function forget(running: JsonBucket<Running>, key: string): Promise<void> {
  // Deleting what is not there would leave a mark each time.
  if ((await running.get(key)) !== undefined) await running.delete(key);
}
