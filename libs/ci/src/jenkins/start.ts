import { setTimeout } from 'node:timers/promises';
import { messageOf, ProviderError, type StartedRun } from '@prunella/core';
import { startedRun } from './builds.ts';
import { api, type JenkinsClient } from './client.ts';
import { jobAddress } from './ids.ts';
import { ITEM_TREE, Item, JOB_TREE, Job } from './model.ts';

const LOOK_AGAIN_MS = 500;

/**
 * Begins a build with these parameters, and waits until it has a number. Not idempotent, but Jenkins makes one of what waits in its queue with
 * the same parameters. Throws ProviderError: `unavailable` (it may be in the queue), and others when nothing was begun.
 */
export async function startBuild(
  client: JenkinsClient,
  job: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<StartedRun> {
  const { buildable, property } = await client.json(api(jobAddress(job), JOB_TREE), Job, signal);
  if (buildable === false) throw refused(`job ${job} is disabled`);
  const known = (property ?? []).flatMap((one) => one?.parameterDefinitions ?? []).map(({ name }) => name);
  // Jenkins would leave them out without a word
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw refused(`job ${job} has no parameter ${unknown.map((name) => `"${name}"`).join(', ')}`);
  // each of the two is an error with the other kind of job; the quiet period is for pushes that come one after another
  const how = known.length > 0 ? 'buildWithParameters' : 'build';
  const response = await client.post(`${jobAddress(job)}/${how}?delay=0sec`, parameters, signal);
  await response.body?.cancel();
  const item = /\/queue\/item\/(\d+)\/?$/.exec(response.headers.get('location') ?? '')?.[1];
  if (item === undefined) throw uncertain(`${job}: Jenkins took the build, but did not say where it waits`);
  return await followed(client, Number(item), signal);
}

/** The build that an item of the queue becomes. Throws ProviderError: `unavailable` (it waits), `refused` (it was cancelled). */
export async function followed(client: JenkinsClient, item: number, signal: AbortSignal): Promise<StartedRun> {
  for (;;) {
    const { cancelled, why, executable } = await itemOf(client, item, signal);
    if (executable) return startedRun(executable.url);
    if (cancelled) throw refused(`item ${item} was cancelled in Jenkins' queue: somebody does not want this build`);
    await setTimeout(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {
      throw uncertain(`item ${item} still waits in Jenkins' queue: ${why ?? 'it does not say why'}`);
    });
  }
}

/** Whatever goes wrong here, the item may become a build all the same. */
async function itemOf(client: JenkinsClient, item: number, signal: AbortSignal) {
  try {
    return await client.json(api(`queue/item/${item}`, ITEM_TREE), Item, signal);
  } catch (error) {
    const wish = error instanceof ProviderError ? error.options.retryAfterMs : undefined;
    throw uncertain(messageOf(error), { cause: error, ...(wish !== undefined && { retryAfterMs: wish }) });
  }
}

function refused(detail: string): ProviderError {
  return new ProviderError('jenkins', 'refused', detail);
}

function uncertain(detail: string, options: ProviderError['options'] = {}): ProviderError {
  return new ProviderError('jenkins', 'unavailable', detail, options);
}
