import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import type { GitHubClient } from './client.ts';
import { provided } from './errors.ts';
import { repositoryOf } from './ids.ts';

/** So many of one job are read, and so much of each. */
const MOST = 20;
const LONGEST = 2_000;

/** What GitHub itself says about a job, or why that could not be read, for people. */
export interface Annotations {
  messages: readonly string[];
  gap?: string;
  /** The token may read those of no job. */
  forbidden?: true;
}

export const NO_ANNOTATIONS: Annotations = { messages: [] };

/**
 * What GitHub itself says about a job that failed: that its runner was lost stands nowhere else. A job is the check run of the same number. Needs
 * `checks: read`. Throws ProviderError (rate-limited) only.
 */
export async function annotations(
  client: GitHubClient,
  run: Run,
  jobId: number,
  signal: AbortSignal,
): Promise<Annotations> {
  try {
    const { data } = await provided('list annotations', () =>
      client.rest.checks.listAnnotations({
        ...repositoryOf(run),
        check_run_id: jobId,
        per_page: MOST,
        request: { signal },
      }),
    );
    const messages = data.flatMap(({ annotation_level: level, message }) =>
      level === 'failure' && message ? [message.slice(0, LONGEST)] : [],
    );
    return { messages };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.problem === 'rate-limited') throw error;
    if (error.problem === 'not-found') return NO_ANNOTATIONS;
    if (error.problem === 'forbidden' || error.problem === 'unauthenticated') {
      const gap =
        'the token may not read annotations, where a lost runner is told; it needs the permission "checks: read"';
      return { ...NO_ANNOTATIONS, gap, forbidden: true };
    }
    return { ...NO_ANNOTATIONS, gap: `the annotations could not be read: ${error.detail}` };
  }
}
