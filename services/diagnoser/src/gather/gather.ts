import { Postponed, type Received } from '@prunella/bus';
import type { PipelineFailed } from '@prunella/contracts';
import { type CiReader, type Clock, type JobLog, messageOf, ProviderError, runOf, withSignal } from '@prunella/core';
import type { EarlierLogs } from '../green/earlier-logs.ts';
import { GRACE_MS } from './grace.ts';

/** What can be known about a failure beyond its event. */
export interface Gathered {
  /** The failed jobs, each with the end of its log; empty: the error in the event is all there is. */
  jobs: JobLog[];
  /** Logs of earlier successful runs by the job's name, the newest first. */
  green: ReadonlyMap<string, readonly string[]>;
  /** Measured around the failure, by name; absent: what the event says is all there is. */
  metrics?: Readonly<Record<string, number>>;
  /** What could not be read, and why, for people. */
  gaps: string[];
}

export interface GatherDeps {
  /** The reader of a platform; undefined: nobody reads that one. */
  readerOf(platform: string): CiReader | undefined;
  /** What these jobs wrote when they passed, within so many milliseconds. Never throws. */
  earlierLogs(
    failure: PipelineFailed,
    jobs: readonly JobLog[],
    reader: CiReader,
    longestMs: number,
  ): Promise<EarlierLogs>;
  clock: Clock;
}

/** Together with the bus' concurrency this bounds the memory: 8 failures at a time, 20 jobs each, 2 MiB each. */
const LIMITS = { maxJobs: 20, maxBytesPerLog: 2 * 1024 ** 2 };
const LONGEST_MS = 30_000;
/** Of that, what the logs of earlier runs may take. */
const LONGEST_GREEN_MS = 10_000;

/** A failure younger than this waits until the platform lets us read; an older one is diagnosed with what there is. */
const WORTH_WAITING_MS = 10 * 60_000;
const USUAL_WAIT_MS = 30_000;

/**
 * Reads the failed jobs of a run. What can't be read is a gap, never an error.
 *
 * @throws Postponed when the platform's rate limit is spent and the failure is young.
 */
export async function gather(event: Received<'pipeline.failed'>, d: GatherDeps): Promise<Gathered> {
  const { platform, runId } = event.data;
  if (platform === 'generic') return { jobs: [], green: new Map(), gaps: [] };
  const reader = d.readerOf(platform);
  if (reader === undefined)
    return nothing(`nobody reads the platform ${platform}: the error in the event is all there is`);
  if (runId === '') return nothing(`the event names no run of ${platform}: the error in it is all there is`);
  const deadline = d.clock.now() + LONGEST_MS;
  try {
    const jobs = await read(reader, event.data);
    const leftMs = Math.min(deadline - d.clock.now(), LONGEST_GREEN_MS);
    const earlier = await d.earlierLogs(event.data, jobs, reader, leftMs);
    return { jobs, green: earlier.texts, gaps: [...gapsOf(jobs), ...earlier.gaps] };
  } catch (error) {
    const waitMs = worthWaiting(error, event, d.clock);
    if (waitMs !== undefined)
      throw new Postponed(waitMs, `logs can't be read yet: ${messageOf(error)}`, { cause: error });
    return nothing(`the jobs could not be read: ${messageOf(error)}`);
  }
}

function gapsOf(jobs: readonly JobLog[]): string[] {
  return jobs.flatMap(({ name, gap }) => (gap === undefined ? [] : [`${name}: ${gap}`]));
}

async function read(reader: CiReader, failure: PipelineFailed): Promise<JobLog[]> {
  return await withSignal({ longestMs: LONGEST_MS, graceMs: GRACE_MS }, (signal) =>
    reader.failedJobs(runOf(failure), { ...LIMITS, signal }),
  );
}

/** How long to wait before the next try; undefined: not at all. */
function worthWaiting(error: unknown, event: Received<'pipeline.failed'>, clock: Clock): number | undefined {
  if (!(error instanceof ProviderError) || error.problem !== 'rate-limited') return undefined;
  const leftMs = Date.parse(event.time) + WORTH_WAITING_MS - clock.now();
  if (!(leftMs > 0)) return undefined;
  return Math.min(error.options.retryAfterMs ?? USUAL_WAIT_MS, leftMs);
}

function nothing(gap: string): Gathered {
  return { jobs: [], green: new Map(), gaps: [gap] };
}
