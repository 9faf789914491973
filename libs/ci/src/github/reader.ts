import type { Run } from '@prunella/contracts';
import { type CiReader, type JobLog, messageOf, ProviderError, type RunState } from '@prunella/core';
import { cutOf } from '@prunella/http';
import { conclusionOf, isFailed, tellingJobs } from '../conclusion.ts';
import { type Annotations, annotations, NO_ANNOTATIONS } from './annotations.ts';
import { testReports } from './artifacts.ts';
import { changedFiles } from './changes.ts';
import type { GitHubClient } from './client.ts';
import { unlessMissing } from './errors.ts';
import { ended, finishedSince } from './finished.ts';
import { greenLogs } from './green.ts';
import { repositoryOf, runIdOf } from './ids.ts';
import { type ApiJob, downloadLog, listJobs } from './jobs.ts';

/** Reads GitHub Actions. Needs `actions: read`, `checks: read` for annotations, and `contents: read` to see whether a branch moved on. */
export function githubReader(client: GitHubClient): CiReader {
  return {
    platform: 'github',
    state: (run, signal) => state(client, run, signal),
    failedJobs: (run, options) => failedJobs(client, run, options),
    greenLogs: (run, jobs, options) => greenLogs(client, run, jobs, options),
    changedFiles: (run, signal) => changedFiles(client, run, signal),
    finishedSince: (place, since, options) => finishedSince(client, place, since, options),
    ended: (run, signal) => ended(client, run, signal),
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
  let forbidden = false;
  for (const job of tellingJobs(jobs).slice(0, options.maxJobs)) {
    // Where the token may not read the annotations of one job, it is said once.
    const said = forbidden ? Promise.resolve(NO_ANNOTATIONS) : annotations(client, run, job.id, options.signal);
    const read = await jobLog(client, run, job, said, options);
    forbidden ||= read.forbidden;
    logs.push(read.job);
  }
  return logs;
}

/** Only a rate limit is an error here: then the log can be read later. */
async function jobLog(
  client: GitHubClient,
  run: Run,
  job: ApiJob,
  asked: Promise<Annotations>,
  options: Parameters<CiReader['failedJobs']>[1],
): Promise<{ job: JobLog; forbidden: boolean }> {
  const [read, said] = await Promise.allSettled([logOf(client, run, job.id, options), asked]);
  if (read.status === 'rejected') throw read.reason;
  // With a log there is enough to go on with.
  if (said.status === 'rejected' && read.value.log === undefined) throw said.reason;
  const {
    messages,
    gap,
    forbidden = false,
  } = said.status === 'fulfilled'
    ? said.value
    : { ...NO_ANNOTATIONS, gap: `the annotations could not be read: ${messageOf(said.reason)}` };
  const failedStep = job.steps?.find(isFailed)?.name;
  const gaps = [read.value.gap, gap].filter((one) => one !== undefined);
  return {
    forbidden,
    job: {
      id: String(job.id),
      name: job.name,
      conclusion: conclusionOf(job.conclusion),
      ...(failedStep !== undefined && { failedStep }),
      ...(job.html_url && { url: job.html_url }),
      ...(messages.length > 0 && { annotations: messages }),
      ...read.value,
      ...(gaps.length > 0 && { gap: gaps.join('; ') }),
    },
  };
}

/** Throws ProviderError (rate-limited) only. */
async function logOf(
  client: GitHubClient,
  run: Run,
  jobId: number,
  options: Parameters<CiReader['failedJobs']>[1],
): Promise<Pick<JobLog, 'log' | 'firstLine' | 'gap'>> {
  try {
    const tail = await downloadLog(client, run, jobId, options);
    const gap = cutOf(tail);
    return { log: tail.text, firstLine: tail.firstLine, ...(gap !== undefined && { gap }) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.problem === 'rate-limited') throw error;
    return { firstLine: 1, gap: gapOf(error) };
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
