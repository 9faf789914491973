import { type MetricReading, messageOf, ProviderError, type Reading } from '@prunella/core';
import { type HealthCheck, probeHealth } from './health.ts';
import { BadQuery, type Prometheus } from './prometheus.ts';

/** What is looked at; what is absent is not. */
export interface LookFor {
  /** PromQL that gives the error rate. `why`: it can't even be asked. */
  errorRate?: { query: string } | { why: string };
  health?: HealthCheck;
  /** The time for which the error rate is asked, in ms since the epoch; the health check is always now. Default: now. */
  at?: number;
}

/**
 * One look at a service by all that was asked for. What can't be found out is no data, with the reason. Throws nothing of theirs.
 *
 * @param prometheus undefined: none is configured.
 */
export async function look(
  { errorRate, health, at }: LookFor,
  prometheus: Prometheus | undefined,
  signal: AbortSignal,
): Promise<Reading> {
  const [rate, state] = await Promise.all([
    errorRate && errorRateOf(errorRate, prometheus, signal, at),
    health && probeHealth(health, signal),
  ]);
  return { ...(rate && { errorRate: rate }), ...(state && { health: state }) };
}

async function errorRateOf(
  wish: NonNullable<LookFor['errorRate']>,
  prometheus: Prometheus | undefined,
  signal: AbortSignal,
  at: number | undefined,
): Promise<MetricReading> {
  if ('why' in wish) return { kind: 'no-data', why: wish.why };
  if (prometheus === undefined) return { kind: 'no-data', why: 'PROMETHEUS_URL is not set' };
  try {
    return await prometheus.value(wish.query, signal, at);
  } catch (error) {
    if (error instanceof ProviderError || error instanceof BadQuery) return { kind: 'no-data', why: messageOf(error) };
    throw error;
  }
}
