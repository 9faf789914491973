import type { CiWriter } from '../platform.ts';
import { type GitHubClient, ONCE } from './client.ts';
import { githubError } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';

/** Starts GitHub Actions runs again. Needs `actions: write`. For the remediator only. */
export function githubWriter(client: GitHubClient): CiWriter {
  return {
    async rerunFailedJobs(run, signal) {
      const target = { ...repositoryOf(run), run_id: runIdOf(run) };
      try {
        await client.rest.actions.reRunWorkflowFailedJobs({ ...target, request: { signal, ...ONCE } });
      } catch (error) {
        throw githubError(error, `rerun failed jobs of run ${run.runId}`, Date.now());
      }
    },
  };
}
