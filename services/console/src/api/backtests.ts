import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { BacktestJob } from '../gen/api.ts';
import { createSseParser } from '../model/sse.ts';
import { answer, api, call } from './client.ts';

/** Where the stream of its progress breaks, it is asked for so often. */
const ASKED_EVERY_MS = 3_000;

export const policyQuery = queryOptions({
  queryKey: ['policy', 'in-force'],
  refetchInterval: 15_000,
  queryFn: ({ signal }) => answer(api.GET('/v1/policy', { signal })),
});

/** What is wrong with a text, or what it says; nothing is put in force. */
export function policyCheckQuery(policy: string) {
  return queryOptions({
    queryKey: ['policy', 'check', policy],
    enabled: policy.trim() !== '',
    gcTime: 60_000,
    staleTime: 60_000,
    queryFn: () => answer(api.POST('/v1/policy/check', { body: { policy } })),
  });
}

export const backtestsQuery = queryOptions({
  queryKey: ['backtests', 'list'],
  queryFn: ({ signal }) => answer(api.GET('/v1/backtests', { signal })),
});

export function backtestQuery(id: string) {
  return queryOptions({
    queryKey: ['backtests', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/v1/backtests/{id}', { params: { path: { id } }, signal })),
  });
}

/** What is asked for; `against` may be `current`. */
export interface BacktestWish {
  policy: string;
  against?: string;
  from?: string;
  to?: string;
  judgeWithin: string;
}

export async function startBacktest(wish: BacktestWish): Promise<BacktestJob> {
  return await answer(api.POST('/v1/backtests', { body: wish }));
}

export async function cancelBacktest(id: string): Promise<BacktestJob> {
  return await answer(api.DELETE('/v1/backtests/{id}', { params: { path: { id } } }));
}

/** A backtest, and how far it is as long as it runs. */
export function useBacktest(id: string) {
  const queryClient = useQueryClient();
  const query = useQuery({
    ...backtestQuery(id),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? ASKED_EVERY_MS : false),
  });
  const runs = query.data?.state === 'running';
  useEffect(() => {
    if (!runs) return;
    const leaving = new AbortController();
    follow(id, leaving.signal, (job) => {
      if (job.state === 'running') queryClient.setQueryData(backtestQuery(id).queryKey, job);
      else void queryClient.invalidateQueries({ queryKey: ['backtests'] });
    }).catch(() => undefined); // It is asked for from time to time.
    return () => leaving.abort();
  }, [id, runs, queryClient]);
  return query;
}

/** Reads the server-sent events of its progress until it ends. */
async function follow(id: string, signal: AbortSignal, told: (job: BacktestJob) => void): Promise<void> {
  const headers = { accept: 'text/event-stream' };
  const { body } = await call(`/v1/backtests/${encodeURIComponent(id)}/progress`, { signal, headers });
  if (body === null) return;
  const parser = createSseParser();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    for (const { event, data } of parser.push(piece.value)) {
      if (event === 'backtest') told(JSON.parse(data) as BacktestJob);
    }
  }
}
