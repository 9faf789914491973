import type { Run } from '@prunella/contracts';
import { type CiReader, type JobLog, ProviderError, platformAttempt, type RunState } from '@prunella/core';
import { cutOf } from '@prunella/http';
import { z } from 'zod';
import { tellingJobs } from '../conclusion.ts';
import { unlessMissing } from '../unless-missing.ts';
import { changedFiles } from './changes.ts';
import type { GitLabClient } from './client.ts';
import { gitlabDetails } from './details.ts';
import { finishedSince } from './finished.ts';
import { greenLogs } from './green.ts';
import { mergeRequestOf, pipelineOf, projectOf } from './ids.ts';
import { type ApiJob, attemptOf, conclusionOfJob, jobsIn, lastedIn, listJobs, readTrace } from './jobs.ts';
import { ApiPipeline, endOf } from './pipeline.ts';
import { rerunOf } from './rerun-of.ts';
import { testReports } from './tests.ts';

type Limits = Parameters<CiReader['failedJobs']>[1];

/**
 * Reads GitLab CI. Needs a token with `read_api`.
 *
 * A retry keeps the pipeline's number, and GitLab counts no attempts. So the attempt of a pipeline is the number of tries of the job that was tried
 * most often, and job n of that name belongs to attempt n. A person who retries jobs one after the other does not begin an attempt with each of
 * them; a job with `retry:` in the configuration begins several. Neither leads to a rerun too many: an attempt that is not the expected one is
 * never rerun.
 */
export function gitlabReader(client: GitLabClient): CiReader {
  return {
    platform: 'gitlab',
    state: (run, signal) => state(client, run, signal),
    details: (run, newestJob, signal) => gitlabDetails(client, run, newestJob, signal),
    failedJobs: (run, options) => failedJobs(client, run, options),
    greenLogs: (run, jobs, options) => greenLogs(client, run, jobs, options),
    testReports: (run, options) => testReports(client, run, options),
    changedFiles: (run, signal) => changedFiles(client, run, signal),
    finishedSince: (place, since, options) => finishedSince(client, place, since, options),
  };
}

async function state(client: GitLabClient, run: Run, signal: AbortSignal): Promise<RunState | undefined> {
  const pipeline = await unlessMissing(client.get(ApiPipeline, 'get pipeline', pipelineOf(run), signal));
  if (pipeline === undefined) return undefined;
  const jobs = await listJobs(client, run, signal);
  const end = endOf(pipeline, jobs.length);
  const branchHeadSha = await branchHead(client, run, pipeline, signal);
  const rerunAs = end.conclusion === 'startup_failure' ? await rerunOf(client, run, pipeline, signal) : undefined;
  const attempt = attemptOf(jobs);
  const lastedMs = end.status === 'completed' ? lastedIn(jobs, attempt) : undefined;
  return {
    ...end,
    attempt,
    ...(lastedMs !== undefined && { lastedMs }),
    headSha: pipeline.sha,
    ...(branchHeadSha !== undefined && { branchHeadSha }),
    ...(rerunAs !== undefined && { rerunAs }),
  };
}

const ApiBranch = z.object({ commit: z.object({ id: z.string() }) });
const ApiMergeRequest = z.object({ sha: z.string().nullish() });

/**
 * undefined: no such branch (deleted, a tag), or no right to look. A merge request's pipeline on its own branch (`head`) is compared with that branch;
 * one on the merged result runs on a commit that is on no branch, so nothing can be told.
 */
async function branchHead(
  client: GitLabClient,
  run: Run,
  { ref, tag }: ApiPipeline,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (tag || ref === '') return undefined;
  const merge = mergeRequestOf(ref);
  if (merge !== undefined && merge.on !== 'head') return undefined;
  try {
    if (merge !== undefined) {
      const path = `${projectOf(run)}/merge_requests/${merge.iid}`;
      const found = await unlessMissing(client.get(ApiMergeRequest, 'get merge request', path, signal));
      return found?.sha ?? undefined;
    }
    const path = `${projectOf(run)}/repository/branches/${encodeURIComponent(ref)}`;
    const found = await unlessMissing(client.get(ApiBranch, 'get branch', path, signal));
    return found?.commit.id;
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'forbidden') return undefined;
    throw error;
  }
}

async function failedJobs(client: GitLabClient, run: Run, options: Limits): Promise<JobLog[]> {
  const jobs = jobsIn(await listJobs(client, run, options.signal), platformAttempt(run)).map((job) => ({
    ...job,
    conclusion: conclusionOfJob(job),
  }));
  const logs: JobLog[] = [];
  for (const job of tellingJobs(jobs).slice(0, options.maxJobs)) logs.push(await jobLog(client, run, job, options));
  return logs;
}

/** Only a rate limit is an error here: then the log can be read later. */
async function jobLog(
  client: GitLabClient,
  run: Run,
  job: ApiJob & Pick<JobLog, 'conclusion'>,
  options: Limits,
): Promise<JobLog> {
  const base = {
    id: String(job.id),
    name: job.name,
    conclusion: job.conclusion,
    ...(job.failure_reason && { failureReason: job.failure_reason }),
    ...(job.web_url && { url: job.web_url }),
  };
  try {
    const tail = await readTrace(client, run, job.id, options);
    if (tail.totalBytes === 0) return { ...base, firstLine: 1, gap: `the log is empty${because(job)}` };
    const gap = cutOf(tail);
    return { ...base, log: tail.text, firstLine: tail.firstLine, ...(gap !== undefined && { gap }) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.problem === 'rate-limited') throw error;
    return { ...base, firstLine: 1, gap: gapOf(error, job) };
  }
}

function gapOf(error: ProviderError, job: ApiJob): string {
  switch (error.problem) {
    case 'not-found':
      return `the log is not there (any more): it expired, was erased, or was never written${because(job)}`;
    case 'forbidden':
    case 'unauthenticated':
      return 'the token may not read the log; it needs the scope "read_api" and the right to see job logs';
    default:
      return `the log could not be read: ${error.detail}`;
  }
}

/** Without a log, what GitLab says about the failure is all there is. */
function because({ failure_reason }: ApiJob): string {
  return failure_reason ? `; GitLab says: ${failure_reason}` : '';
}
