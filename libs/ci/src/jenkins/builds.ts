import { api, type JenkinsClient } from './client.ts';
import { type BuildId, buildAddress, jobAddress, jobOfUrl } from './ids.ts';
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
  return items.filter(({ task }) => task?.url && jobOfUrl(task.url) === job);
}
