import { RequestError } from '@octokit/request-error';
import type { StartedRun } from '@prunella/core';
import { ProviderError } from '@prunella/core';
import { z } from 'zod';
import type { Trigger, TriggerTarget } from '../platform.ts';
import { ONCE } from './ask-again.ts';
import type { GitHubClient } from './client.ts';
import type { Connection } from './connection.ts';
import { provided } from './errors.ts';
import { repositoryOf } from './ids.ts';

const PER_PAGE = 100;
const SECOND_MS = 1_000;

/** What GitHub tells of the run that it began, since 2026 and when it is asked to. */
const Begun = z.object({ workflow_run_id: z.int().positive(), html_url: z.string().optional() });

/** What an Enterprise Server answers that does not tell. */
const BEGUN_SILENTLY = 204;

/** Starts a workflow that has `on: workflow_dispatch`. Needs `actions: write`. For the remediator only. */
export function githubTrigger({ client, login }: Connection): Trigger {
  return {
    async trigger(target, signal) {
      const { owner, repo, workflow_id, ref } = placeOf(target);
      const asked = { owner, repo, workflow_id, ref, inputs: { ...target.inputs }, request: { signal, ...ONCE } };
      const what = `dispatch ${workflow_id} on ${ref}`;
      const { status, data } = await provided(what, () => dispatch(client, asked));
      const { success, data: begun } = Begun.safeParse(data);
      if (success) return startedRun(begun.workflow_run_id, begun.html_url);
      if (status === BEGUN_SILENTLY) return undefined;
      const detail = `expected the run that was begun, or HTTP ${BEGUN_SILENTLY}, found HTTP ${status} with something else`;
      throw new ProviderError('github', 'unavailable', `${what}: ${detail}`);
    },

    async findTriggered(target, since, signal) {
      const { owner, repo, workflow_id, ref } = placeOf(target);
      const ours = await login({ owner, repo }, signal);
      const { data } = await provided(`list the runs of ${workflow_id}`, () =>
        client.rest.actions.listWorkflowRuns({
          ...{ owner, repo, workflow_id, branch: ref, event: 'workflow_dispatch', per_page: PER_PAGE },
          created: `>=${asSecond(since)}`,
          exclude_pull_requests: true,
          request: { signal },
        }),
      );
      // the newest come first: the first one since then is ours rather than a later one of somebody else
      const first = data.workflow_runs.findLast(({ actor }) => ours === undefined || actor?.login === ours);
      return first && startedRun(first.id, first.html_url);
    },
  };
}

type Dispatch = NonNullable<Parameters<GitHubClient['rest']['actions']['createWorkflowDispatch']>[0]>;

async function dispatch(client: GitHubClient, asked: Dispatch): Promise<{ status: number; data: unknown }> {
  try {
    return await client.rest.actions.createWorkflowDispatch({ ...asked, return_run_details: true });
  } catch (error) {
    // An Enterprise Server that does not know the word began nothing.
    if (!(error instanceof RequestError) || !/return_run_details/.test(error.message)) throw error;
    return await client.rest.actions.createWorkflowDispatch(asked);
  }
}

/** Throws ProviderError (refused) when it names no workflow or no branch. */
function placeOf({ run, pipeline, ref }: TriggerTarget) {
  const workflow_id = pipeline.split('/').at(-1) ?? '';
  if (workflow_id === '') {
    throw new ProviderError('github', 'refused', 'expected the file of a workflow, such as deploy.yml; found none');
  }
  const branch = ref || run.branch;
  if (branch === '') throw new ProviderError('github', 'refused', `${workflow_id} can't be started on no branch`);
  return { ...repositoryOf(run), workflow_id, ref: branch };
}

function startedRun(id: number, url: string | undefined): StartedRun {
  return { runId: String(id), ...(url && { url }) };
}

/** GitHub's times have no parts of seconds. */
function asSecond(ms: number): string {
  return new Date(Math.floor(ms / SECOND_MS) * SECOND_MS).toISOString().replace('.000Z', 'Z');
}
