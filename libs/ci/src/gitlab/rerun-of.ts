import type { Run } from '@prunella/contracts';
import type { StartedRun } from '@prunella/core';
import type { GitLabClient } from './client.ts';
import { mergeRequestOf, projectOf } from './ids.ts';
import { ApiPipeline } from './pipeline.ts';

/** Who begins a pipeline on purpose: a program as ours, or a person on the page. A schedule or a push does so for reasons of its own. */
const ON_PURPOSE: readonly string[] = ['api', 'web'];
/** A push to a merge request makes a new commit, so another pipeline for the same one was asked for. */
const FOR_MERGE_REQUESTS: readonly string[] = [...ON_PURPOSE, 'merge_request_event'];

/**
 * The newest pipeline that was begun for the same commit and ref after this one, on purpose; undefined: there is none. For pipelines that never had
 * jobs: GitLab can't retry them, so a new one takes their place. Throws ProviderError.
 */
export async function rerunOf(
  client: GitLabClient,
  run: Run,
  pipeline: ApiPipeline,
  signal: AbortSignal,
): Promise<StartedRun | undefined> {
  const list = {
    path: `${projectOf(run)}/pipelines`,
    query: { ref: pipeline.ref, sha: pipeline.sha, order_by: 'id', sort: 'desc' },
  };
  const sources = mergeRequestOf(pipeline.ref) === undefined ? ON_PURPOSE : FOR_MERGE_REQUESTS;
  for await (const page of client.pages(ApiPipeline, 'list pipelines', list, signal)) {
    const later = page.filter(({ id }) => id > pipeline.id);
    const found = later.find(({ source }) => sources.includes(source ?? ''));
    if (found !== undefined) return startedRun(found);
    if (later.length < page.length) break;
  }
  return undefined;
}

export function startedRun({ id, web_url }: Pick<ApiPipeline, 'id' | 'web_url'>): StartedRun {
  return { runId: String(id), ...(web_url && { url: web_url }) };
}
