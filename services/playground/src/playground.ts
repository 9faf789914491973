import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Bus } from '@prunella/bus';
import { messageOf, seededRandom, systemClock } from '@prunella/core';
import { ENVIRONMENT } from '@prunella/service-kit';
import type { PlaygroundEnvironment } from './environment.ts';
import { publicationOf, type Told } from './publication.ts';
import { scenarios } from './scenarios/index.ts';
import { Programme } from './simulation/programme.ts';
import { Simulation } from './simulation/simulation.ts';

const TICK_MS = 100;
/** While this much could not be told yet, nothing new begins: memory stays bounded without NATS. */
const MOST_UNTOLD = 50;

/** Lets the simulation live: time passes, scenarios begin, and what happens is published in order. */
@Injectable()
export class Playground implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly simulation: Simulation;
  private readonly programme: Programme | undefined;
  private readonly logger = new Logger('playground');
  private readonly untold: Told[] = [];
  private telling: Promise<void> | undefined;
  private ticker: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly host: HttpAdapterHost,
    @Inject(ENVIRONMENT) private readonly environment: PlaygroundEnvironment,
  ) {
    const { PLAYGROUND_SEED, PLAYGROUND_QUIET } = environment;
    const now = systemClock.now();
    const random = seededRandom(PLAYGROUND_SEED ?? now);
    // The time of the start makes the ids of each life its own, also with the same seed.
    this.simulation = new Simulation({ clock: systemClock, random, prefix: now.toString(36) });
    this.programme = PLAYGROUND_QUIET ? undefined : new Programme(scenarios, now, random);
  }

  onApplicationBootstrap(): void {
    this.ticker = setInterval(() => this.tick(), TICK_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.ticker);
    await this.telling;
  }

  private tick(): void {
    const address = this.address();
    if (address === undefined) return;
    if (this.untold.length < MOST_UNTOLD) {
      for (const scenario of this.programme?.due(systemClock.now()) ?? []) this.simulation.start(scenario);
    }
    this.untold.push(...this.simulation.advance().map((event) => publicationOf(event, address)));
    if (this.untold.length > 0) this.telling ??= this.tell();
  }

  /** Publishes what is waiting, in order. What can't be published stays for the next tick. */
  private async tell(): Promise<void> {
    try {
      for (let [next] = this.untold; next !== undefined; [next] = this.untold) {
        await this.publish(next);
        this.untold.shift();
      }
    } catch (error) {
      this.logger.warn({ reason: messageOf(error), waiting: this.untold.length }, 'could not publish, will try again');
    } finally {
      this.telling = undefined;
    }
  }

  private async publish(told: Told): Promise<void> {
    if (told.subject === 'pipeline.started') await this.bus.publish(told.subject, told);
    else await this.bus.publish(told.subject, told);
  }

  /** Where people find it, else where it listens; undefined: it does not yet. */
  private address(): string | undefined {
    const { PLAYGROUND_PUBLIC_URL } = this.environment;
    if (PLAYGROUND_PUBLIC_URL !== undefined) return PLAYGROUND_PUBLIC_URL.replace(/\/+$/, '');
    const address: unknown = this.host.httpAdapter.getHttpServer().address();
    if (typeof address !== 'object' || address === null) return undefined;
    const { address: ip, port } = address as { address: string; port: number };
    return `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
  }
}
