import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceProcess, startServiceProcess } from '@prunella/testing';
import type { Death } from '../ledger/ledger.ts';
import { signal } from './held-server.ts';

/** Between two starts, in ms: as a supervisor that is not patient. */
const START_AGAIN_MS = 500;
const LOOK_EVERY_MS = 100;

export interface SupervisedOptions {
  /** Its name among the processes, e.g. `remediator-2`. */
  name: string;
  service: string;
  environment: Record<string, string>;
  /** Milliseconds since the run began. */
  now(): number;
}

/**
 * One of the services under a supervisor that starts it again whenever it is not there, as Kubernetes or systemd would. What ends by itself once it was ready is a death; a start
 * that fails because NATS or Postgres is away is not.
 */
export class Supervised {
  readonly deaths: Death[] = [];
  /** Milliseconds of its starts that failed, and what was said. */
  readonly failedStarts: { at: number; says: string }[] = [];
  private holds = 0;
  private isStopping = false;
  private readonly loop: Promise<void>;
  private readonly process: ServiceProcess;
  readonly options: SupervisedOptions;

  private constructor(process: ServiceProcess, options: SupervisedOptions) {
    this.process = process;
    this.options = options;
    this.loop = this.watch();
  }

  static async start(options: SupervisedOptions): Promise<Supervised> {
    return new Supervised(await startServiceProcess(options.service, options.environment), options);
  }

  get name(): string {
    return this.options.name;
  }

  get url(): string {
    return this.process.url;
  }

  /** 0: it does not run. */
  get pid(): number {
    return this.process.ended === undefined ? this.process.pid : 0;
  }

  get output(): string {
    return this.process.output;
  }

  /** SIGKILL, and the way to have it started again. */
  async hold(): Promise<() => void> {
    this.holds += 1;
    await this.process.kill();
    return () => {
      this.holds -= 1;
    };
  }

  /** SIGSTOP, and the way to let it go on. */
  pause(): () => void {
    const { pid } = this;
    if (pid === 0) return () => undefined;
    signal(pid, 'SIGSTOP');
    return () => signal(pid, 'SIGCONT');
  }

  /** SIGTERM, and SIGKILL after a while. @returns whether it ended by itself in that time. */
  async stop(graceMs: number): Promise<boolean> {
    this.isStopping = true;
    await this.loop;
    const { pid } = this;
    const ended = await Promise.race([this.process.stop().then(() => true), sleep(graceMs, false, { ref: false })]);
    if (!ended && pid !== 0) signal(pid, 'SIGKILL');
    return ended;
  }

  private async watch(): Promise<void> {
    while (!this.isStopping) {
      await sleep(LOOK_EVERY_MS);
      const { ended } = this.process;
      if (ended === undefined || this.isStopping) continue;
      const at = this.options.now();
      if (ended.signal !== 'SIGKILL') {
        const last = this.process.output.trim().split('\n').at(-1) ?? '';
        this.deaths.push({
          process: this.name,
          at,
          how: `${ended.signal ?? `code ${ended.code}`}: ${last.slice(0, 500)}`,
        });
      }
      await this.startAgain();
    }
  }

  private async startAgain(): Promise<void> {
    while (!this.isStopping) {
      await sleep(START_AGAIN_MS);
      if (this.holds > 0) continue;
      try {
        await this.process.start();
        return;
      } catch (error) {
        this.failedStarts.push({ at: this.options.now(), says: String(error).slice(-500) });
      }
    }
  }
}
