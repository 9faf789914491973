import type { CiPlatform } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import type { StartedRun } from '@prunella/core';
import type { Proof } from './action.ts';

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
