import type { CiPlatform, Rerun } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import { platformAttempt, type RunState, type StartedRun } from '@prunella/core';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Effect, Look } from '../action.ts';
import { PlatformGone, proofByRun, RUN_ENDS_WITHIN_MS } from '../rerun.ts';

/** How soon to look again at a run that is still in progress. */
const STILL_RUNNING_MS = 15_000;

/** `retry` and `retry_with_backoff`: the same effect, the waiting is the timer's. */
export function retry(platforms: readonly CiPlatform[]): ActionPlugin {
  const by = (run: Run) => platforms.find((platform) => platform.id === run.platform);
  return {
    types: ['retry', 'retry_with_backoff'],
    settleMs: 5_000,
    proveWithinMs: RUN_ENDS_WITHIN_MS,
    unsupported(run) {
      const platform = by(run);
      if (platform === undefined) return `nothing here is configured to rerun pipelines of platform "${run.platform}"`;
      if (platform.rerun === undefined) return `the token for ${platform.id} is not set, so nothing can be rerun`;
      if (run.kind !== 'run') return `a ${run.kind} can't be rerun`;
      return run.runId === '' ? 'the publisher named no run to rerun' : undefined;
    },
    async look(order, actingSince, signal) {
      const state = await platformOf(order).reader.state(order.run, signal);
      return lookAt(order.run, state, actingSince !== undefined);
    },
    async execute(order, signal) {
      const { reader, rerun } = platformOf(order);
      const state = await reader.state(order.run, signal);
      return state?.conclusion === 'startup_failure'
        ? effectOf(order.run, await rerun.rerunRun(order.run, signal), 'all jobs')
        : effectOf(order.run, await rerun.rerunFailedJobs(order.run, signal));
    },
    async prove(order, { started }, signal) {
      return started && (await proofByRun(platformOf(order), order.run, started, signal));
    },
  };

  function platformOf({ run }: Order): CiPlatform & { rerun: Rerun } {
    const platform = by(run);
    // decided only where `unsupported` said nothing; a platform that was taken out of the configuration since is a superseded order
    if (platform?.rerun === undefined) throw new PlatformGone(run.platform);
    return { ...platform, rerun: platform.rerun };
  }
}

/** Decides by the run's newest state whether a rerun is still the right thing. Pure. */
export function lookAt(run: Run, state: RunState | undefined, mayHaveActed: boolean): Look {
  const attempt = platformAttempt(run);
  if (state === undefined) return superseded(`${run.platform} does not know run ${run.runId} any more`);
  if (run.headSha !== '' && state.headSha !== run.headSha) {
    return superseded(`the run is now for commit ${short(state.headSha)}, the diagnosis was for ${short(run.headSha)}`);
  }
  if (state.attempt > attempt) {
    return mayHaveActed && state.attempt === attempt + 1
      ? { kind: 'done', effect: effectOf(run, undefined) }
      : superseded(`attempt ${state.attempt} exists already: somebody else reran it`);
  }
  if (state.rerunAs !== undefined) {
    return mayHaveActed
      ? { kind: 'done', effect: effectOf(run, state.rerunAs) }
      : superseded(`run ${state.rerunAs.runId} is a rerun of it already: somebody else began it`);
  }
  if (state.status !== 'completed') {
    return { kind: 'later', afterMs: STILL_RUNNING_MS, reason: `attempt ${state.attempt} is still ${state.status}` };
  }
  if (state.attempt < attempt) {
    return { kind: 'later', afterMs: STILL_RUNNING_MS, reason: `${run.platform} still shows attempt ${state.attempt}` };
  }
  if (state.conclusion === 'success') return superseded('the run is green already');
  if (state.branchHeadSha !== undefined && run.headSha !== '' && state.branchHeadSha !== run.headSha) {
    return superseded(`branch ${run.branch} has moved on from ${short(run.headSha)} to ${short(state.branchHeadSha)}`);
  }
  return { kind: 'ready' };
}

function superseded(reason: string): Look {
  return { kind: 'superseded', reason };
}

function effectOf(run: Run, started: StartedRun | undefined, what = 'the failed jobs'): Effect {
  const as = started === undefined ? `attempt ${platformAttempt(run) + 1}` : `run ${started.runId}`;
  return {
    says: `reran ${what} of ${run.repository || run.pipelineId} run ${run.runId} (${as})`,
    ...(started && { started }),
  };
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
