import { bad, type Finding, note, ok, ProviderError } from '@prunella/core';
import { BadLogQuery, type LokiEnvironment, lokiFromEnvironment } from './loki.ts';
import { BadQuery, prometheusFromEnvironment } from './prometheus.ts';

const DOCS = 'docs/guide/post-deploy.md';

/** Whether Prometheus answers a query, and whether it watches anything. Throws nothing of its. */
export async function examinePrometheus(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Finding[]> {
  const prometheus = prometheusFromEnvironment(environment);
  if (prometheus === undefined) {
    return [
      note(
        'Prometheus',
        'PROMETHEUS_URL is not set: nobody looks at error rates after a deployment',
        'set it, and write watches into prunella.yaml',
        DOCS,
      ),
    ];
  }
  try {
    const reading = await prometheus.value('count(up)', signal);
    return [
      reading.kind === 'value'
        ? ok(
            'Prometheus',
            `answers queries, and scrapes ${reading.value} ${reading.value === 1 ? 'target' : 'targets'}`,
          )
        : note(
            'Prometheus',
            'answers queries, and scrapes nothing (there is no `up`)',
            'check that it is the right one',
            DOCS,
          ),
    ];
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof BadQuery)) throw error;
    return [bad('Prometheus', error.message, 'mend PROMETHEUS_URL or PROMETHEUS_TOKEN, or the way there', DOCS)];
  }
}

/** Whether Loki answers a query; none: it is not configured. Throws nothing of its. @param now ms since the epoch. */
export async function examineLoki(environment: LokiEnvironment, signal: AbortSignal, now: number): Promise<Finding[]> {
  const loki = lokiFromEnvironment(environment);
  if (loki === undefined) return [];
  try {
    await loki.lines('{service="prunella"}', { from: now - 60_000, to: now, limit: 1 }, signal);
    return [ok('Loki', 'answers queries')];
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof BadLogQuery)) throw error;
    return [bad('Loki', error.message, 'mend LOKI_URL, LOKI_TOKEN or LOKI_TENANT, or the way there')];
  }
}
