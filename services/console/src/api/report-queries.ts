import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  ConfidenceEvidence,
  CostReport,
  EffectivenessReport,
  ReliabilityReport,
  RuleDraft,
  StandingChangeList,
  SummaryReport,
  UpliftReport,
} from '../gen/api.ts';
import { call, getJson } from './client.ts';

/** Reports are dear: while somebody reads, they are not read again. */
const READ_MS = 60_000;

/** @param range as `from=...&to=...`. */
function reportQuery<T>(name: string, query: string) {
  return queryOptions({
    queryKey: ['reports', name, query],
    staleTime: READ_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => getJson<T>(`/v1/reports/${name}?${query}`, signal),
  });
}

export const summaryReportQuery = (range: string) => reportQuery<SummaryReport>('summary', range);
export const effectivenessReportQuery = (range: string) => reportQuery<EffectivenessReport>('effectiveness', range);
export const costReportQuery = (range: string, by: CostReport['by']) =>
  reportQuery<CostReport>('costs', `by=${by}&${range}`);
export const upliftReportQuery = (range: string) => reportQuery<UpliftReport>('uplift', range);

/** The summary as a file. */
export async function downloadReport(range: string, format: 'markdown' | 'json'): Promise<Blob> {
  const accept = format === 'json' ? 'application/json' : 'text/markdown';
  const response = await call(`/v1/reports/summary?format=${format}&${range}`, undefined, { headers: { accept } });
  return await response.blob();
}

/** @param action empty: all. */
export function reliabilityQuery(action: string) {
  return queryOptions({
    queryKey: ['reports', 'reliability', action],
    staleTime: READ_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      getJson<ReliabilityReport>(
        `/v1/confidence/reliability${action && `?${new URLSearchParams({ action })}`}`,
        signal,
      ),
  });
}

export function evidenceQuery(decidedBy: string, action: string) {
  return queryOptions({
    queryKey: ['learnt', 'evidence', decidedBy, action],
    queryFn: ({ signal }) =>
      getJson<ConfidenceEvidence>(`/v1/confidence/evidence?${new URLSearchParams({ decidedBy, action })}`, signal),
  });
}

export const standingChangesQuery = infiniteQueryOptions({
  queryKey: ['learnt', 'changes'],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }) => {
    const params = new URLSearchParams({ limit: '20', ...(pageParam && { cursor: pageParam }) });
    return getJson<StandingChangeList>(`/v1/confidence/changes?${params}`, signal);
  },
  getNextPageParam: (page) => page.nextCursor,
});

/** @param cause empty: the one that is suggested. */
export function draftQuery(cluster: string, cause: string) {
  return queryOptions({
    queryKey: ['coverage', 'draft', cluster, cause],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      getJson<RuleDraft>(
        `/v1/coverage/clusters/${encodeURIComponent(cluster)}/draft${cause && `?${new URLSearchParams({ cause })}`}`,
        signal,
      ),
  });
}
