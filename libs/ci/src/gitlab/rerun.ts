import type { Run } from '@prunella/contracts';
import { ProviderError, type StartedRun } from '@prunella/core';
import { z } from 'zod';
import type { Rerun } from '../platform.ts';
import type { GitLabClient } from './client.ts';
import { mergeRequestOf, numberOf, pipelineOf, projectOf } from './ids.ts';
import { ApiJob } from './jobs.ts';
import { ApiPipeline } from './pipeline.ts';
import { startedRun } from './rerun-of.ts';

/** All that we need to know of what a retry answers: it is JSON with a number, not some proxy's page. */
const Begun = z.object({ id: z.int() });

/** Starts GitLab pipelines again. Needs a token with `api` of somebody who may run pipelines on that branch. For the remediator only. */
export function gitlabRerun(client: GitLabClient): Rerun {
  async function rerunFailedJobs(run: Run, signal: AbortSignal): Promise<undefined> {
    if (!(await hasFailedJobs(client, run, signal))) {
      // GitLab would answer that all is well and do nothing, or retry only trigger jobs, of which it does not tell how often
      throw new ProviderError('gitlab', 'refused', `pipeline ${run.runId} has no failed or cancelled jobs to retry`);
    }
    const what = `retry failed jobs of pipeline ${run.runId}`;
    await client.post(Begun, what, { path: `${pipelineOf(run)}/retry` }, signal);
  }

  return {
    rerunFailedJobs,
    /** GitLab can't run jobs again that passed; but it may be that there never were any. */
    async rerunRun(run, signal) {
      const pipeline = await client.get(ApiPipeline, 'get pipeline', pipelineOf(run), signal);
      if (pipeline.status !== 'failed' || pipeline.started_at) return await rerunFailedJobs(run, signal);
      return (await hasFailedJobs(client, run, signal))
        ? await rerunFailedJobs(run, signal)
        : await beginAnew(client, run, pipeline, signal);
    },
    async rerunJob(run, jobId, signal) {
      const path = `${projectOf(run)}/jobs/${numberOf(jobId, 'job')}/retry`;
      await client.post(Begun, `retry job ${jobId}`, { path }, signal);
      return undefined;
    },
  };
}

async function hasFailedJobs(client: GitLabClient, run: Run, signal: AbortSignal): Promise<boolean> {
  const list = { path: `${pipelineOf(run)}/jobs`, query: { scope: ['failed', 'canceled'] }, perPage: 1 };
  for await (const page of client.pages(ApiJob, 'list jobs', list, signal)) return page.length > 0;
  return false;
}

/** A new pipeline on the same ref. Whoever calls has seen that the ref has not moved on. */
async function beginAnew(
  client: GitLabClient,
  run: Run,
  { ref }: ApiPipeline,
  signal: AbortSignal,
): Promise<StartedRun> {
  const merge = mergeRequestOf(ref);
  if (merge !== undefined && merge.on !== 'head') {
    // its commit is made anew each time, so that nobody could tell later which pipeline took the place of which
    throw new ProviderError('gitlab', 'refused', `a pipeline on the merged result (${ref}) can't be begun again`);
  }
  const write =
    merge === undefined
      ? { path: `${projectOf(run)}/pipeline`, json: { ref } }
      : { path: `${projectOf(run)}/merge_requests/${merge.iid}/pipelines`, json: {} };
  return startedRun(await client.post(ApiPipeline, `begin a pipeline for ${ref}`, write, signal));
}
