import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BacktestReport } from '@prunella/backtest';
import { type Clock, messageOf } from '@prunella/core';
import type { Plan, Word } from './plan.ts';

const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
/** The report of a big company's year fits; a mistake of ours does not take the service down. */
const MOST_MEMORY_MIB = 768;
const MOST_KEPT = 10;
const LONGEST_MS = 30 * 60_000;

/** A backtest that was asked for. Times in ms since the epoch. */
export interface Job {
  id: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  plan: Omit<Plan, 'databaseUrl'>;
  startedAt: number;
  /** Absent: it runs. */
  endedAt?: number;
  events: number;
  /** 0..1 */
  share: number;
  report?: BacktestReport;
  problem?: string;
}

/** Runs backtests, one at a time. The last ten are kept, in this process and until it ends. */
export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private running: { job: Job; worker: Worker; timer: NodeJS.Timeout } | undefined;

  constructor(
    private readonly databaseUrl: string,
    private readonly clock: Clock,
  ) {}

  /** Those that are known, the newest first. */
  get all(): Job[] {
    return [...this.jobs.values()].reverse();
  }

  find(id: string): Job | undefined {
    return this.jobs.get(id);
  }

  /** Starts one. @returns the one that runs already, where there is one. */
  start(plan: Job['plan']): { started: Job } | { running: Job } {
    if (this.running !== undefined) return { running: this.running.job };
    const job: Job = { id: randomUUID(), state: 'running', plan, startedAt: this.clock.now(), events: 0, share: 0 };
    this.jobs.set(job.id, job);
    const [oldest] = this.jobs.keys();
    if (this.jobs.size > MOST_KEPT && oldest !== undefined) this.jobs.delete(oldest);
    const worker = new Worker(WORKER, {
      workerData: { databaseUrl: this.databaseUrl, ...plan } satisfies Plan,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MIB },
    });
    const timer = setTimeout(() => void this.end(job, { problem: 'it took longer than 30m' }), LONGEST_MS);
    this.running = { job, worker, timer };
    worker.on('message', (word: Word) => this.hear(job, word));
    worker.on('error', (error) => void this.end(job, { problem: messageOf(error) }));
    worker.on('exit', () => void this.end(job, { problem: 'its thread ended without a word' }));
    return { started: job };
  }

  /** Stops it where it runs. The same again changes nothing. */
  async cancel(id: string): Promise<void> {
    const { running } = this;
    if (running?.job.id === id) await this.end(running.job, 'cancelled');
  }

  async stop(): Promise<void> {
    if (this.running !== undefined) await this.cancel(this.running.job.id);
  }

  private hear(job: Job, word: Word): void {
    if (job.state !== 'running') return;
    if (word.kind === 'progress') Object.assign(job, { events: word.events, share: word.share });
    else if (word.kind === 'done') void this.end(job, { report: word.report });
    else void this.end(job, { problem: word.problem });
  }

  /** The first end counts. */
  private async end(job: Job, how: 'cancelled' | { report: BacktestReport } | { problem: string }): Promise<void> {
    const { running } = this;
    if (job.state !== 'running' || running?.job !== job) return;
    this.running = undefined;
    clearTimeout(running.timer);
    job.endedAt = this.clock.now();
    if (how === 'cancelled') job.state = 'cancelled';
    else if ('report' in how) Object.assign(job, { state: 'done', share: 1, ...how });
    else Object.assign(job, { state: 'failed', ...how });
    await running.worker.terminate();
  }
}
