import type { Run } from '@prunella/contracts';
import type { RunDetails } from '@prunella/core';
import { unlessMissing } from '../unless-missing.ts';
import { getBuild } from './builds.ts';
import type { JenkinsClient } from './client.ts';
import { parseRunId } from './ids.ts';
import { branchName, revisionOf } from './revision.ts';

/** Commit and branch, as the git plugin noted them with the build: what it notifies with leaves them out for pipelines. Throws ProviderError. */
export async function jenkinsDetails(
  client: JenkinsClient,
  run: Run,
  signal: AbortSignal,
): Promise<RunDetails | undefined> {
  const build = await unlessMissing(getBuild(client, parseRunId(run.runId), signal));
  if (build === undefined) return undefined;
  const revision = revisionOf(build, run);
  const branch = revision?.branches.map(branchName).find((name) => name !== '');
  return {
    ...(revision !== undefined && { headSha: revision.sha }),
    ...(branch !== undefined && { branch }),
  };
}
