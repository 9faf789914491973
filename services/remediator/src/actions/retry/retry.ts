import type { CiPlatform, Rerun } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import { platformAttempt, type RunState, type StartedRun } from '@prunella/core';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Effect } from '../action.ts';
import { lookAtRun, PlatformGone, proofByRun, RUN_ENDS_WITHIN_MS } from '../rerun.ts';

/** `retry`, `retry_with_backoff` and `wait_for_dependency`: the same effect, the waiting is the timer's. */
export function retry(platforms: readonly CiPlatform[]): ActionPlugin {
  const by = (run: Run) => platforms.find((platform) => platform.id === run.platform);
  return {
    types: ['retry', 'retry_with_backoff', 'wait_for_dependency'],
    settleMs: 5_000,
    proveWithinMs: RUN_ENDS_WITHIN_MS,
    unsupported(run) {
      const platform = by(run);
      if (platform === undefined) return `nothing here is configured to rerun pipelines of platform "${run.platform}"`;
      if (platform.rerun === undefined) return `the token for ${platform.id} is not set, so nothing can be rerun`;
      if (run.kind !== 'run') return `a ${run.kind} can't be rerun`;
      return run.runId === '' ? 'the publisher named no run to rerun' : undefined;
    },
    async lastedMs(run, signal) {
      return (await by(run)?.reader.state(run, signal))?.lastedMs;
    },
    async look(order, actingSince, signal) {
      const { run } = order;
      const state = await platformOf(order).reader.state(run, signal);
      if (state !== undefined && actingSince !== undefined) {
        const mine = begunBy(run, state);
        if (mine !== undefined) return { kind: 'done', effect: mine };
      }
      const look = lookAtRun(run, state);
      return look.kind === 'ready' && state !== undefined ? { ...look, run: state } : look;
    },
    async execute(order, signal, seen) {
      const { rerun } = platformOf(order);
      const effect =
        seen?.conclusion === 'startup_failure'
          ? effectOf(order.run, await rerun.rerunRun(order.run, signal), 'all jobs')
          : effectOf(order.run, await rerun.rerunFailedJobs(order.run, signal));
      return { ...effect, ...(seen?.lastedMs !== undefined && { lastedMs: seen.lastedMs }) };
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

/** The rerun that a call of ours began before it was cut off, as the platform shows it; undefined: it shows none. Pure. */
export function begunBy(run: Run, state: RunState): Effect | undefined {
  if (run.headSha !== '' && state.headSha !== run.headSha) return undefined;
  // which one it is, is known once it has its turn
  if (state.rerunQueued) return undefined;
  if (state.rerunAs !== undefined) return effectOf(run, state.rerunAs);
  // Where the next attempt was ours, it still is when others followed: it failed again, and another replica went on from there before this one looked.
  return state.attempt > platformAttempt(run) ? effectOf(run, undefined) : undefined;
}

function effectOf(run: Run, started: StartedRun | undefined, what = 'the failed jobs'): Effect {
  const as = started === undefined ? `attempt ${platformAttempt(run) + 1}` : `run ${started.runId}`;
  return {
    says: `reran ${what} of ${run.repository || run.pipelineId} run ${run.runId} (${as})`,
    ...(started && { started }),
  };
}
