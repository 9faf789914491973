import { type EndedRun, type Finished, type FinishedOptions, iso, ProviderError } from '@prunella/core';
import { z } from 'zod';
import { unlessMissing } from '../unless-missing.ts';
import type { GitLabClient } from './client.ts';
import { projectAt } from './ids.ts';

/** As the list tells one. */
const Listed = z.object({ id: z.int(), updated_at: z.string() });
type Listed = z.infer<typeof Listed>;

/** What the source reads of it is up to the source: whole as GitLab tells it. */
const Whole = z.looseObject({ id: z.int(), status: z.string(), finished_at: z.string().nullish() });
const WholeJob = z.looseObject({ id: z.int() });

/** Of each list. */
const MOST_PAGES = 20;
/** So many are looked into at a time; the others are left to the next question. */
const MOST_PIPELINES = 50;
/** Room for 500 jobs: the newest come first, by which the attempt is known, and more that failed say nothing new. */
const MOST_JOB_PAGES = 5;
/** Below this share of the limit nothing is asked that can wait. */
const KEPT_BACK = 0.1;
/** Pipelines that child pipelines belong to do not name them, and the list leaves them out unless it is asked for them alone (GitLab 17.0 and newer). */
const LISTS: readonly Readonly<Record<string, string>>[] = [{}, { source: 'parent_pipeline' }];

/**
 * See `CiReader.finishedSince`. The list tells neither when a pipeline ended nor its jobs, so each is asked for, with two requests; the mark are those
 * that were asked for and have not changed since. The record is `{ pipeline, jobs }`. https://docs.gitlab.com/api/pipelines/
 */
export async function finishedSince(
  client: GitLabClient,
  place: string,
  since: number,
  { mark, signal }: FinishedOptions,
): Promise<Finished> {
  const path = projectAt(place);
  const known = new Set(mark?.split(' '));
  const runs: EndedRun[] = [];
  const told: string[] = [];
  const ends: number[] = [];
  for (const which of LISTS) {
    const { fresh, old, until } = await listed(client, `${path}/pipelines`, { ...which, updated_after: iso(since) });
    if (until !== undefined) ends.push(until);
    for (const pipeline of fresh) {
      const run = await endedRun(client, `${path}/pipelines/${pipeline.id}`, signal);
      if (run !== undefined) runs.push(run);
    }
    told.push(...old.map(nameOf), ...fresh.map(nameOf));
  }
  return { runs, mark: told.join(' '), ...(ends.length > 0 && { until: Math.min(...ends) }) };

  async function listed(from: GitLabClient, list: string, which: Readonly<Record<string, string>>) {
    const fresh: Listed[] = [];
    const old: Listed[] = [];
    const query = { scope: 'finished', order_by: 'updated_at', sort: 'asc', ...which };
    let pages = 0;
    for await (const page of from.pages(Listed, 'list pipelines', { path: list, query }, signal)) {
      keepSome(from);
      for (const pipeline of page) {
        const isLast = fresh.length === MOST_PIPELINES || pages === MOST_PAGES;
        if (isLast) return { fresh, old, until: Date.parse(pipeline.updated_at) };
        (known.has(nameOf(pipeline)) ? old : fresh).push(pipeline);
      }
      pages += 1;
    }
    return { fresh, old };
  }
}

/** undefined: it runs again, or is gone. */
async function endedRun(client: GitLabClient, path: string, signal: AbortSignal): Promise<EndedRun | undefined> {
  keepSome(client);
  const pipeline = await unlessMissing(client.get(Whole, 'get pipeline', path, signal));
  if (pipeline === undefined || !pipeline.finished_at) return undefined;
  const jobs: z.infer<typeof WholeJob>[] = [];
  let pages = 0;
  for await (const page of client.pages(WholeJob, 'list jobs', { path: `${path}/jobs` }, signal)) {
    jobs.push(...page);
    if (++pages === MOST_JOB_PAGES) break;
  }
  return { runId: String(pipeline.id), endedAt: Date.parse(pipeline.finished_at), record: { pipeline, jobs } };
}

function nameOf({ id, updated_at }: Listed): string {
  return `${id}@${updated_at}`;
}

function keepSome(client: GitLabClient): void {
  const { limit, left } = client.patience() ?? { limit: 0, left: 0 };
  if (left >= limit * KEPT_BACK) return;
  throw new ProviderError(
    'gitlab',
    'rate-limited',
    `pipelines that ended are not asked for: ${left} of ${limit} requests are left, which are kept for failures`,
  );
}
