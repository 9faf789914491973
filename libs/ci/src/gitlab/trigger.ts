import { ProviderError } from '@prunella/core';
import { z } from 'zod';
import type { Trigger, TriggerTarget } from '../platform.ts';
import { currentUser, type GitLabClient } from './client.ts';
import { mergeRequestOf, projectOf } from './ids.ts';
import { ApiPipeline } from './pipeline.ts';
import { startedRun } from './rerun-of.ts';

const ApiVariable = z.object({ key: z.string(), value: z.string() });

/** GitLab's clock and ours need not agree. An older pipeline with the very same variables is as good as ours. */
const CLOCKS_DIFFER_MS = 60_000;

/** Starts pipelines with variables. Needs `api`, and where there are variables the right to set them. For the remediator only. */
export function gitlabTrigger(client: GitLabClient): Trigger {
  return {
    async trigger(target, signal) {
      const { ref, path } = placeOf(target);
      const variables = Object.entries(target.inputs).map(([key, value]) => ({ key, value }));
      const json = { ref, ...(variables.length > 0 && { variables }) };
      return startedRun(
        await client.post(ApiPipeline, `begin a pipeline for ${ref}`, { path: `${path}/pipeline`, json }, signal),
      );
    },
    async findTriggered(target, since, signal) {
      const { ref, path } = placeOf(target);
      const { username } = await currentUser(client, signal);
      const from = since - CLOCKS_DIFFER_MS;
      // whatever was created since was updated since; older versions can only ask for that
      const query = { ref, source: 'api', username, updated_after: new Date(from).toISOString(), sort: 'desc' };
      const list = { path: `${path}/pipelines`, query };
      for await (const page of client.pages(ApiPipeline, 'list pipelines', list, signal)) {
        for (const pipeline of page.filter(({ created_at }) => Date.parse(created_at) >= from)) {
          if (await hasVariables(client, `${path}/pipelines/${pipeline.id}`, target.inputs, signal)) {
            return startedRun(pipeline);
          }
        }
      }
      return undefined;
    },
  };
}

/** Throws ProviderError (refused) where the target can't be meant for GitLab. */
function placeOf({ run, pipeline, ref }: TriggerTarget): { path: string; ref: string } {
  if (pipeline !== '') {
    throw new ProviderError(
      'gitlab',
      'refused',
      `a project on GitLab has one pipeline: expected none to be named, found "${pipeline.slice(0, 80)}"; choose by inputs`,
    );
  }
  const place = ref || run.branch;
  if (place === '') throw new ProviderError('gitlab', 'refused', 'neither the run nor the rule names a branch or tag');
  if (mergeRequestOf(place) !== undefined) {
    throw new ProviderError('gitlab', 'refused', `no variables can be given to ${place}: name a branch or tag as ref`);
  }
  return { path: projectOf(run), ref: place };
}

/** Whether a pipeline was begun with exactly these. */
async function hasVariables(
  client: GitLabClient,
  pipelinePath: string,
  inputs: TriggerTarget['inputs'],
  signal: AbortSignal,
): Promise<boolean> {
  const found = new Map<string, string>();
  const list = { path: `${pipelinePath}/variables` };
  for await (const page of client.pages(ApiVariable, 'get pipeline variables', list, signal)) {
    for (const { key, value } of page) found.set(key, value);
  }
  const wanted = Object.entries(inputs);
  return wanted.length === found.size && wanted.every(([key, value]) => found.get(key) === value);
}
