import type { CiPlatform } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import { platformAttempt, type RunState, type StartedRun } from '@prunella/core';
import type { Look, Proof } from './action.ts';

const LOOK_AGAIN_MS = 20_000;
/** A run that was begun may wait for a runner, and then take its time. */
export const RUN_ENDS_WITHIN_MS = 6 * 3_600_000;

/** The platform was configured when the action was decided, and is not any more. */
export class PlatformGone extends Error {
  override readonly name = 'PlatformGone';

  constructor(platform: string) {
    super(`platform "${platform}" is no longer configured with a token that can rerun`);
  }
}

/**
 * What a run that we began proves. That it failed is for its own diagnosis to judge, which belongs to the same incident: it may have failed
 * differently.
 */
export async function proofByRun(
  { reader }: CiPlatform,
  run: Run,
  started: StartedRun,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  const state = await reader.state({ ...run, runId: started.runId, attempt: 1, runAttempt: 1 }, signal);
  const name = `run ${started.runId}`;
  if (state === undefined) return { kind: 'inconclusive', reason: `${run.platform} does not know ${name} any more` };
  if (state.status !== 'completed') return { kind: 'pending', afterMs: LOOK_AGAIN_MS };
  switch (state.conclusion) {
    case 'success':
      return { kind: 'healed', reason: `${name} succeeded` };
    case 'failure':
    case 'timed_out':
    case 'startup_failure':
      return undefined;
    default:
      return {
        kind: 'inconclusive',
        reason: `${name} ended ${state.conclusion ?? 'without a word'}, which proves nothing`,
      };
  }
}

/** How soon to look again at a run that is still in progress. */
const STILL_RUNNING_MS = 15_000;

/** Decides by the newest state of the run that failed whether running it again is still the right thing. Pure. */
export function lookAtRun(run: Run, state: RunState | undefined): Look {
  const attempt = platformAttempt(run);
  if (state === undefined) return superseded(`${run.platform} does not know run ${run.runId} any more`);
  if (run.headSha !== '' && state.headSha !== run.headSha) {
    return superseded(`the run is now for commit ${short(state.headSha)}, the diagnosis was for ${short(run.headSha)}`);
  }
  if (state.attempt > attempt) {
    return superseded(`attempt ${state.attempt} exists already: somebody else reran it`);
  }
  if (state.rerunQueued) {
    return { kind: 'later', afterMs: STILL_RUNNING_MS, reason: `a rerun of run ${run.runId} waits for its turn` };
  }
  if (state.rerunAs !== undefined) {
    return superseded(`run ${state.rerunAs.runId} is a rerun of it already: somebody else began it`);
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

function short(sha: string): string {
  return sha.slice(0, 7);
}
