import type { Run } from '@prunella/contracts';
import type { CiWriter } from '../platform.ts';
import { type GitHubClient, ONCE } from './client.ts';
import { githubError } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';

/** Starts GitHub Actions runs again. Needs `actions: write`. For the remediator only. */
export function githubWriter(client: GitHubClient): CiWriter {
  const { reRunWorkflow, reRunWorkflowFailedJobs } = client.rest.actions;
  return {
    rerunFailedJobs: (run, signal) => rerun(reRunWorkflowFailedJobs, 'failed jobs', run, signal),
    rerunRun: (run, signal) => rerun(reRunWorkflow, 'all jobs', run, signal),
  };
}

type Rerun =
  | GitHubClient['rest']['actions']['reRunWorkflow']
  | GitHubClient['rest']['actions']['reRunWorkflowFailedJobs'];

async function rerun(call: Rerun, what: string, run: Run, signal: AbortSignal): Promise<void> {
  const target = { ...repositoryOf(run), run_id: runIdOf(run) };
  try {
    await call({ ...target, request: { signal, ...ONCE } });
  } catch (error) {
    throw githubError(error, `rerun ${what} of run ${run.runId}`, Date.now());
  }
}
