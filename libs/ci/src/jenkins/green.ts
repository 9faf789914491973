import type { Run } from '@prunella/contracts';
import type { GreenLog, GreenLogOptions } from '@prunella/core';
import { unlessMissing } from '../unless-missing.ts';
import { newestBuilds } from './builds.ts';
import type { JenkinsClient } from './client.ts';
import { type BuildId, parseRunId, printRunId } from './ids.ts';
import { textOf } from './text.ts';

/** So many successful builds are looked into at most: the text of one may be gone. */
const MOST_BUILDS = 6;

/** See `CiReader.greenLogs`. In Jenkins a branch is a job of its own mostly: the builds of the same job are what is looked into. */
export async function greenLogs(
  client: JenkinsClient,
  run: Run,
  jobs: readonly string[],
  { maxBytesPerLog, maxPerJob, signal }: GreenLogOptions,
): Promise<GreenLog[]> {
  const { job, number } = parseRunId(run.runId);
  if (!jobs.includes(job)) return [];
  const passed = (await newestBuilds(client, job, signal)).filter(
    (build) => build.number < number && !build.building && build.result === 'SUCCESS',
  );
  const found: GreenLog[] = [];
  for (const build of passed.slice(0, MOST_BUILDS)) {
    if (found.length >= maxPerJob) break;
    const id: BuildId = { job, number: build.number };
    const tail = await unlessMissing(textOf(client, id, maxBytesPerLog, signal));
    if (tail !== undefined) found.push({ job, runId: printRunId(id), log: tail.text });
  }
  return found;
}
