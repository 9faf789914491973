import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { type Filter, writeFilter } from '../model/filter.ts';
import type { State } from '../model/incident.ts';
import { DAY_MS } from '../model/summary.ts';
import { answer, api } from './client.ts';
import { ProblemError } from './problem.ts';

const PAGE_SIZE = 50;
/** How many incidents of a state the head strip counts at most. */
export const COUNT_LIMIT = 100;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { retry: isWorthRetrying, staleTime: 5_000, refetchOnWindowFocus: false } },
  });
}

/** What the API refused stays refused; what did not answer gets two more tries. */
function isWorthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ProblemError && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

export function incidentsQuery(filter: Filter) {
  return infiniteQueryOptions({
    queryKey: ['incidents', 'list', writeFilter(filter).toString()],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) };
      return answer(api.GET('/v1/incidents', { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/v1/incidents/{id}', { params: { path: { id } }, signal })),
  });
}

export function countQuery(state: State) {
  return queryOptions({
    queryKey: ['summary', 'count', state],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/incidents', { params: { query: { state, limit: COUNT_LIMIT } }, signal })),
  });
}

/** The last 24 hours. */
export function effectivenessQuery() {
  return queryOptions({
    queryKey: ['summary', 'effectiveness'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => {
      const to = new Date();
      const query = { from: new Date(to.getTime() - DAY_MS).toISOString(), to: to.toISOString() };
      return answer(api.GET('/v1/reports/effectiveness', { params: { query }, signal }));
    },
  });
}

/** The last 30 days. */
export function monthQuery() {
  return queryOptions({
    queryKey: ['summary', 'month'],
    staleTime: 60_000,
    queryFn: ({ signal }) => answer(api.GET('/v1/reports/effectiveness', { signal })),
  });
}

export function posteriorsQuery() {
  return queryOptions({
    queryKey: ['confidence'],
    queryFn: ({ signal }) => answer(api.GET('/v1/confidence', { signal })),
  });
}
