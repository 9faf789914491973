import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type JsonBucket, type Received, Timers } from '@prunella/bus';
import { continueTrace, systemClock } from '@prunella/core';
import { look, prometheusFromEnvironment } from '@prunella/metrics';
import { ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../detector-policy.ts';
import type { DetectorEnvironment } from '../environment.ts';
import { Origins } from '../intake/origins.ts';
import { Outbox } from '../intake/outbox.ts';
import { Places } from '../threads/place.ts';
import { begin } from './begin.ts';
import { lookAgain } from './look-again.ts';
import type { Newest, Watched } from './watched.ts';

const LOOK_TIMEOUT_MS = 10_000;
/** Longer than a look takes, and its publication: only who does not come back loses a watch. */
const LEASE_MS = 30_000;

interface Wired {
  timers: Timers<Watched>;
  newest: JsonBucket<Newest>;
}

/** Looks at what was deployed, as `watches` in prunella.yaml say: wires begin and look-again to NATS, Prometheus and the clock. */
@Injectable()
export class PostDeploy implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ready: Promise<Wired>;
  private readonly results;
  private open: Timers<Watched> | undefined;

  constructor(
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: DetectorEnvironment,
    private readonly logger: PinoLogger,
    private readonly outbox: Outbox,
    private readonly origins: Origins,
    private readonly places: Places,
    private readonly policy: DetectorPolicy,
    metrics: Metrics,
  ) {
    this.results = metrics.counter('detector_watches_total', 'Deployments that were watched, by what came out.', [
      'watch',
      'result',
    ]);
    this.ready = this.wire();
    // reported by onApplicationBootstrap
    this.ready.catch(() => undefined);
    metrics.gauge('detector_watches_open', 'Deployments that are being watched.', () => this.open?.size ?? 0);
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

  /** Something ended: where it was a deployment that a watch is for, it is looked at from now on. */
  async begin(event: Received<'pipeline.finished'>): Promise<void> {
    const { newest, timers } = await this.ready;
    const watched = await begin(event, {
      watches: this.policy.current.watches,
      newest,
      set: (one) => timers.set(one),
      originOf: (run) => this.origins.of(run),
      clock: systemClock,
    });
    if (watched === undefined) return;
    const { watch, called, failure } = watched;
    this.logger.info({ watch: watch.name, target: called, incident: failure.incidentId }, 'a deployment is watched');
  }

  private async wire(): Promise<Wired> {
    const { bus, environment, logger } = this;
    const newest = await bus.bucket<Newest>('prunella_watched');
    const prometheus = prometheusFromEnvironment(environment as unknown as NodeJS.ProcessEnv);
    const timers = new Timers<Watched>({
      bucket: await bus.bucket<Watched>('prunella_watches'),
      clock: systemClock,
      keyOf: ({ key }) => key,
      leaseMs: LEASE_MS,
      fire: (watched) =>
        continueTrace(watched.traceparent, 'watch', { attributes: { 'prunella.watch': watched.watch.name } }, () =>
          lookAgain(watched, {
            newest,
            clock: systemClock,
            publish: (report) => this.outbox.publish(report),
            place: (report) => this.places.place(report),
            look: (what) => look(what, prometheus, AbortSignal.timeout(LOOK_TIMEOUT_MS)),
            ended: (...end) => this.ended(...end),
          }),
        ),
      log: {
        failed: (key, error, againAt) => logger.warn({ key, error, againAt }, 'look failed, it will be tried again'),
      },
    });
    this.open = timers;
    return { newest, timers };
  }

  private ended({ watch, called, failure, checks }: Watched, result: string, says: string): void {
    this.results.inc({ watch: watch.name, result });
    const about = { watch: watch.name, target: called, incident: failure.incidentId, looks: checks.length, says };
    if (result === 'bad') this.logger.warn(about, 'a deployment turned out bad');
    else if (result === 'inconclusive') this.logger.warn(about, 'nobody knows how a deployment is: look yourself');
    else this.logger.info({ ...about, result }, 'a watch ended');
  }
}
