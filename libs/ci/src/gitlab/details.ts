import type { Run } from '@prunella/contracts';
import { iso, type RunDetails } from '@prunella/core';
import { z } from 'zod';
import { isFailed } from '../conclusion.ts';
import { unlessMissing } from '../unless-missing.ts';
import type { GitLabClient } from './client.ts';
import { pipelineOf } from './ids.ts';
import { type ApiJob, attemptOf, beganAt, conclusionOfJob, lastTries, listJobs } from './jobs.ts';
import { ApiPipeline } from './pipeline.ts';

/** A job that begins a pipeline and waits for it. The list of jobs does not hold it. */
const ApiBridge = z.object({
  status: z.string(),
  allow_failure: z.boolean().default(false),
  downstream_pipeline: z.object({ id: z.int(), status: z.string(), web_url: z.string().nullish() }).nullish(),
});

/** Where a page of a pipeline is: `/group/project/-/pipelines/7`, below whatever GitLab's own address is. */
const PAGE = /^\/(.+)\/-\/pipelines\/\d+$/;

/**
 * What webhooks leave out: they count no attempts, name the source branch of a merge request rather than the pipeline's ref, and tell nothing of a
 * broken configuration or of the pipelines that were waited for. Throws ProviderError.
 */
export async function gitlabDetails(
  client: GitLabClient,
  run: Run,
  newestJob: string,
  signal: AbortSignal,
): Promise<RunDetails | undefined> {
  const pipeline = await unlessMissing(client.get(ApiPipeline, 'get pipeline', pipelineOf(run), signal));
  if (pipeline === undefined) return undefined;
  const jobs = asOf(await listJobs(client, run, signal), newestJob);
  const failedByItself = lastTries(jobs).some((job) => isFailed({ conclusion: conclusionOfJob(job) }));
  const failedDownstream =
    pipeline.status === 'failed' && !failedByItself ? await downstreamOf(client, run, pipeline, signal) : [];
  const attempt = attemptOf(jobs);
  const began = beganAt(jobs, attempt);
  return {
    attempt,
    ...(began !== undefined && { startedAt: iso(began) }),
    headSha: pipeline.sha,
    branch: pipeline.ref,
    ...(pipeline.yaml_errors && { problem: pipeline.yaml_errors }),
    ...(failedDownstream.length > 0 && { failedDownstream }),
  };
}

/** The jobs that there were when this one was the newest. Ids only grow. */
function asOf(jobs: readonly ApiJob[], newestJob: string): readonly ApiJob[] {
  return newestJob === '' ? jobs : jobs.filter(({ id }) => id <= Number(newestJob));
}

async function downstreamOf(
  client: GitLabClient,
  run: Run,
  { web_url: own }: ApiPipeline,
  signal: AbortSignal,
): Promise<NonNullable<RunDetails['failedDownstream']>> {
  const failed: NonNullable<RunDetails['failedDownstream']> = [];
  const list = { path: `${pipelineOf(run)}/bridges`, query: { scope: ['failed'] } };
  for await (const page of client.pages(ApiBridge, 'list bridges', list, signal)) {
    for (const { status, allow_failure, downstream_pipeline: other } of page) {
      if (status !== 'failed' || allow_failure || other?.status !== 'failed') continue;
      const repository = projectAt(other.web_url, own, run.repository);
      if (repository === undefined) continue;
      failed.push({ runId: String(other.id), repository, ...(other.web_url && { url: other.web_url }) });
    }
  }
  return failed;
}

/** The project that a pipeline's page belongs to; undefined: it can't be told. GitLab may live below a path of its own: the run's own page shows it. */
function projectAt(
  url: string | null | undefined,
  own: string | null | undefined,
  ownProject: string,
): string | undefined {
  const [path, ownPath] = [url, own].map((one) => PAGE.exec(URL.parse(one ?? '')?.pathname ?? '')?.[1]);
  if (path === undefined || !ownPath?.endsWith(ownProject)) return undefined;
  const below = ownPath.slice(0, -ownProject.length);
  return path.startsWith(below) ? path.slice(below.length) : undefined;
}
