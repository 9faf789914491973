import type { Workload } from '@prunella/contracts';
import { Duration, parseDuration, stableId } from '@prunella/core';
import { z } from 'zod';
import { filled, KUBERNETES_NAME, placesIn } from './promql.ts';

const TOTAL = 'sum by (namespace, service) (rate(http_requests_total[5m]))';
const BAD = 'sum by (namespace, service) (rate(http_requests_total{status=~"5.."}[5m]))';
/** Share of 5xx of each service. Without a single error there is no series of errors, which is zero; without requests it is 0 / 0, which is no data. */
const ERROR_RATIOS = `(${BAD} or 0 * ${TOTAL}) / ${TOTAL}`;

const Label = z.string().regex(/^[a-zA-Z_]\w{0,127}$/, { error: 'expected the name of a label' });
const [LEAST, MOST] = [parseDuration('1s') ?? 0, parseDuration('1h') ?? 0];

const KubernetesName = z
  .string()
  .max(253)
  .regex(KUBERNETES_NAME, { error: 'expected a name as Kubernetes has them: small letters, digits, hyphens' });
const Text = z
  .string()
  .min(1)
  .max(250)
  .regex(/^\P{Cc}+$/u, { error: 'expected text without control characters' });

/** What a check asks about; each field stands for the placeholder of its name. */
const CheckTarget = z
  .strictObject({
    namespace: KubernetesName.describe('Namespace of the workload.'),
    name: KubernetesName.describe('Name of the workload.'),
    environment: Text.describe('Its environment.'),
    repository: Text.describe('Where it comes from, `owner/name`.'),
    pipeline: Text.describe('The id of the pipeline that deploys it.'),
  })
  .partial();
export type CheckTarget = z.infer<typeof CheckTarget>;

const PLACEHOLDERS = Object.keys(CheckTarget.shape);

/** A question that Prometheus is asked again and again; each series of the answer is judged by itself. */
export const MetricCheck = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' })
      .describe('Shown in messages, reasons and metrics; different names.'),
    query: z
      .string()
      .min(1)
      .max(4_096)
      .default(ERROR_RATIOS)
      .describe('PromQL that gives at most 200 series; within quotes the placeholders of `of`.'),
    of: z
      .array(CheckTarget)
      .min(1)
      .max(20)
      .optional()
      .describe('What it is asked about, each by itself; {{namespace}}, {{name}}, ... in the query are theirs.'),
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
        kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']).default('Deployment').describe('Its kind.'),
        namespace: Label.default('namespace').describe('Label that holds its namespace.'),
        name: Label.default('service').describe('Label that holds its name.'),
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
  })
  .refine(
    ({ query }) => placesIn(query).every(({ name, quote }) => PLACEHOLDERS.includes(name) && /["']/.test(quote)),
    {
      error: `expected no placeholders but ${PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ')}, each in " or ' quotes`,
      path: ['query'],
    },
  )
  .refine(({ query, of = [{}] }) => of.every((target) => placesIn(query).every(({ name }) => name in target)), {
    error: 'expected a value for each placeholder of the query in each of these',
    path: ['of'],
  })
  .refine(({ query, of }) => of === undefined || of.length === 1 || placesIn(query).length > 0, {
    error: 'expected a query with placeholders: without them it asks the same of each',
    path: ['query'],
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
  /** In a row, newest: so bad that it is to be rolled back. Absent: it is not. */
  worse?: number;
  /** That it is to be rolled back was told after it had been told as less. */
  worsened?: boolean;
}

/** What is to be told of a series. */
export interface Breach {
  key: string;
  about: SeriesAbout;
  since: number;
  at: number;
  /** 1: it was told first; 2: it got so bad that it is rolled back. */
  attempt: number;
  /** Absent: it is over. */
  bad?: { type: string; says: string; metrics: Record<string, number> };
}

export interface Sample {
  /** What was asked about; absent: nothing particular. */
  of?: CheckTarget;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const MOST_KEPT = 300;
/** What was not seen for so long is gone: nobody knows how it ended. */
const FORGET_MS = 86_400_000;

/** What Prometheus is asked. */
export function questionsOf({ query, of }: MetricCheck): { query: string; of?: CheckTarget }[] {
  return of === undefined ? [{ query }] : of.map((target) => ({ query: filled(query, target), of: target }));
}

/** The states after one answer, and what is new. What was not seen keeps its state: no data is neither good nor bad. */
export function judged(
  before: Readonly<Record<string, SeriesState>>,
  samples: readonly Sample[],
  check: MetricCheck,
  at: number,
): { series: Record<string, SeriesState>; breaches: Breach[] } {
  const series = new Map(Object.entries(before).filter(([, { seenAt }]) => at - seenAt <= FORGET_MS));
  const breaches: Breach[] = [];
  for (const sample of samples) {
    const { value } = sample;
    if (Number.isNaN(value)) continue;
    const key = keyOf(check, sample);
    const isBad = value >= check.trigger;
    const known = series.get(key);
    if (known === undefined && !isBad) continue;
    const last = known ?? { about: aboutOf(check, sample, key), bad: 0, good: 0, since: at, seenAt: at, open: false };
    const isWorse = isToBeRolledBack(check, value);
    const next: SeriesState = {
      ...last,
      seenAt: at,
      bad: isBad ? last.bad + 1 : 0,
      good: isBad ? 0 : last.good + 1,
      worse: isWorse ? (last.worse ?? 0) + 1 : 0,
    };
    series.set(key, next);
    const { about, since } = next;
    const told = { key, about, since, at };
    if (!next.open && next.bad >= check.for) {
      next.open = true;
      next.worsened = isWorse;
      breaches.push({ ...told, attempt: 1, bad: badnessOf(check, value) });
    } else if (next.open && !next.worsened && (next.worse ?? 0) >= check.for) {
      next.worsened = true;
      breaches.push({ ...told, attempt: 2, bad: badnessOf(check, value) });
    } else if (next.open && next.good >= check.for) breaches.push({ ...told, attempt: 2 });
    if (!isBad && (!next.open || next.good >= check.for)) series.delete(key);
  }
  const kept = [...series].sort(([, a], [, b]) => b.seenAt - a.seenAt).slice(0, MOST_KEPT);
  return { series: Object.fromEntries(kept), breaches };
}

function isToBeRolledBack({ metric, rollback }: MetricCheck, value: number): boolean {
  return metric === 'error_rate' && value > rollback;
}

/** The type is what the rules know: libs/rules/builtin/checks.yaml. */
function badnessOf(check: MetricCheck, value: number): Breach['bad'] {
  const { metric, trigger, rollback } = check;
  const isWorse = isToBeRolledBack(check, value);
  const types = { memory: 'CheckMemory', cpu: 'CheckCpu', latency_ms: 'CheckLatency' };
  const type = metric === 'error_rate' ? (isWorse ? 'CheckErrorRate' : 'CheckErrorsRaised') : types[metric];
  const most = metric === 'error_rate' ? ` (above ${rollback} it is rolled back)` : '';
  const says = `${metric} is ${Math.round(value * 10_000) / 10_000}, expected below ${trigger}${most}, ${check.for} times in a row`;
  return { type, says, metrics: Number.isFinite(value) ? { [metric]: value } : {} };
}

function aboutOf(check: MetricCheck, { labels, of = {} }: Sample, key: string): SeriesAbout {
  const at = (label: string | undefined) => (label === undefined ? '' : (labels[label] ?? '')).slice(0, 250);
  const namespace = of.namespace ?? at(check.workload.namespace);
  const name = of.name ?? at(check.workload.name);
  const isWorkload = [namespace, name].every((word) => KUBERNETES_NAME.test(word));
  return {
    ...(isWorkload && { workload: { kind: check.workload.kind, namespace, name, container: '' } }),
    environment: of.environment ?? at(check.environment),
    repository: of.repository ?? at(check.repository),
    pipelineId:
      (of.pipeline ?? at(check.pipeline)) ||
      ['check', check.name, ...(isWorkload ? [namespace, name] : [key])].join('/').slice(0, 512),
  };
}

function keyOf({ name }: MetricCheck, { labels, of = {} }: Sample): string {
  const sorted = [...Object.entries(labels), ...Object.entries(of).map(([field, value]) => [`{{${field}}}`, value])];
  sorted.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return stableId('series', name, ...sorted.flat());
}
