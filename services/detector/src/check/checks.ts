import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, Timers } from '@prunella/bus';
import { messageOf, ProviderError, systemClock } from '@prunella/core';
import { BadQuery, prometheusFromEnvironment } from '@prunella/metrics';
import { ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../detector-policy.ts';
import type { DetectorEnvironment } from '../environment.ts';
import { Outbox } from '../intake/outbox.ts';
import { Places } from '../threads/place.ts';
import { evaluate, type KeptCheck } from './evaluate.ts';

const ASK_TIMEOUT_MS = 10_000;
/** Longer than a question takes, and its publication. */
const LEASE_MS = 30_000;
/** How soon a check that is new in the policy begins. */
const READ_POLICY_MS = 5_000;

/** Asks Prometheus what `checks` in prunella.yaml say: wires evaluate to NATS, Prometheus and the clock. */
@Injectable()
export class Checks implements OnApplicationBootstrap, OnApplicationShutdown {
  private timers: Timers<KeptCheck> | undefined;
  private reading: NodeJS.Timeout | undefined;
  private told = false;
  private readonly asked;
  private readonly breaches;

  constructor(
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: DetectorEnvironment,
    private readonly logger: PinoLogger,
    private readonly outbox: Outbox,
    private readonly places: Places,
    private readonly policy: DetectorPolicy,
    metrics: Metrics,
  ) {
    this.asked = metrics.counter('detector_checks_total', 'Checks that Prometheus was asked, by what came out.', [
      'check',
      'result',
    ]);
    this.breaches = metrics.counter('detector_check_breaches_total', 'Breaches that were told, and their ends.', [
      'check',
      'type',
    ]);
  }

  async onApplicationBootstrap(): Promise<void> {
    const prometheus = prometheusFromEnvironment(this.environment as unknown as NodeJS.ProcessEnv);
    const { bus, logger } = this;
    if (prometheus !== undefined) {
      this.timers = new Timers<KeptCheck>({
        bucket: await bus.bucket<KeptCheck>('prunella_checks'),
        clock: systemClock,
        keyOf: ({ name }) => name,
        leaseMs: LEASE_MS,
        fire: (kept) =>
          evaluate(kept, {
            check: this.policy.current.checks.find(({ name }) => name === kept.name),
            ask: (query) => prometheus.series(query, AbortSignal.timeout(ASK_TIMEOUT_MS)),
            problemOf,
            asked: (check, result) => this.asked.inc({ check, result }),
            told: (check, type = 'over') => this.breaches.inc({ check, type }),
            troubled: (check, problem) => this.troubled(check, problem),
            publish: (report) => this.outbox.publish(report),
            place: (report) => this.places.place(report),
            clock: systemClock,
          }),
        log: {
          failed: (key, error, againAt) => logger.warn({ key, error, againAt }, 'check failed, it is tried again'),
        },
      });
      await this.timers.start();
    }
    await this.begin();
    this.reading = setInterval(() => void this.begin(), READ_POLICY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.reading);
    await this.timers?.stop();
  }

  /** Setting what is set already changes nothing. */
  private async begin(): Promise<void> {
    const { checks } = this.policy.current;
    if (this.timers === undefined) {
      if (checks.length > 0 && !this.told) this.logger.error('checks are not asked: PROMETHEUS_URL is not set');
      this.told = checks.length > 0;
      return;
    }
    for (const { name } of checks) {
      const kept = { name, series: {}, breaches: [], problem: '', dueAt: systemClock.now(), failures: 0 };
      // NATS is away: the next time.
      await this.timers.set(kept).catch(() => undefined);
    }
  }

  private troubled(check: string, problem: string): void {
    if (problem === '') this.logger.info({ check }, 'a check can be asked again');
    else this.logger.error({ check, problem }, 'a check can not be asked');
  }
}

function problemOf(error: unknown): string {
  if (error instanceof ProviderError || error instanceof BadQuery) return messageOf(error);
  throw error;
}
