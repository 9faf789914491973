import type { Run } from '@prunella/contracts';
import type { Rerun } from '../platform.ts';
import { type GitHubClient, ONCE } from './client.ts';
import { githubError } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';

/** Starts GitHub Actions runs again, as the next attempt of the same run. Needs `actions: write`. For the remediator only. */
export function githubRerun(client: GitHubClient): Rerun {
  const { reRunWorkflow, reRunWorkflowFailedJobs } = client.rest.actions;
  return {
    rerunFailedJobs: (run, signal) => rerun(reRunWorkflowFailedJobs, 'failed jobs', run, signal),
    rerunRun: (run, signal) => rerun(reRunWorkflow, 'all jobs', run, signal),
  };
}

type Call =
  | GitHubClient['rest']['actions']['reRunWorkflow']
  | GitHubClient['rest']['actions']['reRunWorkflowFailedJobs'];

async function rerun(call: Call, what: string, run: Run, signal: AbortSignal): Promise<undefined> {
  const target = { ...repositoryOf(run), run_id: runIdOf(run) };
  try {
    await call({ ...target, request: { signal, ...ONCE } });
  } catch (error) {
    throw githubError(error, `rerun ${what} of run ${run.runId}`, Date.now());
  }
}
