import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type Received, Timers } from '@prunella/bus';
import { systemClock } from '@prunella/core';
import {
  type Dependency,
  type DependencyRecord,
  type Intent,
  neededBy,
  type PreflightAnswer,
  preflight,
  standingOf,
} from '@prunella/policy';
import { probe } from '@prunella/probes';
import { ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../detector-policy.ts';
import type { DetectorEnvironment } from '../environment.ts';
import { whileSenderWaits } from '../intake/while-sender-waits.ts';
import { DependencyBook } from './dependency-book.ts';
import { hearDiagnosis } from './hear-diagnosis.ts';
import { type Probing, probeAgain } from './probe-again.ts';

/** So much longer than its probe a dependency is one replica's: only who does not come back loses its turn. */
const LEASE_MARGIN_MS = 5_000;
/** The first probe is made soon, but not of all at once. */
const FIRST_WITHIN_MS = 2_000;
/** While replicas have different files, one of them ends what the other one wants. */
const SCHEDULE_AGAIN_MS = 60_000;

interface Wired {
  book: DependencyBook;
  timers: Timers<Probing>;
}

/** Probes what `dependencies` in prunella.yaml names, and knows how it is: wires the stages to NATS, the probes and the clock. */
@Injectable()
export class Dependencies implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ready: Promise<Wired>;
  private readonly probes;
  private scheduling: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: DetectorEnvironment,
    private readonly logger: PinoLogger,
    private readonly policy: DetectorPolicy,
    metrics: Metrics,
  ) {
    this.probes = metrics.counter('detector_probes_total', 'Probes of dependencies, by what came out.', [
      'dependency',
      'result',
    ]);
    this.ready = this.wire();
    // reported by onApplicationBootstrap
    this.ready.catch(() => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { timers } = await this.ready;
    await timers.start();
    await this.schedule();
    this.policy.onChange(() => void this.scheduleAnew());
    this.scheduling = setInterval(() => void this.scheduleAnew(), SCHEDULE_AGAIN_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.scheduling);
    // when the start itself failed there is nothing to stop
    const wired = await this.ready.catch(() => undefined);
    await wired?.timers.stop();
  }

  /** Whether a run should start now. Throws UnreachableError. */
  async preflight(intent: Intent): Promise<PreflightAnswer> {
    const { book } = await this.ready;
    const { dependencies } = this.policy.current;
    return await whileSenderWaits(this.bus, async () => {
      const needed = neededBy(dependencies, intent).map(({ dependency }) => dependency);
      const records = await Promise.all(needed.map(({ name }) => book.get(name)));
      const now = systemClock.now();
      const standing = (one: Dependency) => standingOf(records[needed.indexOf(one)], one, now);
      return preflight(needed, standing, intent);
    });
  }

  /** A failure was diagnosed: what it names may be to blame. */
  async hear(event: Received<'diagnosis.made'>): Promise<void> {
    const { book, timers } = await this.ready;
    await hearDiagnosis(event, {
      dependencies: this.policy.current.dependencies,
      book,
      clock: systemClock,
      probeNow: (name) => timers.set({ name, extra: true, dueAt: systemClock.now(), failures: 0 }),
      suspected: ({ name }) => this.logger.warn({ dependency: name }, 'a dependency is suspected'),
    });
  }

  private async wire(): Promise<Wired> {
    const { bus, environment, logger, policy } = this;
    await policy.ready;
    const book = new DependencyBook({
      bucket: await bus.bucket<DependencyRecord>('prunella_dependencies'),
      tell: async (telling) => {
        await bus.publish('dependency.changed', telling);
      },
    });
    const dependency = (name: string) => policy.current.dependencies.find((one) => one.name === name);
    const secrets = environment as unknown as NodeJS.ProcessEnv;
    const timers = new Timers<Probing>({
      bucket: await bus.bucket<Probing>('prunella_probes'),
      clock: systemClock,
      keyOf: ({ name, extra }) => (extra ? `${name}.extra` : name),
      leaseMs: ({ name }) => (dependency(name)?.timeout ?? 0) + LEASE_MARGIN_MS,
      fire: (probing) =>
        probeAgain(probing, {
          dependency,
          probe: (one) => probe(one, secrets, one.timeout),
          book,
          clock: systemClock,
          random: Math.random,
          probed: ({ name }, { kind }) => this.probes.inc({ dependency: name, result: kind }),
        }),
      log: {
        failed: (key, error, againAt) => logger.warn({ key, error, againAt }, 'probe failed, it will be tried again'),
      },
    });
    return { book, timers };
  }

  /** Sets what is not set yet; what waits keeps its time. */
  private async schedule(): Promise<void> {
    const { timers } = await this.ready;
    for (const { name, interval } of this.policy.current.dependencies) {
      const dueAt = systemClock.now() + Math.round(Math.random() * Math.min(interval, FIRST_WITHIN_MS));
      await timers.set({ name, dueAt, failures: 0 });
    }
  }

  private async scheduleAnew(): Promise<void> {
    try {
      await this.schedule();
    } catch (error) {
      this.logger.error({ err: error }, 'not all dependencies could be scheduled');
    }
  }
}
