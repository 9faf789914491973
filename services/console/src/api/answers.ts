import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type {
  ApiTokenList,
  BreakerList,
  ChangeList,
  ConfidenceList,
  CoverageReport,
  CurrentSession,
  DebtList,
  DependencyList,
  DoctorReport,
  FlakyReport,
  IncidentCorrelation,
  IncidentList,
  QuarantineList,
  RootCauseReport,
  SimilarIncidents,
} from '../gen/api.ts';
import { getJson } from './client.ts';

/** Who sits here, and what they may do. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: ({ signal }) => getJson<CurrentSession>('/v1/session', signal),
});

export const approvalsQuery = queryOptions({
  queryKey: ['approvals'],
  refetchInterval: 30_000,
  queryFn: ({ signal }) => getJson<IncidentList>('/v1/approvals', signal),
});

export const breakersQuery = queryOptions({
  queryKey: ['breakers'],
  queryFn: ({ signal }) => getJson<BreakerList>('/v1/breakers', signal),
});

export const confidenceQuery = queryOptions({
  queryKey: ['learnt'],
  queryFn: ({ signal }) => getJson<ConfidenceList>('/v1/confidence', signal),
});

export const coverageQuery = queryOptions({
  queryKey: ['coverage'],
  queryFn: ({ signal }) => getJson<CoverageReport>('/v1/coverage', signal),
});

export const rootCausesQuery = queryOptions({
  queryKey: ['debts', 'root-causes'],
  queryFn: ({ signal }) => getJson<RootCauseReport>('/v1/reports/root-causes', signal),
});

export const flakyQuery = queryOptions({
  queryKey: ['tests', 'flaky'],
  queryFn: ({ signal }) => getJson<FlakyReport>('/v1/reports/flaky', signal),
});

export const quarantineQuery = queryOptions({
  queryKey: ['tests', 'quarantine'],
  queryFn: ({ signal }) => getJson<QuarantineList>('/v1/quarantine', signal),
});

export const dependenciesQuery = queryOptions({
  queryKey: ['dependencies'],
  refetchInterval: 15_000,
  queryFn: ({ signal }) => getJson<DependencyList>('/v1/dependencies', signal),
});

/** What the services found within the last minute. */
export const doctorQuery = queryOptions({
  queryKey: ['doctor'],
  staleTime: 60_000,
  queryFn: ({ signal }) => getJson<DoctorReport>('/v1/doctor', signal),
});

/** The services look for some seconds. */
const EXAMINED_WITHIN_MS = 30_000;

/** Has them look again. */
export function examineAgain(): Promise<DoctorReport> {
  return getJson<DoctorReport>('/v1/doctor?fresh=true', AbortSignal.timeout(EXAMINED_WITHIN_MS));
}

export const tokensQuery = queryOptions({
  queryKey: ['access', 'tokens'],
  queryFn: ({ signal }) => getJson<ApiTokenList>('/v1/tokens', signal),
});

/** Other incidents like one. */
export function similarQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'similar', id],
    staleTime: 60_000,
    queryFn: ({ signal }) => getJson<SimilarIncidents>(`/v1/incidents/${encodeURIComponent(id)}/similar`, signal),
  });
}

/** What came together with the actions of an incident. */
export function correlationQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', 'correlation', id],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      getJson<IncidentCorrelation>(`/v1/incidents/${encodeURIComponent(id)}/correlation`, signal),
  });
}

/** The debts that an incident added to. */
export function debtsOfQuery(id: string) {
  return queryOptions({
    queryKey: ['debts', 'of', id],
    queryFn: ({ signal }) => getJson<DebtList>(`/v1/debts?incident=${encodeURIComponent(id)}`, signal),
  });
}

/** Pages of the debts in a state; empty: in any. */
export function debtsQuery(state: string) {
  return infiniteQueryOptions({
    queryKey: ['debts', 'list', state],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const params = new URLSearchParams({ ...(state && { state }), ...(pageParam && { cursor: pageParam }) });
      return getJson<DebtList>(`/v1/debts?${params}`, signal);
    },
    getNextPageParam: (page) => page.nextCursor,
  });
}

export const changesQuery = infiniteQueryOptions({
  queryKey: ['access', 'changes'],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }) =>
    getJson<ChangeList>(`/v1/changes${pageParam && `?cursor=${encodeURIComponent(pageParam)}`}`, signal),
  getNextPageParam: (page) => page.nextCursor,
});
