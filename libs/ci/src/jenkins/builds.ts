import { ProviderError, type StartedRun } from '@prunella/core';
import { api, type JenkinsClient } from './client.ts';
import { type BuildId, buildAddress, buildOfUrl, fullNameOf, jobAddress, jobOfUrl, printRunId } from './ids.ts';
import { BUILD_TREE, BUILDS_TREE, Build, Builds, QUEUE_TREE, Queue, type QueuedItem } from './model.ts';

export function getBuild(client: JenkinsClient, id: BuildId, signal: AbortSignal): Promise<Build> {
  return client.json(api(buildAddress(id), BUILD_TREE), Build, signal);
}

/** The newest builds of a job, the newest first. */
export async function newestBuilds(client: JenkinsClient, job: string, signal: AbortSignal): Promise<Build[]> {
  return (await client.json(api(jobAddress(job), BUILDS_TREE), Builds, signal)).builds;
}

/** What waits for its turn to become a build of a job. To be asked before the builds: what leaves the queue in between is seen there. */
export async function queueOf(client: JenkinsClient, job: string, signal: AbortSignal): Promise<QueuedItem[]> {
  const { items } = await client.json(api('queue', QUEUE_TREE), Queue, signal);
  return items.filter(({ task }) => fullNameOf(jobOfUrl(task?.url ?? '') ?? '') === fullNameOf(job));
}

/**
 * How a build is named everywhere: as its own address does, which may escape more or less than we were told. Throws ProviderError (unavailable) when
 * that is the address of no build.
 */
export function startedRun(url: string): StartedRun {
  const build = buildOfUrl(url);
  if (build !== undefined) return { runId: printRunId(build), url };
  throw new ProviderError('jenkins', 'unavailable', `expected the address of a build, found "${url.slice(0, 200)}"`);
}
