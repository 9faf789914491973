import type { Answer } from '../github/http.ts';
import type { GitLabJob, GitLabPipeline } from './model.ts';
import { ENDED } from './payloads.ts';

const USUAL_PAGE = 20;

/** The pipelines of a project as GitLab lists them, the newest first; child pipelines only when they are asked for. */
export function listPipelines(
  all: Iterable<GitLabPipeline>,
  project: string,
  query: URLSearchParams,
): GitLabPipeline[] {
  const is = (name: string, value: string) => !query.has(name) || query.get(name) === value;
  const after = Date.parse(query.get('updated_after') ?? '1970-01-01T00:00:00Z');
  const byUpdate = query.get('order_by') === 'updated_at';
  const found = [...all]
    .filter((pipeline) => pipeline.project === project && updateOf(pipeline) >= after)
    .filter(({ source }) => query.get('source') === 'parent_pipeline' || source !== 'parent_pipeline')
    .filter(({ status }) => query.get('scope') !== 'finished' || ENDED.includes(status))
    .filter(({ ref, sha, status, source, username }) =>
      [is('ref', ref), is('sha', sha), is('status', status), is('source', source), is('username', username)].every(
        Boolean,
      ),
    )
    .toSorted((a, b) => (byUpdate ? updateOf(b) - updateOf(a) : 0) || b.id - a.id);
  return query.get('sort') === 'asc' ? found.toReversed() : found;
}

function updateOf({ updatedAt, createdAt }: GitLabPipeline): number {
  return Date.parse(updatedAt ?? createdAt);
}

/** The newest first; without `include_retried` only the last try of each. */
export function jobsOf({ jobs }: GitLabPipeline, query: URLSearchParams): GitLabJob[] {
  const scope = query.getAll('scope[]');
  const tried = [...Map.groupBy(jobs, ({ name }) => name).values()].flatMap((tries) => tries.slice(-1));
  return (query.get('include_retried') === 'true' ? jobs : tried)
    .filter(({ status }) => scope.length === 0 || scope.includes(status))
    .toSorted((a, b) => b.id - a.id);
}

export function page(all: readonly unknown[], query: URLSearchParams): Answer {
  const size = Math.min(Number(query.get('per_page') ?? USUAL_PAGE), 100);
  const number = Number(query.get('page') ?? 1);
  const headers = {
    'x-page': String(number),
    'x-per-page': String(size),
    'x-next-page': number * size < all.length ? String(number + 1) : '',
  };
  return { status: 200, headers, body: all.slice((number - 1) * size, number * size) };
}
