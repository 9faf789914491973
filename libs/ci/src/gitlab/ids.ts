import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';

/** A path of groups and a project: no segment begins or ends with a dot or a dash, so none is `..`. */
const PROJECT = /^\w(?:[\w.-]*\w)?(?:\/\w(?:[\w.-]*\w)?)+$/;

/** The address of a run's project below the API. Throws ProviderError (refused) when its repository is no full path of one. */
export function projectOf(run: Run): string {
  return projectAt(run.repository);
}

/** The same by the project's full path. */
export function projectAt(path: string): string {
  if (!PROJECT.test(path)) {
    throw new ProviderError(
      'gitlab',
      'refused',
      `expected the full path of a project "group/project", found "${path.slice(0, 80)}"`,
    );
  }
  return `/projects/${encodeURIComponent(path)}`;
}

/** The address of a run's pipeline below the API. Throws ProviderError (refused). */
export function pipelineOf(run: Run): string {
  return `${projectOf(run)}/pipelines/${numberOf(run.runId, 'pipeline')}`;
}

/** GitLab's number of something. Throws ProviderError (refused) when it is none. */
export function numberOf(id: string, what: string): number {
  const number = Number(id);
  if (!Number.isSafeInteger(number) || number <= 0) {
    throw new ProviderError('gitlab', 'refused', `expected the number of a ${what}, found "${id.slice(0, 80)}"`);
  }
  return number;
}

/** The number of the merge request whose own pipelines have this ref, and what they run on; undefined: it is a branch's or a tag's. */
export function mergeRequestOf(ref: string): { iid: number; on: string } | undefined {
  const match = /^refs\/merge-requests\/(\d+)\/(head|merge|train)$/.exec(ref);
  return match === null ? undefined : { iid: Number(match[1]), on: match[2] ?? '' };
}
