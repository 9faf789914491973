import type { Run } from '@prunella/contracts';
import { platformAttempt } from '@prunella/core';
import { type Tail, tailOf } from '@prunella/http';
import type { GitHubClient } from './client.ts';
import { provided } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';

/** A job as GitHub tells it. */
export type ApiJob = Awaited<
  ReturnType<GitHubClient['rest']['actions']['listJobsForWorkflowRunAttempt']>
>['data']['jobs'][number];

const PER_PAGE = 100;
/** GitHub allows 256 jobs in a matrix; this is room for several. */
const MOST_PAGES = 10;

/** All jobs of exactly this attempt. Throws ProviderError. */
export async function listJobs(client: GitHubClient, run: Run, signal: AbortSignal): Promise<ApiJob[]> {
  const target = {
    ...repositoryOf(run),
    run_id: runIdOf(run),
    attempt_number: platformAttempt(run),
    per_page: PER_PAGE,
  };
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

/** The end of a job's log. Throws ProviderError. */
export async function downloadLog(
  client: GitHubClient,
  run: Run,
  jobId: number,
  { maxBytesPerLog, signal }: { maxBytesPerLog: number; signal: AbortSignal },
): Promise<Tail> {
  // the log is behind a redirect to a storage host; fetch leaves the token out on the way there
  return await provided('download job log', async () => {
    const { data } = await client.rest.actions.downloadJobLogsForWorkflowRun({
      ...repositoryOf(run),
      job_id: jobId,
      request: { signal, parseSuccessResponseBody: false },
    });
    return await tailOf(data as unknown as AsyncIterable<Uint8Array>, maxBytesPerLog);
  });
}
