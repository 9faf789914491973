import type { Run } from '@prunella/contracts';
import { request } from '@prunella/http';
import type { CiWriter } from '../platform.ts';

/**
 * Starts simulated runs again. The playground knows only runs as a whole. For the remediator only. The attempt is named, so that a second request
 * for the same one is refused rather than another rerun.
 */
export function playgroundWriter(url: string): CiWriter {
  async function rerun(run: Run, signal: AbortSignal): Promise<void> {
    await request(`${url}/api/runs/${encodeURIComponent(run.runId)}/rerun`, {
      provider: 'playground',
      method: 'POST',
      json: { attempt: run.attempt },
      signal,
    });
  }
  return { rerunFailedJobs: rerun, rerunRun: rerun };
}
