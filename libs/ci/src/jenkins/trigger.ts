import { ProviderError, type StartedRun } from '@prunella/core';
import type { Trigger, TriggerTarget } from '../platform.ts';
import { newestBuilds, queueOf, startedRun } from './builds.ts';
import type { JenkinsClient } from './client.ts';
import { beganWith } from './parameters.ts';
import { startedBy } from './rerun-of.ts';
import { followed, startBuild } from './start.ts';

/** Jenkins' clock and ours need not agree to the second. */
const CLOCKS_DIFFER_MS = 30_000;

/** Builds another job: `pipeline` is its path, as in a run's id. Needs Job/Build. For the remediator only. */
export function jenkinsTrigger(client: JenkinsClient): Trigger {
  return {
    async trigger(target, signal) {
      return await startBuild(client, jobOf(target), target.inputs, signal);
    },
    findTriggered: (target, since, signal) => findTriggered(client, target, since - CLOCKS_DIFFER_MS, signal),
  };
}

/** By our user's name and the parameters; one that waits in the queue is waited for. */
async function findTriggered(
  client: JenkinsClient,
  target: TriggerTarget,
  since: number,
  signal: AbortSignal,
): Promise<StartedRun | undefined> {
  const job = jobOf(target);
  const items = await queueOf(client, job, signal);
  const begun = (await newestBuilds(client, job, signal)).find(
    (build) => build.timestamp >= since && startedBy(build, client.user) && beganWith(build, target.inputs),
  );
  if (begun !== undefined) return startedRun(begun.url);
  const queued = items.find(
    (item) => item.inQueueSince >= since && startedBy(item, client.user) && beganWith(item, target.inputs),
  );
  return queued && (await followed(client, queued.id, signal));
}

/** In Jenkins a branch is a job of its own, or a parameter. Throws ProviderError (refused) when another is asked for. */
function jobOf({ pipeline, ref, run }: TriggerTarget): string {
  if (ref !== '' && ref !== run.branch) {
    const detail = `expected no ref, found "${ref.slice(0, 80)}": in Jenkins name the job of that branch, or a parameter of the job`;
    throw new ProviderError('jenkins', 'refused', detail);
  }
  return pipeline;
}
