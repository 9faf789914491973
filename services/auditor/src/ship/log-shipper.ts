import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus, type ConsumerObserver, type Consumption, consume, Postponed, type Received } from '@prunella/bus';
import { messageOf, ProviderError, systemClock, UnreachableError } from '@prunella/core';
import { type LokiPush, lokiPushFromEnvironment } from '@prunella/metrics';
import { ConsumerTelemetry, ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { redact } from '@prunella/signals';
import { PinoLogger } from 'nestjs-pino';
import type { AuditorEnvironment } from '../environment.ts';
import { healingLine } from './healing-line.ts';
import { ship } from './ship.ts';

/** Loki refuses what is older than a week (`reject_old_samples_max_age`): when it is configured first, the stream has a month. */
const OLDEST_MS = 7 * 86_400_000;
const PUSH_TIMEOUT_MS = 15_000;
/** Somebody has to mend a token or an address. */
const MENDED_MS = 60_000;
const RATE_LIMITED_MS = 5_000;
const GRACE_MS = 5_000;

/** Sends what is told about healing to Loki, acknowledged by NATS only when Loki has it. Without Loki it does nothing. */
@Injectable()
export class LogShipper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loki: LokiPush | undefined;
  private readonly lines;
  private readonly stopped = new AbortController();
  private consumption: Consumption | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly telemetry: ConsumerTelemetry,
    private readonly logger: PinoLogger,
    metrics: Metrics,
    @Inject(ENVIRONMENT) environment: AuditorEnvironment,
  ) {
    this.loki = environment.LOKI_SHIP ? lokiPushFromEnvironment(environment) : undefined;
    this.lines = metrics.counter(
      'auditor_loki_lines_total',
      'Lines for Loki by what became of them: sent, refused (by Loki, for good), too_old.',
      ['result'],
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.loki === undefined) {
      await this.bus.removeConsumer('auditor-loki');
      return;
    }
    for (const result of ['sent', 'refused', 'too_old']) this.lines.inc({ result }, 0);
    const { telemetry } = this;
    const observer: ConsumerObserver = {
      handled: (consumer, subject, ms) => telemetry.handled(consumer, subject, ms),
      buried: (consumer, subject, reason, error) => telemetry.buried(consumer, subject, reason, error),
      interrupted: (consumer, error) => telemetry.interrupted(consumer, error),
      // Once for the batch, by `send`: hundreds of lines would say the same.
      retried: () => undefined,
    };
    const loki = this.loki;
    this.consumption = consume(this.bus, 'auditor-loki', (events) => this.send(events, loki), observer);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    await this.consumption?.stop(GRACE_MS);
  }

  private async send(events: readonly Received[], loki: LokiPush): Promise<void> {
    const oldest = BigInt(systemClock.now() - OLDEST_MS) * 1_000_000n;
    const lines = events.map(healingLine).filter((line) => line !== undefined);
    const fresh = lines.filter(({ at }) => at >= oldest);
    try {
      const { sent, refused } = await ship(fresh, (part) =>
        loki.push(part, AbortSignal.any([this.stopped.signal, AbortSignal.timeout(PUSH_TIMEOUT_MS)])),
      );
      this.lines.inc({ result: 'sent' }, sent);
      this.lines.inc({ result: 'refused' }, refused.length);
      this.lines.inc({ result: 'too_old' }, lines.length - fresh.length);
      const [first] = refused;
      if (first !== undefined) {
        const reason = redact(first.reason);
        this.logger.warn({ lines: refused.length, reason }, 'Loki refused lines about healing, they are not in it');
      }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const problem = redact(messageOf(error));
      if (!this.stopped.signal.aborted) {
        this.logger.warn({ lines: fresh.length, problem }, 'lines about healing wait for Loki, they are sent again');
      }
      throw later(error);
    }
  }
}

/** When it is sent again. None of these counts as a failed attempt: what waits for Loki is not at fault. */
function later(error: ProviderError): Error {
  const { problem, options } = error;
  if (problem === 'unavailable') return new UnreachableError(error.message, { cause: error });
  const delay = problem === 'rate-limited' ? RATE_LIMITED_MS : MENDED_MS;
  return new Postponed(options.retryAfterMs ?? delay, error.message, { cause: error });
}
