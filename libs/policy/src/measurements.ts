import type { Workload } from '@prunella/contracts';
import { z } from 'zod';
import { PromQL, queryFor } from './promql.ts';
import { ERROR_RATIO } from './watch.ts';

/** The pods of a workload, as Deployments, StatefulSets and DaemonSets name them: not those of `web-api` for `web`. */
const CONTAINERS =
  'namespace="{{namespace}}",pod=~"{{name}}(-[a-f0-9]{6,10})?-([0-9]+|[a-z0-9]{5})",container!="",container!="POD"';
const LIMITS = 'namespace="{{namespace}}",pod=~"{{name}}(-[a-f0-9]{6,10})?-([0-9]+|[a-z0-9]{5})"';

/** Of the fullest container, the most of five minutes: what was killed is gone by now. cAdvisor, kube-state-metrics. */
const MEMORY =
  `max(max by (namespace, pod, container) (max_over_time(container_memory_working_set_bytes{${CONTAINERS}}[5m]))` +
  ` / max by (namespace, pod, container) (max_over_time(kube_pod_container_resource_limits{resource="memory",${LIMITS}}[5m])))`;
const CPU =
  `max(sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[5m]))` +
  ` / max by (namespace, pod, container) (max_over_time(kube_pod_container_resource_limits{resource="cpu",${LIMITS}}[5m])))`;
const LATENCY =
  '1000 * histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{namespace="{{namespace}}",service="{{name}}"}[5m])))';

/** PromQL for what is measured around a failure, each gives one number; `false`: it is not asked. */
export const MeasurementSettings = z
  .strictObject({
    error_rate: measured(ERROR_RATIO).describe('Share of the requests that were answered with errors, from 0 to 1.'),
    memory: measured(MEMORY).describe('Share of its limit that the fullest container used.'),
    cpu: measured(CPU).describe('Share of its limit that the busiest container used.'),
    latency_ms: measured(LATENCY).describe('95th percentile, in milliseconds.'),
  })
  .prefault({});
export type MeasurementSettings = z.infer<typeof MeasurementSettings>;

/** A metric as failures name it, and the question for it. */
export interface Measurement {
  metric: keyof MeasurementSettings;
  query: string;
}

/** What is to be asked about a workload; empty where its names can't be put into a query. */
export function measurementsFor(settings: MeasurementSettings, workload: Workload): Measurement[] {
  return Object.entries(settings).flatMap(([metric, template]) => {
    const asked = template === false ? { why: 'off' } : queryFor(template, workload);
    return 'query' in asked ? [{ metric: metric as keyof MeasurementSettings, query: asked.query }] : [];
  });
}

function measured(usual: string) {
  return z.union([z.literal(false), PromQL], { error: 'expected PromQL, or false: it is not asked' }).default(usual);
}
