import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { DebtsListQuery, DoctorReport, LogsHealingQuery } from '../gen/api.ts';
import { answer, api } from './client.ts';

/** Who sits here, and what they may do. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: ({ signal }) => answer(api.GET('/v1/session', { signal })),
});

export const approvalsQuery = queryOptions({
  queryKey: ['approvals'],
  refetchInterval: 30_000,
  queryFn: ({ signal }) => answer(api.GET('/v1/approvals', { signal })),
});

export const breakersQuery = queryOptions({
  queryKey: ['breakers'],
  queryFn: ({ signal }) => answer(api.GET('/v1/breakers', { signal })),
});

export const confidenceQuery = queryOptions({
  queryKey: ['learnt'],
  queryFn: ({ signal }) => answer(api.GET('/v1/confidence', { signal })),
});

export const coverageQuery = queryOptions({
  queryKey: ['coverage'],
  queryFn: ({ signal }) => answer(api.GET('/v1/coverage', { signal })),
});

export const rootCausesQuery = queryOptions({
  queryKey: ['debts', 'root-causes'],
  queryFn: ({ signal }) => answer(api.GET('/v1/reports/root-causes', { signal })),
});

export const flakyQuery = queryOptions({
  queryKey: ['tests', 'flaky'],
  queryFn: ({ signal }) => answer(api.GET('/v1/reports/flaky', { signal })),
});

export const quarantineQuery = queryOptions({
  queryKey: ['tests', 'quarantine'],
  queryFn: ({ signal }) => answer(api.GET('/v1/quarantine', { signal })),
});

export const dependenciesQuery = queryOptions({
  queryKey: ['dependencies'],
  refetchInterval: 15_000,
  queryFn: ({ signal }) => answer(api.GET('/v1/dependencies', { signal })),
});

/** What the services found within the last minute. */
export const doctorQuery = queryOptions({
  queryKey: ['doctor'],
  staleTime: 60_000,
  queryFn: ({ signal }) => answer(api.GET('/v1/doctor', { signal })),
});

/** The services look for some seconds. */
const EXAMINED_WITHIN_MS = 30_000;

/** Has them look again. */
export function examineAgain(): Promise<DoctorReport> {
  return answer(
    api.GET('/v1/doctor', { params: { query: { fresh: 'true' } }, signal: AbortSignal.timeout(EXAMINED_WITHIN_MS) }),
  );
}

export const tokensQuery = queryOptions({
  queryKey: ['access', 'tokens'],
  queryFn: ({ signal }) => answer(api.GET('/v1/tokens', { signal })),
});

/** Other incidents like one. */
export function similarQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'similar', id],
    staleTime: 60_000,
    queryFn: ({ signal }) => answer(api.GET('/v1/incidents/{id}/similar', { params: { path: { id } }, signal })),
  });
}

/** What came together with the actions of an incident. */
export function correlationQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'correlation', id],
    staleTime: 60_000,
    queryFn: ({ signal }) => answer(api.GET('/v1/incidents/{id}/correlation', { params: { path: { id } }, signal })),
  });
}

/** What was logged about the healing of a pipeline. */
export function healingLogQuery(query: LogsHealingQuery) {
  return queryOptions({
    queryKey: ['logs', 'healing', query],
    queryFn: ({ signal }) => answer(api.GET('/v1/logs/healing', { params: { query }, signal })),
  });
}

/** The debts that an incident added to. */
export function debtsOfQuery(id: string) {
  return queryOptions({
    queryKey: ['debts', 'of', id],
    queryFn: ({ signal }) => answer(api.GET('/v1/debts', { params: { query: { incident: id } }, signal })),
  });
}

/** Pages of the debts in a state; empty: in any. */
export function debtsQuery(state: DebtsListQuery['state'] | '') {
  return infiniteQueryOptions({
    queryKey: ['debts', 'list', state],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = { ...(state && { state }), ...(pageParam && { cursor: pageParam }) };
      return answer(api.GET('/v1/debts', { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.nextCursor,
  });
}

export const changesQuery = infiniteQueryOptions({
  queryKey: ['access', 'changes'],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }) =>
    answer(api.GET('/v1/changes', { params: { query: { ...(pageParam && { cursor: pageParam }) } }, signal })),
  getNextPageParam: (page) => page.nextCursor,
});
