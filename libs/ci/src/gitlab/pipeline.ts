import type { Conclusion } from '@prunella/contracts';
import type { RunState } from '@prunella/core';
import { z } from 'zod';

/** A pipeline as GitLab tells it: what we read of it. */
export const ApiPipeline = z.object({
  id: z.int(),
  sha: z.string(),
  /** A branch, a tag, or `refs/merge-requests/7/head`. */
  ref: z.string(),
  status: z.string(),
  source: z.string().nullish(),
  tag: z.boolean().nullish(),
  web_url: z.string().nullish(),
  created_at: z.string(),
  /** null: no job of it ever began. */
  started_at: z.string().nullish(),
  /** What is wrong with the configuration, where no job could be made of it. */
  yaml_errors: z.string().nullish(),
});
export type ApiPipeline = z.infer<typeof ApiPipeline>;

/** How something that has ended did; `neutral`: it has not, or we do not know the word. Pure. */
export function gitlabConclusion(status: string): Conclusion {
  return (Object.hasOwn(ENDED, status) ? ENDED[status] : undefined) ?? 'neutral';
}

type Ended = { status: RunState['status']; conclusion?: Conclusion };

const ENDED: Readonly<Record<string, Conclusion>> = {
  success: 'success',
  failed: 'failure',
  canceled: 'cancelled',
  skipped: 'skipped',
  // it goes on only when a person starts the job that it waits for
  manual: 'action_required',
};
const AT_WORK: readonly string[] = ['running', 'canceling'];

/**
 * GitLab's word for how far a pipeline is. One that failed without ever having had jobs could not even begin: `startup_failure`. A word that we
 * don't know has not ended yet, for all we know: `queued`. Pure.
 */
export function endOf({ status, started_at }: Pick<ApiPipeline, 'status' | 'started_at'>, jobs: number): Ended {
  const conclusion = Object.hasOwn(ENDED, status) ? ENDED[status] : undefined;
  if (conclusion === undefined) return { status: AT_WORK.includes(status) ? 'in_progress' : 'queued' };
  const couldNotBegin = conclusion === 'failure' && jobs === 0 && !started_at;
  return { status: 'completed', conclusion: couldNotBegin ? 'startup_failure' : conclusion };
}
