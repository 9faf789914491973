import type { Run, Workload } from '@prunella/contracts';
import { Duration, parseDuration, type Reading } from '@prunella/core';
import { z } from 'zod';
import { globMatches } from './glob.ts';
import { Globs } from './match.ts';
import { KUBERNETES_NAME, PromQL, queryFor } from './promql.ts';

/**
 * Share of the requests of the last five minutes that were answered with 5xx. `or vector(0)`: without a single error there is no series of
 * errors; without requests it is 0 / 0, which is no data.
 */
export const ERROR_RATIO =
  '(sum(rate(http_requests_total{namespace="{{namespace}}",service="{{name}}",status=~"5.."}[5m])) or vector(0))' +
  ' / sum(rate(http_requests_total{namespace="{{namespace}}",service="{{name}}"}[5m]))';

const Ratio = z.number().min(0).max(1);

/** Which deployments; all that are given have to match. */
const RunMatch = z
  .strictObject({
    platform: Globs.optional().describe('`github`, `kubernetes`, `playground`, ...'),
    repository: Globs.optional().describe('`owner/name`'),
    environment: Globs.optional().describe('Deployment environment.'),
    pipeline: Globs.optional().describe('The id of the pipeline.'),
  })
  .refine((match) => Object.keys(match).length > 0, {
    error: 'expected at least one of platform, repository, environment, pipeline',
    when: ({ issues }) => issues.length === 0,
  });

const KubernetesName = z
  .string()
  .max(253)
  .regex(KUBERNETES_NAME, { error: 'expected a name as Kubernetes has them: small letters, digits, hyphens' });

/** How a service is looked at after a deployment. */
export const Watch = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' })
      .describe('Shown in messages, reasons and metrics; different names.'),
    match: RunMatch.describe('Deployments that are looked at; all that are given have to match.'),
    workload: z
      .strictObject({
        kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']).default('Deployment').describe('Its kind.'),
        namespace: KubernetesName.default('default').describe('Its namespace.'),
        name: KubernetesName.describe('Its name.'),
      })
      .optional()
      .describe('What was deployed. Default: what the event says.'),
    stabilise: between('0s', '1h').prefault('60s').describe('Not looked at before.'),
    checks: z.int().min(1).max(100).default(5).describe('How many looks count: the newest ones.'),
    every: between('1s', '10m').prefault('10s').describe('Time between two looks.'),
    failures: z.int().min(1).max(100).default(3).describe('So many bad ones of those that count: it is bad.'),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' })
      .optional()
      .describe('Health check.'),
    expect: z.int().min(100).max(599).default(200).describe('The HTTP status of a healthy service.'),
    errorRate: z
      .union([z.literal(false), PromQL], { error: 'expected PromQL, or false: it is not looked at' })
      .default(ERROR_RATIO)
      .describe('PromQL that gives one number from 0 to 1; {{namespace}} and {{name}} are those of the workload.'),
    maxErrorRate: Ratio.default(0.05).describe('At or above this a look is bad.'),
    rollbackErrorRate: Ratio.default(0.1).describe('Above this it is rolled back; below it people are told.'),
    window: between('1s', '10m')
      .prefault('5m')
      .describe('How far back the error rate looks: until then a healed service may still look bad.'),
    tell: z
      .array(z.enum(['good', 'inconclusive']))
      .default(['inconclusive'])
      .describe('Ends of which people are told; a bad one is told with its incident.'),
  })
  .refine(({ checks, failures }) => failures <= checks, {
    error: 'expected failures to be at most checks',
    path: ['failures'],
  })
  .refine(({ url, errorRate }) => url !== undefined || errorRate !== false, {
    error: 'expected something to look at: a url, or an errorRate that is not false',
    path: ['errorRate'],
  });
export type Watch = z.infer<typeof Watch>;

/** The watch for a run that deployed something; undefined: none, or it deployed nothing. The first one that matches. */
export function watchFor(watches: readonly Watch[], run: Omit<Run, 'attempt'>): Watch | undefined {
  if (run.kind !== 'deployment' && !(run.kind === 'run' && run.environment !== '')) return undefined;
  return watches.find(({ match, workload }) => matchesRun(match, run) && isSame(workload, run.workload));
}

/** The watch that says how the workload of a run is looked at, whatever kind of run it is; undefined: none. */
export function coveringWatch(watches: readonly Watch[], run: Run): Watch | undefined {
  const { workload } = run;
  if (workload === undefined) return undefined;
  return (
    watchFor(watches, run) ?? watches.find((watch) => watch.workload !== undefined && isSame(watch.workload, workload))
  );
}

/** A watch of one workload is not for a deployment of another one. */
function isSame(watched: Watch['workload'], deployed: Workload | undefined): boolean {
  if (watched === undefined || deployed === undefined) return true;
  return watched.name === deployed.name && (deployed.namespace === '' || watched.namespace === deployed.namespace);
}

function matchesRun(match: Watch['match'], run: Omit<Run, 'attempt'>): boolean {
  const { platform, repository, environment, pipelineId: pipeline } = run;
  const facts = { platform, repository, environment, pipeline };
  return Object.entries(match).every(([field, globs]) =>
    [globs].flat().some((glob) => globMatches(glob, facts[field as keyof typeof facts])),
  );
}

/** What a deployment changed, as the watch or the event says; undefined: nobody says. */
export function workloadOf({ workload }: Watch, run: Pick<Run, 'workload' | 'environment'>): Workload | undefined {
  if (workload !== undefined) return { ...workload, container: run.workload?.container ?? '' };
  return run.workload && { ...run.workload, namespace: run.workload.namespace || run.environment || 'default' };
}

/** What a look looks for, as `@prunella/metrics` takes it. */
export function lookFor(
  { url, expect, errorRate }: Watch,
  workload: Workload | undefined,
): { errorRate?: { query: string } | { why: string }; health?: { url: string; expect: number } } {
  return {
    ...(errorRate !== false && { errorRate: queryFor(errorRate, workload) }),
    ...(url !== undefined && { health: { url, expect } }),
  };
}

/** What one look says. Short: it is kept. */
export interface Check {
  says: 'good' | 'bad' | 'no-data';
  /** From 0 to 1. */
  errorRate?: number;
  /** The health check said no. */
  unhealthy?: true;
  /** Why it is not good. */
  why?: string;
}

/** Bad as soon as one thing is; good only where all that was to be looked at was seen. */
export function checkOf({ errorRate, health }: Reading, { maxErrorRate }: Pick<Watch, 'maxErrorRate'>): Check {
  const rate = errorRate?.kind === 'value' ? errorRate.value : undefined;
  const bad = [
    ...(health?.kind === 'unhealthy' ? [health.says] : []),
    ...(rate !== undefined && !(rate < maxErrorRate)
      ? [`error rate ${percent(rate)}, expected below ${percent(maxErrorRate)}`]
      : []),
  ];
  const missing = [errorRate, health].flatMap((one) => (one?.kind === 'no-data' ? [one.why] : []));
  const seen: Pick<Check, 'errorRate' | 'unhealthy'> = {
    ...(rate !== undefined && Number.isFinite(rate) && { errorRate: rate }),
    ...(health?.kind === 'unhealthy' && { unhealthy: true }),
  };
  if (bad.length > 0) return { says: 'bad', ...seen, why: short(bad.join('; ')) };
  if (missing.length > 0) return { says: 'no-data', ...seen, why: short(missing.join('; ')) };
  if (errorRate === undefined && health === undefined) return { says: 'no-data', why: 'nothing was looked at' };
  return { says: 'good', ...seen };
}

export type WatchVerdict =
  | { kind: 'open' }
  | { kind: 'good' | 'inconclusive'; says: string }
  | {
      kind: 'bad';
      says: string;
      /** The newest error rate of a bad look; absent: none was seen. */
      errorRate?: number;
      /** The health check failed at least once. */
      unhealthy: boolean;
      /** Whether it is bad enough to be rolled back: unhealthy, or the error rate is above its bound. */
      rollBack: boolean;
    };

/**
 * What the looks so far say. The newest `checks` count: it is bad when `failures` of them are, and good when it can't be any more, those
 * without data taken for bad ones, and the newest is good. Where neither is so it is looked at again, up to twice as often; then nobody knows.
 */
export function verdictOf(all: readonly Check[], watch: Omit<Watch, 'match' | 'name'>): WatchVerdict {
  const counting = all.slice(-watch.checks);
  const of = (says: Check['says']): Check[] => counting.filter((check) => check.says === says);
  const [bad, unseen] = [of('bad'), of('no-data')];
  if (bad.length >= watch.failures) return badVerdict(bad, counting.length, watch);
  if (all.length < watch.checks) return { kind: 'open' };
  if (counting.at(-1)?.says === 'good' && bad.length + unseen.length < watch.failures) {
    return { kind: 'good', says: `${of('good').length} of ${counting.length} looks were good${ratesOf(counting)}` };
  }
  if (all.length < watch.checks * 2) return { kind: 'open' };
  const why = (unseen.at(-1) ?? bad.at(-1))?.why ?? '';
  return {
    kind: 'inconclusive',
    says: `${unseen.length} of ${counting.length} looks saw nothing, ${bad.length} were bad: ${why}`,
  };
}

function badVerdict(
  bad: readonly Check[],
  looks: number,
  { rollbackErrorRate }: Pick<Watch, 'rollbackErrorRate'>,
): WatchVerdict {
  const errorRate = bad.findLast((check) => check.errorRate !== undefined)?.errorRate;
  const unhealthy = bad.some((check) => check.unhealthy === true);
  return {
    kind: 'bad',
    says: `${bad.length} of ${looks} looks were bad: ${bad.at(-1)?.why ?? ''}`,
    ...(errorRate !== undefined && { errorRate }),
    unhealthy,
    rollBack: unhealthy || (errorRate ?? 0) > rollbackErrorRate,
  };
}

function ratesOf(checks: readonly Check[]): string {
  const last = checks.at(-1)?.errorRate;
  return last === undefined ? '' : `, error rate ${percent(last)}`;
}

/** `12.5 %`: at most two decimals. */
export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Math.round(ratio * 10_000) / 100} %` : 'without bounds';
}

function short(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 499)}…`;
}

function between(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return Duration.refine((ms) => ms >= from && ms <= to, { error: `expected a duration from ${least} to ${most}` });
}
