import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import type { Rerun } from '../platform.ts';
import { ONCE } from './ask-again.ts';
import type { GitHubClient } from './client.ts';
import { provided } from './errors.ts';
import { numberOf, repositoryOf, runIdOf } from './ids.ts';

/** GitHub starts a run again for 30 days, 50 times, and never while it runs. */
const MOST_RERUNS = 50;
const RERUN_FOR_DAYS = 30;
const DAY_MS = 86_400_000;

/** What GitHub answers to each of these when it begins. */
const BEGUN = 201;

/**
 * Starts GitHub Actions runs again, as the next attempt of the same run. Needs `actions: write`. For the remediator only.
 * What GitHub would refuse by its own limits is refused before it is asked.
 */
export function githubRerun({ rest: { actions } }: GitHubClient, now: () => number = Date.now): Rerun {
  async function begin(what: string, run: Run, signal: AbortSignal, call: Call) {
    const { owner, repo } = repositoryOf(run);
    const { data } = await provided(`get run ${run.runId} before it is rerun`, () =>
      actions.getWorkflowRun({ owner, repo, run_id: runIdOf(run), request: { signal } }),
    );
    const limit = limitOf(data, now());
    if (limit !== undefined)
      throw new ProviderError('github', 'refused', `rerun ${what} of run ${run.runId}: ${limit}`);
    const rerun = `rerun ${what} of run ${run.runId}`;
    const { status } = await provided(rerun, () => call({ owner, repo, request: { signal, ...ONCE } }));
    if (status !== BEGUN) throw notBegun(rerun, status);
    return undefined;
  }
  return {
    rerunFailedJobs: (run, signal) =>
      begin('failed jobs', run, signal, (target) =>
        actions.reRunWorkflowFailedJobs({ ...target, run_id: runIdOf(run) }),
      ),
    rerunRun: (run, signal) =>
      begin('all jobs', run, signal, (target) => actions.reRunWorkflow({ ...target, run_id: runIdOf(run) })),
    rerunJob: (run, jobId, signal) =>
      begin(`job ${jobId}`, run, signal, (target) =>
        actions.reRunJobForWorkflowRun({ ...target, job_id: numberOf(jobId, 'a job') }),
      ),
  };
}

/** Octokit's types know of 201 alone; it lets pass whatever is a 2xx. */
type Call = (options: Target) => Promise<{ status: number }>;

/** Whoever stands in between and answers something else than GitHub: whether a rerun was begun, nobody knows. */
function notBegun(what: string, status: number): ProviderError {
  const detail = `expected HTTP ${BEGUN}, by which GitHub says that it begins, found HTTP ${status}`;
  return new ProviderError('github', 'unavailable', `${what}: ${detail}`);
}

interface Target {
  owner: string;
  repo: string;
  request: { signal: AbortSignal; retries: number };
}

/** Why GitHub would not start this run again, in a few words; undefined: it would. Pure. */
export function limitOf(
  run: { status: string | null; run_attempt?: number; created_at: string },
  now: number,
): string | undefined {
  const attempt = run.run_attempt ?? 1;
  if (run.status !== 'completed') return `attempt ${attempt} is ${run.status ?? 'not completed'}`;
  if (attempt > MOST_RERUNS) return `it was rerun ${attempt - 1} times, and GitHub allows ${MOST_RERUNS}`;
  if (now - Date.parse(run.created_at) > RERUN_FOR_DAYS * DAY_MS) {
    return `it is of ${run.created_at.slice(0, 10)}, and GitHub reruns nothing that is older than ${RERUN_FOR_DAYS} days`;
  }
  return undefined;
}
