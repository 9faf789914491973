import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { answerRollCalls, Bus, EXAMINE } from '@prunella/bus';
import { bad, type Finding, iso, messageOf, systemClock } from '@prunella/core';
import { CHECK_WITHIN_MS, Question, type ServiceReport, type Setting } from '@prunella/doctor';
import { SERVICE_NAME, SHOWN_SETTINGS } from '../tokens.ts';
import { VERSION } from '../version.ts';
import { busChecks } from './bus-checks.ts';
import type { Check } from './check.ts';

/** Whoever asks more often gets what was found: outside platforms count requests. */
const LEAST_AGE_MS = 3_000;

/** Says how this process is, and what it can reach, to whoever asks all services for it. */
@Injectable()
export class Examiner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly checks: Check[];
  private readonly instance = randomUUID();
  private readonly startedAt = iso(systemClock.now());
  private subscription: { unsubscribe(): void } | undefined;
  private running: Promise<ServiceReport> | undefined;
  private last: ServiceReport | undefined;

  constructor(
    private readonly bus: Bus,
    @Inject(SERVICE_NAME) private readonly service: string,
    @Inject(SHOWN_SETTINGS) private readonly settings: readonly Setting[],
  ) {
    this.checks = busChecks(bus, service);
  }

  /** Adds what this service looks at besides what all do. */
  add(...checks: readonly Check[]): void {
    this.checks.push(...checks);
  }

  onApplicationBootstrap(): void {
    const member = { name: this.service, instance: this.instance };
    this.subscription = answerRollCalls(this.bus.nats, EXAMINE, member, async (asked) => {
      const question = Question.safeParse(asked);
      return await this.report(question.success ? question.data.maxAgeMs : 0);
    });
  }

  onApplicationShutdown(): void {
    this.subscription?.unsubscribe();
  }

  /** How it is now. Never throws. @param maxAgeMs what was found within so many ms need not be found out again. */
  async report(maxAgeMs: number): Promise<ServiceReport> {
    const { last } = this;
    const oldest = systemClock.now() - Math.max(maxAgeMs, LEAST_AGE_MS);
    if (last !== undefined && Date.parse(last.examinedAt) > oldest) return last;
    // Several who ask at once get the same answer.
    this.running ??= this.examine().finally(() => {
      this.running = undefined;
    });
    return await this.running;
  }

  private async examine(): Promise<ServiceReport> {
    const findings = await Promise.all(this.checks.map(inTime));
    const report: ServiceReport = {
      service: this.service,
      instance: this.instance,
      host: hostname(),
      version: VERSION,
      node: process.versions.node,
      startedAt: this.startedAt,
      examinedAt: iso(systemClock.now()),
      memoryBytes: process.memoryUsage.rss(),
      settings: [...this.settings],
      findings: findings.flat(),
    };
    this.last = report;
    return report;
  }
}

/** Resolves in time, whatever the check does. */
async function inTime(check: Check): Promise<readonly Finding[]> {
  const signal = AbortSignal.timeout(CHECK_WITHIN_MS);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([check.examine(signal), late]);
  } catch (error) {
    const found = signal.aborted
      ? `it could not be looked at within ${CHECK_WITHIN_MS / 1_000} s`
      : `it could not be looked at: ${messageOf(error)}`;
    return [bad(check.name, found, 'mend what it names, and examine again')];
  }
}
