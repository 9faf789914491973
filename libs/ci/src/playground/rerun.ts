import type { Run } from '@prunella/contracts';
import { platformAttempt } from '@prunella/core';
import { request } from '@prunella/http';
import type { Rerun } from '../platform.ts';

/**
 * Starts simulated runs again. The playground knows only runs as a whole. For the remediator only. The attempt is named, so that a second request
 * for the same one is refused rather than another rerun.
 */
export function playgroundRerun(url: string): Rerun {
  async function rerun(run: Run, signal: AbortSignal): Promise<undefined> {
    await request(`${url}/api/runs/${encodeURIComponent(run.runId)}/rerun`, {
      provider: 'playground',
      method: 'POST',
      json: { attempt: platformAttempt(run) },
      signal,
    });
  }
  return { rerunFailedJobs: rerun, rerunRun: rerun };
}
