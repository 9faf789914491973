import type { Run } from '@prunella/contracts';
import { type CiReader, type JobLog, ProviderError, type RunState } from '@prunella/core';
import { cutOf } from '@prunella/http';
import { conclusionOf, isFailed, tellingJobs } from '../conclusion.ts';
import { annotations } from './annotations.ts';
import { testReports } from './artifacts.ts';
import { changedFiles } from './changes.ts';
import type { GitHubClient } from './client.ts';
import { unlessMissing } from './errors.ts';
import { greenLogs } from './green.ts';
import { repositoryOf, runIdOf } from './ids.ts';
import { type ApiJob, downloadLog, listJobs } from './jobs.ts';

/** Reads GitHub Actions. Needs `actions: read`, and `contents: read` to see whether a branch moved on. */
export function githubReader(client: GitHubClient): CiReader {
  return {
    platform: 'github',
    state: (run, signal) => state(client, run, signal),
    failedJobs: (run, options) => failedJobs(client, run, options),
    greenLogs: (run, jobs, options) => greenLogs(client, run, jobs, options),
    changedFiles: (run, signal) => changedFiles(client, run, signal),
    testReports: (run, options) => testReports(client, run, options),
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
    ...(data.status === 'completed' && lasted(data.run_started_at, data.updated_at)),
    headSha: data.head_sha,
    ...(branchHeadSha !== undefined && { branchHeadSha }),
  };
}

function lasted(from: string | undefined, to: string): { lastedMs?: number } {
  const ms = Date.parse(to) - Date.parse(from ?? '');
  return ms >= 0 ? { lastedMs: ms } : {};
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
    const tail = await downloadLog(client, run, job.id, options);
    const gap = cutOf(tail);
    return { ...base, log: tail.text, firstLine: tail.firstLine, ...(gap !== undefined && { gap }) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.problem === 'rate-limited') throw error;
    const said = await annotations(client, run, job.id, options.signal);
    return { ...base, ...(said !== '' && { failureReason: said }), firstLine: 1, gap: gapOf(error) };
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
