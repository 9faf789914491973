import type { Run } from '@prunella/contracts';
import { type GreenLog, type GreenLogOptions, ProviderError } from '@prunella/core';
import { unlessMissing } from '../unless-missing.ts';
import type { GitLabClient } from './client.ts';
import { numberOf, pipelineOf, projectOf } from './ids.ts';
import { lastTries, listJobs, readTrace } from './jobs.ts';
import { ApiPipeline } from './pipeline.ts';
import { defaultBranch } from './project.ts';

/** So many successful pipelines of a branch are looked into. */
const MOST_PIPELINES = 3;

/** Green logs are worth having, but not the last requests: below this share of the limit they are not asked for. */
const KEPT_BACK = 0.1;

/** What is still to be found, and what was. */
interface Search {
  client: GitLabClient;
  run: Run;
  jobs: readonly string[];
  options: GreenLogOptions;
  found: GreenLog[];
}

/** See `CiReader.greenLogs`. Looks into at most six pipelines. */
export async function greenLogs(
  client: GitLabClient,
  run: Run,
  jobs: readonly string[],
  options: GreenLogOptions,
): Promise<GreenLog[]> {
  const search: Search = { client, run, jobs, options, found: [] };
  const failed = await unlessMissing(client.get(ApiPipeline, 'get pipeline', pipelineOf(run), options.signal));
  if (failed === undefined) return [];
  keepSome(client);
  await searchRef(search, failed.ref);
  if (openJobs(search).length === 0) return search.found;
  const main = await defaultBranch(client, run, options.signal);
  if (main !== undefined && main !== failed.ref) await searchRef(search, main);
  return search.found;
}

async function searchRef(search: Search, ref: string): Promise<void> {
  const { client, run, options } = search;
  const before = numberOf(run.runId, 'pipeline');
  const list = {
    path: `${projectOf(run)}/pipelines`,
    query: { ref, status: 'success', order_by: 'id', sort: 'desc' },
    perPage: 20,
  };
  for await (const page of client.pages(ApiPipeline, 'list pipelines', list, options.signal)) {
    keepSome(client);
    // one page: what passed later than these 20 is enough to ask
    for (const { id } of page.filter((pipeline) => pipeline.id < before).slice(0, MOST_PIPELINES)) {
      if (openJobs(search).length === 0) return;
      await searchPipeline(search, { ...run, runId: String(id) });
    }
    return;
  }
}

async function searchPipeline(search: Search, green: Run): Promise<void> {
  const { client, options, found } = search;
  const wanted = new Set(openJobs(search));
  const jobs = await listJobs(client, green, options.signal);
  for (const { id, name, status } of lastTries(jobs)) {
    if (status !== 'success' || !wanted.delete(name)) continue;
    const tail = await unlessMissing(readTrace(client, green, id, options));
    if (tail !== undefined && tail.totalBytes > 0) found.push({ job: name, runId: green.runId, log: tail.text });
  }
}

/** The jobs of which there could be more. */
function openJobs({ jobs, options, found }: Search): string[] {
  return jobs.filter((name) => found.filter(({ job }) => job === name).length < options.maxPerJob);
}

function keepSome(client: GitLabClient): void {
  const patience = client.patience();
  if (patience === undefined || patience.left >= patience.limit * KEPT_BACK) return;
  throw new ProviderError(
    'gitlab',
    'rate-limited',
    `logs of earlier pipelines are not asked for: ${patience.left} of ${patience.limit} requests are left, which are kept for failures`,
  );
}
