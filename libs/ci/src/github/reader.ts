import type { Run } from '@prunella/contracts';
import { type CiReader, type JobLog, ProviderError, type RunState } from '@prunella/core';
import { cutOf, tailOf } from '@prunella/http';
import { conclusionOf, isFailed, tellingJobs } from '../conclusion.ts';
import type { GitHubClient } from './client.ts';
import { githubError } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';

/** Reads GitHub Actions. Needs `actions: read`, and `contents: read` to see whether a branch moved on. */
export function githubReader(client: GitHubClient): CiReader {
  return {
    platform: 'github',
    state: (run, signal) => state(client, run, signal),
    failedJobs: (run, options) => failedJobs(client, run, options),
  };
}

async function state(client: GitHubClient, run: Run, signal: AbortSignal): Promise<RunState | undefined> {
  const target = { ...repositoryOf(run), run_id: runIdOf(run) };
  const found = await unlessMissing('get workflow run', () =>
    client.rest.actions.getWorkflowRun({ ...target, request: { signal } }),
  );
  if (found === undefined) return undefined;
  const { data } = found;
  const branchHeadSha = await branchHead(client, data.head_repository?.full_name, data.head_branch, signal);
  return {
    status: data.status === 'completed' ? 'completed' : data.status === 'in_progress' ? 'in_progress' : 'queued',
    ...(data.status === 'completed' && { conclusion: conclusionOf(data.conclusion) }),
    attempt: data.run_attempt ?? 1,
    headSha: data.head_sha,
    ...(branchHeadSha !== undefined && { branchHeadSha }),
  };
}

/** undefined: no such branch (deleted, a tag), or no right to look. */
async function branchHead(
  client: GitHubClient,
  repository: string | undefined,
  branch: string | null | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [owner, repo] = repository?.split('/') ?? [];
  if (!owner || !repo || !branch) return undefined;
  try {
    const found = await unlessMissing('get branch', () =>
      client.rest.repos.getBranch({ owner, repo, branch, request: { signal } }),
    );
    return found?.data.commit.sha;
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'forbidden') return undefined;
    throw error;
  }
}

async function failedJobs(
  client: GitHubClient,
  run: Run,
  options: Parameters<CiReader['failedJobs']>[1],
): Promise<JobLog[]> {
  const jobs = await listJobs(client, run, options.signal);
  const logs: JobLog[] = [];
  for (const job of tellingJobs(jobs).slice(0, options.maxJobs)) logs.push(await jobLog(client, run, job, options));
  return logs;
}

type ApiJob = Awaited<
  ReturnType<GitHubClient['rest']['actions']['listJobsForWorkflowRunAttempt']>
>['data']['jobs'][number];

const PER_PAGE = 100;
/** GitHub allows 256 jobs in a matrix; this is room for several. */
const MOST_PAGES = 10;

async function listJobs(client: GitHubClient, run: Run, signal: AbortSignal): Promise<ApiJob[]> {
  const target = { ...repositoryOf(run), run_id: runIdOf(run), attempt_number: run.attempt, per_page: PER_PAGE };
  const jobs: ApiJob[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data } = await provided('list jobs', () =>
      client.rest.actions.listJobsForWorkflowRunAttempt({ ...target, page, request: { signal } }),
    );
    jobs.push(...data.jobs);
    if (data.jobs.length < PER_PAGE) break;
  }
  return jobs;
}

/** Only a rate limit is an error here: then the log can be read later. */
async function jobLog(
  client: GitHubClient,
  run: Run,
  job: ApiJob,
  options: Parameters<CiReader['failedJobs']>[1],
): Promise<JobLog> {
  const failedStep = job.steps?.find(isFailed)?.name;
  const base = {
    id: String(job.id),
    name: job.name,
    conclusion: conclusionOf(job.conclusion),
    ...(failedStep !== undefined && { failedStep }),
    ...(job.html_url && { url: job.html_url }),
  };
  try {
    // the log is behind a redirect to a storage host; fetch leaves the token out on the way there
    const tail = await provided('download job log', async () => {
      const { data } = await client.rest.actions.downloadJobLogsForWorkflowRun({
        ...repositoryOf(run),
        job_id: job.id,
        request: { signal: options.signal, parseSuccessResponseBody: false },
      });
      return await tailOf(data as unknown as AsyncIterable<Uint8Array>, options.maxBytesPerLog);
    });
    const gap = cutOf(tail);
    return { ...base, log: tail.text, firstLine: tail.firstLine, ...(gap !== undefined && { gap }) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.problem === 'rate-limited') throw error;
    return { ...base, firstLine: 1, gap: gapOf(error) };
  }
}

function gapOf(error: ProviderError): string {
  switch (error.problem) {
    case 'not-found':
      return 'the log is not there (any more): it expired, was deleted, or was never written';
    case 'forbidden':
    case 'unauthenticated':
      return 'the token may not read the log; it needs the permission "actions: read"';
    default:
      return `the log could not be read: ${error.detail}`;
  }
}

async function provided<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw githubError(error, what, Date.now());
  }
}

async function unlessMissing<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await provided(what, call);
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'not-found') return undefined;
    throw error;
  }
}
