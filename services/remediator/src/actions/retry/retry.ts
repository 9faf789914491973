import type { Run } from '@prunella/contracts';
import type { CiReader, RunState } from '@prunella/core';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Look } from '../action.ts';

/** Starts the next attempt of a run. Both throw ProviderError. */
export interface Rerunner {
  rerunFailedJobs(run: Run, signal: AbortSignal): Promise<void>;
  /** With all jobs: the only way for a run that failed before it had any. */
  rerunRun(run: Run, signal: AbortSignal): Promise<void>;
}

/** A CI platform that can be read and told to run again. */
export interface RerunPlatform {
  id: string;
  reader: CiReader;
  writer?: Rerunner;
}

/** How soon to look again at a run that is still in progress. */
const STILL_RUNNING_MS = 15_000;

/** `retry` and `retry_with_backoff`: the same effect, the waiting is the timer's. */
export function retry(platforms: readonly RerunPlatform[]): ActionPlugin {
  const by = (run: Run) => platforms.find((platform) => platform.id === run.platform);
  return {
    types: ['retry', 'retry_with_backoff'],
    settleMs: 5_000,
    unsupported(run) {
      const platform = by(run);
      if (platform === undefined) return `nothing here is configured to rerun pipelines of platform "${run.platform}"`;
      if (platform.writer === undefined) return `the token for ${platform.id} is not set, so nothing can be rerun`;
      if (run.kind !== 'run') return `a ${run.kind} can't be rerun`;
      return run.runId === '' ? 'the publisher named no run to rerun' : undefined;
    },
    async look(order, mayHaveActed, signal) {
      const state = await platformOf(order).reader.state(order.run, signal);
      return lookAt(order.run, state, mayHaveActed);
    },
    async execute(order, signal) {
      const { reader, writer } = platformOf(order);
      const state = await reader.state(order.run, signal);
      if (state?.conclusion === 'startup_failure') {
        await writer?.rerunRun(order.run, signal);
        return effectOf(order.run, 'all jobs');
      }
      await writer?.rerunFailedJobs(order.run, signal);
      return effectOf(order.run);
    },
  };

  function platformOf(order: Order): RerunPlatform {
    const platform = by(order.run);
    // decided only where `unsupported` said nothing; a platform that was taken out of the configuration since is a superseded order
    if (platform?.writer === undefined) throw new PlatformGone(order.run.platform);
    return platform;
  }
}

/** The platform was configured when the action was decided, and is not any more. */
export class PlatformGone extends Error {
  override readonly name = 'PlatformGone';

  constructor(platform: string) {
    super(`platform "${platform}" is no longer configured with a token that can rerun`);
  }
}

/** Decides by the run's newest state whether a rerun is still the right thing. Pure. */
export function lookAt(run: Run, state: RunState | undefined, mayHaveActed: boolean): Look {
  if (state === undefined) return superseded(`${run.platform} does not know run ${run.runId} any more`);
  if (run.headSha !== '' && state.headSha !== run.headSha) {
    return superseded(`the run is now for commit ${short(state.headSha)}, the diagnosis was for ${short(run.headSha)}`);
  }
  if (state.attempt > run.attempt) {
    return mayHaveActed && state.attempt === run.attempt + 1
      ? { kind: 'done', effect: effectOf(run) }
      : superseded(`attempt ${state.attempt} exists already: somebody else reran it`);
  }
  if (state.status !== 'completed') {
    return { kind: 'later', afterMs: STILL_RUNNING_MS, reason: `attempt ${state.attempt} is still ${state.status}` };
  }
  if (state.attempt < run.attempt) {
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

function effectOf(run: Run, what = 'the failed jobs'): string {
  return `reran ${what} of ${run.repository || run.pipelineId} run ${run.runId} (attempt ${run.attempt + 1})`;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
