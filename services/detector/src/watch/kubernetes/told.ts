import { type PipelineFailed, type PipelineFinished, parseData } from '@prunella/contracts';
import { completed, iso, stableId } from '@prunella/core';
import type { KubernetesSettings } from '@prunella/policy';
import type { Report } from '../../sources/source.ts';
import type { Health, Sighting } from './book.ts';
import { environmentOf } from './environments.ts';
import type { Finding, FindingType } from './findings.ts';
import type { WorkloadFacts } from './workload.ts';

/** The `source` of what this watch tells. */
export const KUBERNETES_SOURCE = 'prunella/detector/kubernetes';

/** What was told of one revision of a workload, as it is kept in KV: whoever goes on, in whatever replica, tells nothing twice. */
export interface Told {
  /** Of the revision. Safe as a KV key. */
  key: string;
  uid: string;
  hash: string;
  incidentId: string;
  /** Of the incident: the newest that was told. As it was told, whatever other incident it turned out to belong to. */
  attempt: number;
  /** What was told since it was well the last time. */
  types: FindingType[];
  stage: Finding['stage'];
  /** So often it failed, was well and failed again. */
  episodes: number;
  /** When it was told, ms since the epoch. */
  at: number;
  /** When it was told that it is well again; absent: it is not. */
  recoveredAt?: number;
}

/** What is to be said, and what is to be kept after that. */
export interface Saying {
  report: Report<'pipeline.failed'> | Report<'pipeline.finished'>;
  told: Told;
  /** What was kept before; undefined: nothing. */
  before: Told | undefined;
  workload: WorkloadFacts;
  /** undefined: that it is well again. */
  type: FindingType | undefined;
}

/** A change that Prunella made goes on counting on its incident for so long. */
const CHANGE_COUNTS_MS = 24 * 60 * 60_000;
const LONGEST_CALM_MS = 60 * 60_000;

export function keyOf({ uid }: Pick<WorkloadFacts, 'uid'>, hash: string): string {
  return stableId('rev', uid, hash);
}

/**
 * What is to be told of a revision in which something is wrong; undefined: it was told. One bad revision is one incident, however many pods and restarts
 * it has. Pure.
 *
 * @param all everything that was told, by its key.
 */
export function failureOf(
  { workload, hash, finding }: Sighting,
  all: ReadonlyMap<string, Told>,
  settings: Pick<KubernetesSettings, 'environments'>,
  now: number,
): Saying | undefined {
  const key = keyOf(workload, hash);
  const before = all.get(key);
  const isOpen = before !== undefined && before.recoveredAt === undefined;
  if (isOpen && !isNews(before, finding)) return undefined;
  // Over before it was told that it is well.
  if (before?.recoveredAt !== undefined && (finding.at ?? now) <= before.recoveredAt) return undefined;
  const run = runOf(workload, hash, settings);
  const change = changeOf(workload, now);
  const incidentId = before?.incidentId ?? change?.incidentId ?? completed(run, key).incidentId;
  const attempt = nextAttempt(incidentId, all, change?.attempt ?? 0);
  const told: Told = {
    key,
    uid: workload.uid,
    hash,
    incidentId,
    attempt,
    types: isOpen ? [...before.types, finding.type] : [finding.type],
    stage: finding.stage,
    episodes: (before?.episodes ?? 0) + (isOpen ? 0 : 1),
    at: now,
  };
  const data: PipelineFailed = {
    ...completed(run, key),
    incidentId,
    attempt,
    workload: { ...workloadOf(workload), container: finding.container },
    conclusion: 'failure',
    finishedAt: iso(finding.at ?? now),
    error: {
      type: finding.type,
      message: finding.message,
      stack: finding.stack,
      ...(finding.exitCode !== undefined && { exitCode: finding.exitCode }),
    },
    metrics: { ...finding.metrics },
    finishedEventId: '',
  };
  const id = `${key}/${attempt}/failed`;
  const report: Saying['report'] = { subject: 'pipeline.failed', id, source: KUBERNETES_SOURCE, time: iso(now), data };
  return { report, told, before, workload, type: finding.type };
}

/** After it could not begin, it is news that it runs and fails, or that it was given up; after that nothing is. */
function isNews({ stage, types }: Told, finding: Finding): boolean {
  return stage === 'waits' && finding.stage === 'fails' && !types.includes(finding.type);
}

/**
 * That a revision of which a failure was told is well again, or another one took its place and is; undefined: it is not, or not for long enough yet.
 * Each time that it fails again it has to be well for twice as long. Pure.
 */
export function recoveryOf(
  before: Told,
  { workload, well, lastTroubleAt }: Health,
  settings: Pick<KubernetesSettings, 'environments' | 'calmFor'>,
  now: number,
): Saying | undefined {
  if (before.recoveredAt !== undefined || !well) return undefined;
  const calmMs = Math.min(settings.calmFor * 2 ** (before.episodes - 1), Math.max(LONGEST_CALM_MS, settings.calmFor));
  if (now - Math.max(before.at, lastTroubleAt ?? 0) < calmMs) return undefined;
  const run = runOf(workload, before.hash, settings);
  const data: PipelineFinished = {
    ...completed(run, before.key),
    incidentId: before.incidentId,
    attempt: before.attempt,
    conclusion: 'success',
    finishedAt: iso(now),
  };
  const id = `${before.key}/${before.attempt}/recovered`;
  const report: Saying['report'] = {
    subject: 'pipeline.finished',
    id,
    source: KUBERNETES_SOURCE,
    time: iso(now),
    data,
  };
  return { report, told: { ...before, recoveredAt: now }, before, workload, type: undefined };
}

/** Another incident may hold several revisions: what Prunella changed goes on with it. */
function nextAttempt(incidentId: string, all: ReadonlyMap<string, Told>, least: number): number {
  const attempts = [...all.values()].filter((told) => told.incidentId === incidentId).map((told) => told.attempt);
  return Math.max(least, 0, ...attempts) + 1;
}

function runOf(
  workload: WorkloadFacts,
  hash: string,
  settings: Pick<KubernetesSettings, 'environments'>,
): PipelineFinished {
  const { kind, namespace, name, pipeline, uid, provenance } = workload;
  const { repository, headSha, branch } = provenance;
  return parseData('pipeline.finished', {
    pipelineId: `kubernetes/${namespace}/${kind}/${pipeline}`,
    platform: 'kubernetes',
    repository,
    runId: hash === '' ? uid : `${uid}.${hash}`,
    headSha,
    branch,
    environment: environmentOf(namespace, settings.environments),
    name: `${kind} ${namespace}/${name}`,
    kind: 'deployment',
    workload: workloadOf(workload),
    conclusion: 'failure',
  });
}

function workloadOf({ kind, namespace, name }: WorkloadFacts): {
  kind: string;
  namespace: string;
  name: string;
  container: string;
} {
  return { kind, namespace, name, container: '' };
}

/** The incident for which Prunella made this revision, and its attempt; undefined: somebody else made it. One change makes one revision. */
function changeOf(
  { change, revision }: WorkloadFacts,
  now: number,
): { incidentId: string; attempt: number } | undefined {
  if (change === undefined || revision !== change.revision + 1 || now - change.at > CHANGE_COUNTS_MS) return undefined;
  const [, incidentId, attempt] = /^([\w-]{1,100})\.(\d{1,6})(?:$|[^\d])/.exec(change.key) ?? [];
  return incidentId === undefined ? undefined : { incidentId, attempt: Number(attempt) };
}
