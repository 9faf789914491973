import type { Conclusion, Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import { type Tail, tailOf } from '@prunella/http';
import { z } from 'zod';
import type { GitLabClient } from './client.ts';
import { pipelineOf, projectOf } from './ids.ts';

/** A job as GitLab tells it: what we read of it. Each try has an id of its own. */
export const ApiJob = z.object({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  /** Its failure does not fail the pipeline. */
  allow_failure: z.boolean().default(false),
  /** Only of a failed job. */
  failure_reason: z.string().nullish(),
  web_url: z.string().nullish(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
});
export type ApiJob = z.infer<typeof ApiJob>;

/** Far more than a pipeline has: 4,000 jobs with all their tries. */
const MOST_PAGES = 40;

/**
 * All jobs of a pipeline with all their tries, the oldest first. Throws ProviderError; `refused` when there are more than can be read: a part of
 * them would tell a wrong attempt.
 */
export async function listJobs(client: GitLabClient, run: Run, signal: AbortSignal): Promise<ApiJob[]> {
  // by id: the newest come first, so that a job which begins meanwhile moves others to a page that is read later
  const jobs = new Map<number, ApiJob>();
  const list = { path: `${pipelineOf(run)}/jobs`, query: { include_retried: true } };
  let pages = 0;
  for await (const page of client.pages(ApiJob, 'list jobs', list, signal)) {
    for (const job of page) jobs.set(job.id, job);
    if (page.length > 0 && ++pages > MOST_PAGES) {
      throw new ProviderError('gitlab', 'refused', `pipeline ${run.runId} has more than ${jobs.size} jobs`);
    }
  }
  return [...jobs.values()].toSorted((a, b) => a.id - b.id);
}

/** How often the job was tried that was tried most often; 1 where there are no jobs. Pure. */
export function attemptOf(jobs: readonly Pick<ApiJob, 'name'>[]): number {
  return Math.max(1, ...[...triesOf(jobs).values()].map((tries) => tries.length));
}

/**
 * The jobs as they were in an attempt, counted from 1: the n-th try of each name; of a job that was not tried so often the last one, which still
 * counted. Empty: there was no such attempt. Pure.
 *
 * @param jobs the oldest first.
 */
export function jobsIn<J extends Pick<ApiJob, 'name'>>(jobs: readonly J[], attempt: number): J[] {
  if (attempt > attemptOf(jobs)) return [];
  return [...triesOf(jobs).values()].flatMap((tries) => tries[Math.min(attempt, tries.length) - 1] ?? []);
}

/**
 * Milliseconds from the first job's beginning to the last one's end in an attempt; undefined: GitLab tells no times. Only jobs that were tried in
 * that very attempt count. Pure.
 *
 * @param jobs the oldest first.
 */
export function lastedIn(
  jobs: readonly Pick<ApiJob, 'name' | 'started_at' | 'finished_at'>[],
  attempt: number,
): number | undefined {
  const tried = triedIn(jobs, attempt);
  const ms = Math.max(...timesOf(tried.map((job) => job.finished_at))) - startOf(tried);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** When the first job of those began that were tried in that very attempt, in ms since the epoch; undefined: none did. Pure. */
export function beganAt(jobs: readonly Pick<ApiJob, 'name' | 'started_at'>[], attempt: number): number | undefined {
  const at = startOf(triedIn(jobs, attempt));
  return Number.isFinite(at) ? at : undefined;
}

function triedIn<J extends Pick<ApiJob, 'name'>>(jobs: readonly J[], attempt: number): J[] {
  return [...triesOf(jobs).values()].flatMap((tries) => tries[attempt - 1] ?? []);
}

function startOf(jobs: readonly Pick<ApiJob, 'started_at'>[]): number {
  return Math.min(...timesOf(jobs.map((job) => job.started_at)));
}

function timesOf(times: readonly (string | null | undefined)[]): number[] {
  return times.flatMap((time) => (time ? [Date.parse(time)] : []));
}

/** The last try of each. Pure. @param jobs the oldest first. */
export function lastTries<J extends Pick<ApiJob, 'name'>>(jobs: readonly J[]): J[] {
  return jobsIn(jobs, attemptOf(jobs));
}

function triesOf<J extends Pick<ApiJob, 'name'>>(jobs: readonly J[]): Map<string, J[]> {
  return Map.groupBy(jobs, ({ name }) => name);
}

const TIMED_OUT: readonly string[] = ['job_execution_timeout', 'stuck_or_timeout_failure'];

/** How a job ended; `neutral`: it did not, or it may fail. Pure. */
export function conclusionOfJob({
  status,
  allow_failure,
  failure_reason,
}: Pick<ApiJob, 'status' | 'allow_failure' | 'failure_reason'>): Conclusion {
  switch (status) {
    case 'success':
    case 'skipped':
      return status;
    case 'canceled':
      return 'cancelled';
    case 'failed':
      if (allow_failure) return 'neutral';
      return TIMED_OUT.includes(failure_reason ?? '') ? 'timed_out' : 'failure';
    default:
      return 'neutral';
  }
}

/** The end of a job's log. Throws ProviderError. */
export async function readTrace(
  client: GitLabClient,
  run: Run,
  jobId: number,
  { maxBytesPerLog, signal }: { maxBytesPerLog: number; signal: AbortSignal },
): Promise<Tail> {
  return await tailOf(
    await client.stream('read job log', `${projectOf(run)}/jobs/${jobId}/trace`, signal),
    maxBytesPerLog,
  );
}
