import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceProcess, startServiceProcess } from '@prunella/testing';
import type { Death, FailedStart, ProcessEnd } from '../ledger/ledger.ts';
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
  readonly failedStarts: FailedStart[] = [];
  private holds = 0;
  /** Since its last start it was killed by a fault. */
  private wasKilled = false;
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

  /** SIGKILL, and the way to have it started again. @param hit called when it ran. */
  async hold(hit: () => void = () => undefined): Promise<() => void> {
    this.holds += 1;
    if (this.pid !== 0) {
      this.wasKilled = true;
      hit();
    }
    await this.process.kill();
    return () => {
      this.holds -= 1;
    };
  }

  /** SIGSTOP, and the way to let it go on. @param hit called when it ran. */
  pause(hit: () => void = () => undefined): () => void {
    const { pid } = this;
    if (pid === 0) return () => undefined;
    hit();
    signal(pid, 'SIGSTOP');
    return () => signal(pid, 'SIGCONT');
  }

  /** SIGTERM, and SIGKILL after `graceMs`. */
  async stop(graceMs: number): Promise<ProcessEnd> {
    this.isStopping = true;
    await this.loop;
    const { pid, name: process } = this;
    if (pid === 0) return { process, afterMs: 0, how: `it did not run: ${this.lastEnd}` };
    const askedAt = this.options.now();
    const late = setTimeout(() => signal(pid, 'SIGKILL'), graceMs);
    await this.process.stop();
    clearTimeout(late);
    return { process, afterMs: this.options.now() - askedAt, how: this.lastEnd };
  }

  private get lastEnd(): string {
    const { ended } = this.process;
    return ended?.signal ?? `code ${ended?.code}`;
  }

  private async watch(): Promise<void> {
    while (!this.isStopping) {
      await sleep(LOOK_EVERY_MS);
      const { ended } = this.process;
      if (ended === undefined || this.isStopping) continue;
      // A SIGKILL that we did not send is the kernel's, when there was no memory left.
      if (ended.signal !== 'SIGKILL' || !this.wasKilled) {
        const last = this.process.output.trim().split('\n').at(-1) ?? '';
        const how = `${this.lastEnd}: ${last.slice(0, 500)}`;
        this.deaths.push({ process: this.name, at: this.options.now(), how });
      }
      await this.startAgain();
    }
  }

  private async startAgain(): Promise<void> {
    while (!this.isStopping) {
      await sleep(START_AGAIN_MS);
      if (this.holds > 0) continue;
      const from = this.options.now();
      this.wasKilled = false;
      try {
        await this.process.start();
        return;
      } catch (error) {
        const { wasKilled } = this;
        const says = String(error).slice(-500);
        this.failedStarts.push({ process: this.name, from, at: this.options.now(), says, wasKilled });
      }
    }
  }
}
