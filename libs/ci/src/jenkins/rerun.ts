import type { Run } from '@prunella/contracts';
import { ProviderError, type StartedRun } from '@prunella/core';
import type { Rerun } from '../platform.ts';
import { getBuild } from './builds.ts';
import type { JenkinsClient } from './client.ts';
import { parseRunId } from './ids.ts';
import { repeatable } from './parameters.ts';
import { startBuild } from './start.ts';

/**
 * Builds again with the same parameters, as a new build: Jenkins knows nothing less. It builds what the job builds now, as a person's click does: a
 * branch's newest commit, unless a parameter says which. Needs Job/Build. For the remediator only.
 */
export function jenkinsRerun(client: JenkinsClient): Rerun {
  const rerun = (run: Run, signal: AbortSignal) => rebuild(client, run, signal);
  return { rerunFailedJobs: rerun, rerunRun: rerun };
}

async function rebuild(client: JenkinsClient, run: Run, signal: AbortSignal): Promise<StartedRun> {
  const id = parseRunId(run.runId);
  const build = await getBuild(client, id, signal);
  if (build.building) throw new ProviderError('jenkins', 'refused', `build ${run.runId} is still running`);
  return await startBuild(client, id.job, repeatable(build), signal);
}
