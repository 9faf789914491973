import type { Workload } from '@prunella/contracts';
import { Duration, parseDuration, stableId } from '@prunella/core';
import { z } from 'zod';
import { KUBERNETES_NAME } from './promql.ts';

const TOTAL = 'sum by (namespace, service) (rate(http_requests_total[5m]))';
const BAD = 'sum by (namespace, service) (rate(http_requests_total{status=~"5.."}[5m]))';
/** Share of 5xx of each service. Without a single error there is no series of errors, which is zero; without requests it is 0 / 0, which is no data. */
const ERROR_RATIOS = `(${BAD} or 0 * ${TOTAL}) / ${TOTAL}`;

const Label = z.string().regex(/^[a-zA-Z_]\w{0,127}$/, { error: 'expected the name of a label' });
const [LEAST, MOST] = [parseDuration('1s') ?? 0, parseDuration('1h') ?? 0];

/** A question that Prometheus is asked again and again; each series of the answer is judged by itself. */
export const MetricCheck = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' }),
    query: z.string().min(1).max(4_096).default(ERROR_RATIOS).describe('PromQL that gives at most 200 series.'),
    metric: z
      .enum(['error_rate', 'memory', 'cpu', 'latency_ms'])
      .default('error_rate')
      .describe('What the number is; ratios from 0 to 1.'),
    trigger: z.number().default(0.05).describe('At or above this it is bad.'),
    rollback: z.number().default(0.1).describe('An error rate above this is rolled back, below it people are told.'),
    for: z.int().min(1).max(100).default(3).describe('So often in a row it has to be bad, or good again.'),
    every: Duration.refine((ms) => ms >= LEAST && ms <= MOST, { error: 'expected a duration from 1s to 1h' })
      .prefault('30s')
      .describe('Time between two questions.'),
    workload: z
      .strictObject({
        kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']).default('Deployment'),
        namespace: Label.default('namespace'),
        name: Label.default('service'),
      })
      .prefault({})
      .describe('Labels that name the workload of a series.'),
    environment: Label.optional().describe('Label that names the environment.'),
    repository: Label.optional().describe('Label that names the repository.'),
    pipeline: Label.optional().describe('Label that names the pipeline.'),
  })
  .refine(({ metric, trigger }) => metric === 'error_rate' || trigger !== 0.05, {
    error: 'expected a trigger: only error_rate has a usual one',
    path: ['trigger'],
  });
export type MetricCheck = z.infer<typeof MetricCheck>;

/** What a series is about, as its labels say. */
export interface SeriesAbout {
  workload?: Workload;
  environment: string;
  repository: string;
  pipelineId: string;
}

/** A series that is not well, or was not lately. */
export interface SeriesState {
  about: SeriesAbout;
  /** In a row, newest. */
  bad: number;
  good: number;
  /** When it became bad, in ms since the epoch: names the episode. */
  since: number;
  seenAt: number;
  /** It was told. */
  open: boolean;
}

/** What is to be told of a series. */
export interface Breach {
  key: string;
  about: SeriesAbout;
  since: number;
  at: number;
  /** Absent: it is over. */
  bad?: { type: string; says: string; metrics: Record<string, number> };
}

export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

const MOST_KEPT = 300;
/** What was not seen for so long is gone: nobody knows how it ended. */
const FORGET_MS = 86_400_000;

/** The states after one answer, and what is new. What was not seen keeps its state: no data is neither good nor bad. */
export function judged(
  before: Readonly<Record<string, SeriesState>>,
  samples: readonly Sample[],
  check: MetricCheck,
  at: number,
): { series: Record<string, SeriesState>; breaches: Breach[] } {
  const series = new Map(Object.entries(before).filter(([, { seenAt }]) => at - seenAt <= FORGET_MS));
  const breaches: Breach[] = [];
  for (const { labels, value } of samples) {
    if (Number.isNaN(value)) continue;
    const key = keyOf(check, labels);
    const isBad = value >= check.trigger;
    const known = series.get(key);
    if (known === undefined && !isBad) continue;
    const last = known ?? { about: aboutOf(check, labels, key), bad: 0, good: 0, since: at, seenAt: at, open: false };
    const next = { ...last, seenAt: at, bad: isBad ? last.bad + 1 : 0, good: isBad ? 0 : last.good + 1 };
    const { about, since } = next;
    series.set(key, next);
    if (!next.open && next.bad >= check.for) {
      next.open = true;
      breaches.push({ key, about, since, at, bad: badnessOf(check, value) });
    } else if (next.open && next.good >= check.for) breaches.push({ key, about, since, at });
    if (!isBad && (!next.open || next.good >= check.for)) series.delete(key);
  }
  const kept = [...series].sort(([, a], [, b]) => b.seenAt - a.seenAt).slice(0, MOST_KEPT);
  return { series: Object.fromEntries(kept), breaches };
}

/** The type is what the rules know: libs/rules/builtin/checks.yaml. */
function badnessOf({ metric, trigger, rollback, ...check }: MetricCheck, value: number): Breach['bad'] {
  const types = { memory: 'CheckMemory', cpu: 'CheckCpu', latency_ms: 'CheckLatency' };
  const type = metric === 'error_rate' ? (value > rollback ? 'CheckErrorRate' : 'CheckErrorsRaised') : types[metric];
  const says = `${metric} is ${Math.round(value * 10_000) / 10_000}, expected below ${trigger}, ${check.for} times in a row`;
  return { type, says, metrics: Number.isFinite(value) ? { [metric]: value } : {} };
}

function aboutOf(check: MetricCheck, labels: Sample['labels'], key: string): SeriesAbout {
  const at = (label: string | undefined) => (label === undefined ? '' : (labels[label] ?? '')).slice(0, 250);
  const [namespace, name] = [at(check.workload.namespace), at(check.workload.name)];
  const isWorkload = [namespace, name].every((word) => KUBERNETES_NAME.test(word));
  return {
    ...(isWorkload && { workload: { kind: check.workload.kind, namespace, name, container: '' } }),
    environment: at(check.environment),
    repository: at(check.repository),
    pipelineId:
      at(check.pipeline) || ['check', check.name, ...(isWorkload ? [namespace, name] : [key])].join('/').slice(0, 512),
  };
}

function keyOf({ name }: MetricCheck, labels: Sample['labels']): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return stableId('series', name, ...sorted.flat());
}
