import type { Run } from '@prunella/contracts';
import type { GreenLog, GreenLogOptions } from '@prunella/core';
import type { GitHubClient } from './client.ts';
import { provided, unlessMissing } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';
import { downloadLog, listJobs } from './jobs.ts';
import { keepSome } from './patience.ts';

/** So many successful runs of a branch are looked into: a job may have been skipped in one, or its log may be gone. */
const MOST_RUNS = 3;
const WHAT = 'logs of earlier runs';

/** So many are looked at for those: anybody may have a fork with a branch of that name, whose runs come beside them. */
const MOST_LISTED = 30;

/** What is still to be found, and what was. */
interface Search {
  client: GitHubClient;
  run: Run;
  jobs: readonly string[];
  options: GreenLogOptions;
  found: GreenLog[];
}

interface Branch {
  branch: string;
  /** The repository that it is of, `owner/name`. */
  from: string;
}

/** See `CiReader.greenLogs`. Looks into at most six runs; a repository's default branch needs no right of its own. */
export async function greenLogs(
  client: GitHubClient,
  run: Run,
  jobs: readonly string[],
  options: GreenLogOptions,
): Promise<GreenLog[]> {
  const search: Search = { client, run, jobs, options, found: [] };
  const failed = await unlessMissing('get workflow run', () =>
    client.rest.actions.getWorkflowRun({
      ...repositoryOf(run),
      run_id: runIdOf(run),
      request: { signal: options.signal },
    }),
  );
  if (failed === undefined) return [];
  keepSome(failed.headers, WHAT);
  const { workflow_id: workflow, created_at: before, head_branch: branch, head_repository: head } = failed.data;
  if (branch && head) await searchBranch(search, { workflow, before, branch, from: head.full_name });
  if (openJobs(search).length === 0) return search.found;
  const main = await defaultBranch(search);
  if (main !== undefined && (main.branch !== branch || main.from !== head?.full_name)) {
    await searchBranch(search, { workflow, before, ...main });
  }
  return search.found;
}

async function searchBranch(
  search: Search,
  { workflow, before, branch, from }: { workflow: number; before: string } & Branch,
): Promise<void> {
  const { client, run, options } = search;
  const { data, headers } = await provided('list workflow runs', () =>
    client.rest.actions.listWorkflowRuns({
      ...repositoryOf(run),
      workflow_id: workflow,
      branch,
      status: 'success',
      created: `<=${before}`,
      exclude_pull_requests: true,
      per_page: MOST_LISTED,
      request: { signal: options.signal },
    }),
  );
  keepSome(headers, WHAT);
  const earlier = data.workflow_runs
    // the failed run itself may have passed in a later attempt
    .filter(({ id, head_repository: head }) => id !== runIdOf(run) && head?.full_name === from)
    .slice(0, MOST_RUNS);
  for (const { id, run_attempt: attempt = 1 } of earlier) {
    if (openJobs(search).length === 0) return;
    await searchRun(search, { ...run, runId: String(id), attempt, runAttempt: attempt });
  }
}

async function searchRun(search: Search, green: Run): Promise<void> {
  const { client, options, found } = search;
  const wanted = new Set(openJobs(search));
  for (const { id, name, conclusion } of await listJobs(client, green, options.signal)) {
    if (conclusion !== 'success' || !wanted.delete(name)) continue;
    const tail = await unlessMissing('download job log', () => downloadLog(client, green, id, options));
    if (tail !== undefined) found.push({ job: name, runId: green.runId, log: tail.text });
  }
}

/** The jobs of which there could be more. */
function openJobs({ jobs, options, found }: Search): string[] {
  return jobs.filter((name) => found.filter(({ job }) => job === name).length < options.maxPerJob);
}

async function defaultBranch({ client, run, options }: Search): Promise<Branch | undefined> {
  const repository = await unlessMissing('get repository', () =>
    client.rest.repos.get({ ...repositoryOf(run), request: { signal: options.signal } }),
  );
  return repository && { branch: repository.data.default_branch, from: repository.data.full_name };
}
