import type { ActionType } from '@prunella/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { CostReport, CoverageDraftQuery } from '../gen/api.ts';
import { answer, api, call } from './client.ts';

/** Reports are dear: while somebody reads, they are not read again. */
const KEPT = { staleTime: 60_000, placeholderData: keepPreviousData } as const;

/** From when to when, in ISO 8601. */
export interface ReportRange {
  from: string;
  to: string;
}

export const summaryReportQuery = (query: ReportRange) =>
  queryOptions({
    ...KEPT,
    queryKey: ['reports', 'summary', query],
    queryFn: ({ signal }) => answer(api.GET('/v1/reports/summary', { params: { query }, signal })),
  });

export const effectivenessReportQuery = (query: ReportRange) =>
  queryOptions({
    ...KEPT,
    queryKey: ['reports', 'effectiveness', query],
    queryFn: ({ signal }) => answer(api.GET('/v1/reports/effectiveness', { params: { query }, signal })),
  });

export const costReportQuery = (range: ReportRange, by: CostReport['by']) =>
  queryOptions({
    ...KEPT,
    queryKey: ['reports', 'costs', range, by],
    queryFn: ({ signal }) => answer(api.GET('/v1/reports/costs', { params: { query: { ...range, by } }, signal })),
  });

export const upliftReportQuery = (query: ReportRange) =>
  queryOptions({
    ...KEPT,
    queryKey: ['reports', 'uplift', query],
    queryFn: ({ signal }) => answer(api.GET('/v1/reports/uplift', { params: { query }, signal })),
  });

/** The summary as a file. */
export async function downloadReport(range: ReportRange, format: 'markdown' | 'json'): Promise<Blob> {
  const accept = format === 'json' ? 'application/json' : 'text/markdown';
  const response = await call(`/v1/reports/summary?${new URLSearchParams({ format, ...range })}`, {
    headers: { accept },
  });
  return await response.blob();
}

/** @param action empty: all. */
export function reliabilityQuery(action: ActionType | '') {
  return queryOptions({
    queryKey: ['reports', 'reliability', action],
    ...KEPT,
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/confidence/reliability', { params: { query: { ...(action && { action }) } }, signal })),
  });
}

export function evidenceQuery(decidedBy: string, action: ActionType) {
  return queryOptions({
    queryKey: ['learnt', 'evidence', decidedBy, action],
    queryFn: ({ signal }) =>
      answer(api.GET('/v1/confidence/evidence', { params: { query: { decidedBy, action } }, signal })),
  });
}

export const standingChangesQuery = infiniteQueryOptions({
  queryKey: ['learnt', 'changes'],
  initialPageParam: '',
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: 20, ...(pageParam && { cursor: pageParam }) };
    return answer(api.GET('/v1/confidence/changes', { params: { query }, signal }));
  },
  getNextPageParam: (page) => page.nextCursor,
});

/** @param cause empty: the one that is suggested. */
export function draftQuery(cluster: string, cause: NonNullable<CoverageDraftQuery['cause']> | '') {
  return queryOptions({
    queryKey: ['coverage', 'draft', cluster, cause],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answer(
        api.GET('/v1/coverage/clusters/{id}/draft', {
          params: { path: { id: cluster }, query: { ...(cause && { cause }) } },
          signal,
        }),
      ),
  });
}
