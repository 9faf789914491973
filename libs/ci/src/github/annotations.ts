import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import type { GitHubClient } from './client.ts';
import { provided } from './errors.ts';
import { repositoryOf } from './ids.ts';

const MOST = 20;

/**
 * What GitHub itself says about a job that failed, a message a line: that its runner was lost stands nowhere else. A job is the check run of the same
 * number. Needs `checks: read`; '' where nothing is said or it may not be read. Throws ProviderError (rate-limited) only.
 */
export async function annotations(client: GitHubClient, run: Run, jobId: number, signal: AbortSignal): Promise<string> {
  try {
    const { data } = await provided('list annotations', () =>
      client.rest.checks.listAnnotations({
        ...repositoryOf(run),
        check_run_id: jobId,
        per_page: MOST,
        request: { signal },
      }),
    );
    return data
      .flatMap(({ annotation_level: level, message }) => (level === 'failure' && message ? [message] : []))
      .join('\n');
  } catch (error) {
    if (error instanceof ProviderError && error.problem !== 'rate-limited') return '';
    throw error;
  }
}
