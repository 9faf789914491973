import type { KubernetesSettings } from '@prunella/policy';
import type { PodFacts, Trouble } from './pod.ts';
import type { WorkloadFacts } from './workload.ts';

/** What is told of a workload; a closed list, also of metric labels. The rules in libs/rules/builtin know these types. */
export const FINDINGS = [
  'OOMKilled',
  'CrashLoopBackOff',
  'ContainerCrashing',
  'RolloutAborted',
  'RolloutDegraded',
  'ProgressDeadlineExceeded',
  'CreateContainerConfigError',
  'ImagePullBackOff',
  'Unschedulable',
] as const;
export type FindingType = (typeof FINDINGS)[number];

export interface Finding {
  type: FindingType;
  /**
   * `waits`: it has not begun to run; what fails later is worth telling, too. `fails`: it ran and failed, or was given up; what comes after that comes of it.
   */
  stage: 'waits' | 'fails';
  /** Empty: the workload as a whole. */
  container: string;
  /** For people, and for the rules: one sentence. */
  message: string;
  /** What the container said at its end; empty: nothing. */
  stack: string;
  exitCode?: number;
  metrics: Readonly<Record<string, number>>;
  /** When it happened, ms since the epoch; undefined: it is so right now. */
  at?: number;
}

export type Thresholds = Pick<KubernetesSettings, 'restarts' | 'unschedulableFor'>;

/** What Kubernetes itself calls a container that has recovered: its back-off begins anew then. */
const STEADY_MS = 10 * 60_000;
/** Images and secrets may come a moment later than the pod. */
const STARTING_MS = 30_000;
/** What happened longer ago is history: nobody who begins to watch is told of it. */
const LOOK_BACK_MS = 60 * 60_000;
/** A revision that is older than this has proven that it can run: what broke it is something else. */
const NEW_MS = 60 * 60_000;

/** What is known of the revision that a pod is of. */
export interface RevisionAge {
  createdAt?: number;
  updating: boolean;
}

/** What is wrong with a pod that is worth telling, the weightiest; undefined: nothing, or not yet. Pure. */
export function podFinding(
  pod: PodFacts,
  { kind, namespace, name }: Pick<WorkloadFacts, 'kind' | 'namespace' | 'name'>,
  age: RevisionAge,
  thresholds: Thresholds,
  now: number,
): Finding | undefined {
  const findings = pod.troubles.flatMap((trouble) => {
    const of = `${trouble.container && `container ${trouble.container} of `}pod ${pod.name} (${kind} ${namespace}/${name})`;
    const finding = findingOf(trouble, of, { pod, age, thresholds, now });
    return finding === undefined ? [] : [finding];
  });
  return findings.sort(byWeight)[0];
}

/** How far a rollout has come. */
export interface Progress {
  /** Pods of the newest revision. */
  replicas: number;
  ready: number;
  /** Those whose containers all run, ready or not. */
  running: number;
}

/**
 * What a workload says of itself; undefined: nothing is wrong. Where it is out of time the message says how far it has come, for that decides what
 * helps: rules tell what is slow from what runs and never gets ready. Pure.
 *
 * @param progress undefined: nobody knows.
 */
export function workloadFinding(
  { kind, namespace, name, trouble }: WorkloadFacts,
  progress?: Progress,
): Finding | undefined {
  if (trouble === undefined) return undefined;
  const { type, says } = trouble;
  const isNamed = type !== 'RolloutAborted' || says.startsWith(type);
  const far = type === 'ProgressDeadlineExceeded' && progress !== undefined ? ` (${inWords(progress)})` : '';
  const message = `${kind} ${namespace}/${name}: ${isNamed ? '' : `${type}: `}${says}${far}`;
  return { type, stage: 'fails', container: '', message, stack: '', metrics: {} };
}

function inWords({ replicas, ready, running }: Progress): string {
  return `${ready} of ${replicas} new replicas are ready, ${running} run`;
}

export function byWeight(a: Finding, b: Finding): number {
  return FINDINGS.indexOf(a.type) - FINDINGS.indexOf(b.type);
}

interface Circumstances {
  pod: PodFacts;
  age: RevisionAge;
  thresholds: Thresholds;
  now: number;
}

function findingOf(trouble: Trouble, of: string, { pod, age, thresholds, now }: Circumstances): Finding | undefined {
  const { type, container, says, stack, exitCode, restarts, at } = trouble;
  const about = { container, stack, ...(exitCode !== undefined && { exitCode }) };
  const times = `${restarts} restart${restarts === 1 ? '' : 's'}`;
  switch (type) {
    case 'OOMKilled': {
      if (now - (at ?? now) > LOOK_BACK_MS) return undefined;
      const message = `${of} was killed because of its memory limit: OOMKilled, exit code ${exitCode ?? 137}, ${times}`;
      return { ...about, type, stage: 'fails', message, metrics: { memory: 1 }, ...(at !== undefined && { at }) };
    }
    case 'CrashLoopBackOff': {
      const isLoop = trouble.live && restarts >= thresholds.restarts && (trouble.ranMs ?? 0) < STEADY_MS;
      if (!isLoop) return undefined;
      const isNew = age.updating || (age.createdAt !== undefined && now - age.createdAt < NEW_MS);
      const ended = exitCode === undefined ? '' : `, last with exit code ${exitCode}`;
      return isNew
        ? { ...about, type, stage: 'fails', message: `${of} does not come up: ${says}${ended}, ${times}`, metrics: {} }
        : {
            ...about,
            type: 'ContainerCrashing',
            stage: 'fails',
            message: `${of} crashes again and again${ended}, ${times}, in a revision that ran before`,
            metrics: {},
          };
    }
    case 'ImagePullBackOff':
    case 'CreateContainerConfigError':
      if (now - (pod.createdAt ?? 0) < STARTING_MS) return undefined;
      return { ...about, type, stage: 'waits', message: `${of} can't start: ${says}`, metrics: {} };
    case 'NotReady':
      // Each pod is so for a while.
      return undefined;
    case 'Unschedulable':
      if (now - (at ?? now) < thresholds.unschedulableFor) return undefined;
      return { ...about, type, stage: 'waits', message: `${of} has no node: FailedScheduling: ${says}`, metrics: {} };
  }
}
