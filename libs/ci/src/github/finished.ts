import { RequestError } from '@octokit/request-error';
import type { Run } from '@prunella/contracts';
import { type EndedRun, type Finished, type FinishedOptions, iso } from '@prunella/core';
import type { GitHubClient } from './client.ts';
import { provided, unlessMissing } from './errors.ts';
import { ownerAndName, repositoryOf, runIdOf } from './ids.ts';
import { keepSome } from './patience.ts';

const PER_PAGE = 100;
/** GitHub gives out 1,000 runs of a search, and no more. */
const MOST_PAGES = 10;
/** GitHub searches by when a run was created, not by when it ended; a job on its own runners ends after 6 hours. Older ones are asked for by their id. */
const LONGEST_RUN_MS = 6 * 3_600_000;
/** So long the same question is asked: only the answer to the same one can be unchanged. */
const SAME_QUESTION_MS = 3_600_000;
const WHAT = 'runs that ended';

type ApiRun = Awaited<
  ReturnType<GitHubClient['rest']['actions']['listWorkflowRunsForRepo']>
>['data']['workflow_runs'][number];

/**
 * See `CiReader.finishedSince`. The mark is the ETag of an answer that was one page: an answer to it that did not change costs nothing of the limit.
 * https://docs.github.com/en/rest/actions/workflow-runs
 */
export async function finishedSince(
  client: GitHubClient,
  place: string,
  since: number,
  { mark, signal }: FinishedOptions,
): Promise<Finished> {
  const from = Math.floor((since - LONGEST_RUN_MS) / SAME_QUESTION_MS) * SAME_QUESTION_MS;
  const question = {
    ...ownerAndName(place),
    status: 'completed' as const,
    created: `>=${iso(from).replace('.000Z', 'Z')}`,
    exclude_pull_requests: true,
    per_page: PER_PAGE,
    request: { signal },
  };
  const runs = new Map<number, ApiRun>();
  let etag: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await unlessUnchanged(() =>
      client.rest.actions.listWorkflowRunsForRepo({
        ...question,
        page,
        ...(page === 1 && mark !== undefined && { headers: { 'if-none-match': mark } }),
      }),
    );
    if (answer === undefined) return { runs: [], ...(mark !== undefined && { mark }) };
    const { data, headers } = answer;
    // the newest come first: one that is new moves others to a page that is read later
    for (const run of data.workflow_runs) runs.set(run.id, run);
    if (data.workflow_runs.length < PER_PAGE) {
      if (page === 1) etag = headers.etag;
      const found = [...runs.values()].map(endedRun).filter(({ endedAt }) => !(endedAt < since));
      return { runs: found, ...(etag !== undefined && { mark: etag }) };
    }
    keepSome(headers, WHAT);
  }
  return { runs: [...runs.values()].map(endedRun).filter(({ endedAt }) => !(endedAt < since)), isCut: true };
}

/** See `CiReader.ended`. */
export async function ended(
  client: GitHubClient,
  run: Run,
  signal: AbortSignal,
): Promise<EndedRun | 'running' | undefined> {
  const found = await unlessMissing('get workflow run', () =>
    client.rest.actions.getWorkflowRun({ ...repositoryOf(run), run_id: runIdOf(run), request: { signal } }),
  );
  if (found === undefined) return undefined;
  return found.data.status === 'completed' ? endedRun(found.data as ApiRun) : 'running';
}

function endedRun(run: ApiRun): EndedRun {
  return { runId: String(run.id), endedAt: Date.parse(run.updated_at), record: run };
}

/** undefined: it is as it was. */
async function unlessUnchanged<T>(call: () => Promise<T>): Promise<T | undefined> {
  return await provided('list workflow runs', async () => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof RequestError && error.status === 304) return undefined;
      throw error;
    }
  });
}
