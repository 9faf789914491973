import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BacktestReport } from '@prunella/backtest';
import { type Clock, messageOf } from '@prunella/core';
import {
  cancelBacktest,
  type FoundBacktest,
  findBacktest,
  forgetBacktests,
  keepBacktest,
  listBacktests,
  type Store,
} from '@prunella/store';
import type { Plan, Word } from './plan.ts';

const WORKER = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
/** The report of a big company's year fits; a mistake of ours does not take the service down. */
const MOST_MEMORY_MIB = 768;
const MOST_KEPT = 30;
const LONGEST_MS = 30 * 60_000;
/** So often others are told how far it is, and it is seen whether they stopped it. */
const TOLD_EVERY_MS = 1_000;
const WRITTEN_AGAIN_MS = 5_000;
const LOST = 'the auditor that ran it ended before it was done';

/** What was asked for, as it is shown and kept. */
export interface Wish {
  /** YAML. */
  policy: string;
  /** YAML; null: it is compared with nothing. */
  against: string | null;
  /** Whether that is what was in force. */
  isCurrent: boolean;
  /** In ms since the epoch. */
  from: number;
  to: number;
  judgeWithinMs: number;
}

/** A backtest that was asked for. */
export interface Job extends Omit<FoundBacktest, 'plan' | 'report' | 'state'> {
  state: 'running' | 'done' | 'failed' | 'cancelled';
  plan: Wish;
  report: BacktestReport | null;
}

interface Running {
  job: Job;
  worker: Worker;
  timers: NodeJS.Timeout[];
  /** What is being written down. */
  writing: Promise<void>;
}

/** Runs backtests, one at a time in this process. The last thirty of all replicas are kept in the store. */
export class Jobs {
  private running: Running | undefined;
  /** Ended here, and not yet written down: the store was away. */
  private unwritten: Job | undefined;
  private stopped = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    /** Hears why something could not be written down. */
    private readonly warn: (problem: string) => void,
  ) {}

  /** Those that are known to any replica, the newest first, without their reports. */
  async list(): Promise<Job[]> {
    const found = await this.store.read((manager) => listBacktests(manager, MOST_KEPT));
    return found.map((row) => ({ ...(this.here(row.id) ?? jobOf(row)), report: null }));
  }

  async find(id: string): Promise<Job | undefined> {
    const here = this.here(id);
    if (here !== undefined) return here;
    const found = await this.store.read((manager) => findBacktest(manager, id));
    return found && jobOf(found);
  }

  /**
   * Starts one.
   *
   * @returns the one that runs here already, where there is one.
   * @throws UnreachableError when the store is away.
   */
  async start(wish: Wish, plan: Omit<Plan, 'databaseUrl'>): Promise<{ started: Job } | { running: Job }> {
    if (this.running !== undefined) return { running: this.running.job };
    const job: Job = {
      ...{ id: randomUUID(), state: 'running', plan: wish, events: 0, share: 0, problem: null, report: null },
      ...{ startedAt: new Date(this.clock.now()), endedAt: null, isLost: false, totals: null, againstTotals: null },
    };
    const worker = new Worker(WORKER, {
      workerData: { databaseUrl: this.store.url, ...plan } satisfies Plan,
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MIB },
    });
    const timers = [
      setTimeout(() => void this.end(job, { problem: 'it took longer than 30m' }), LONGEST_MS),
      setInterval(() => void this.write(job), TOLD_EVERY_MS),
    ];
    this.running = { job, worker, timers, writing: Promise.resolve() };
    worker.on('message', (word: Word) => this.hear(job, word));
    worker.on('error', (error) => void this.end(job, { problem: messageOf(error) }));
    worker.on('exit', () => void this.end(job, { problem: 'its thread ended without a word' }));
    try {
      await this.store.read(async (manager) => {
        await keepBacktest(manager, job);
        await forgetBacktests(manager, MOST_KEPT);
      });
    } catch (error) {
      await this.end(job, 'cancelled');
      this.unwritten = undefined;
      throw error;
    }
    return { started: job };
  }

  /** Stops it wherever it runs. The same again changes nothing. */
  async cancel(id: string): Promise<void> {
    const { running } = this;
    if (running?.job.id === id) await this.end(running.job, 'cancelled');
    else await this.store.read((manager) => cancelBacktest(manager, id, new Date(this.clock.now())));
  }

  /** Whether the service ends: those who follow one elsewhere are to let go. */
  get isStopped(): boolean {
    return this.stopped;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.running !== undefined) await this.cancel(this.running.job.id);
    this.unwritten = undefined;
  }

  private here(id: string): Job | undefined {
    return [this.running?.job, this.unwritten].find((job) => job?.id === id);
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
    for (const timer of running.timers) clearTimeout(timer);
    job.endedAt = new Date(this.clock.now());
    if (how === 'cancelled') job.state = 'cancelled';
    else if ('report' in how) Object.assign(job, { state: 'done', share: 1, ...how, ...sumsOf(how.report) });
    else Object.assign(job, { state: 'failed', ...how });
    this.unwritten = job;
    await running.worker.terminate();
    // The store must not hear of the end before it heard of the middle.
    await running.writing;
    await this.write(job);
  }

  private async writeAgain(job: Job): Promise<void> {
    if (this.unwritten === job) await this.write(job);
  }

  /** Tells the store how far it is; what it could not be told is known here until it can. */
  private async write(job: Job): Promise<void> {
    const writing = this.store
      .read((manager) => keepBacktest(manager, job))
      .then(
        async (runs) => {
          if (job.state !== 'running') this.unwritten = undefined;
          // Not waited for: the end waits for this.
          else if (!runs) void this.end(job, 'cancelled');
        },
        (error: unknown) => {
          this.warn(messageOf(error));
          if (this.unwritten === job) setTimeout(() => void this.writeAgain(job), WRITTEN_AGAIN_MS).unref();
        },
      );
    if (this.running?.job === job) this.running.writing = writing;
    await writing;
  }
}

function jobOf({ isLost, ...row }: FoundBacktest): Job {
  return { ...(row as Job), isLost, ...(isLost && { state: 'failed', problem: LOST }) };
}

function sumsOf({ policy, against, history }: BacktestReport): Pick<Job, 'events' | 'totals' | 'againstTotals'> {
  return { events: history.events, totals: policy.totals, againstTotals: against?.totals ?? null };
}
