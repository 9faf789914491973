import { type Condition, conditionOf, type KubeObject, type Metadata, ownerOf, short, timeOf } from './objects.ts';
import { type Provenance, provenanceOf } from './provenance.ts';
import { revisionOf } from './replica-set.ts';

export const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'Job'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** What a workload says of itself that is wrong. */
export interface WorkloadTrouble {
  type: 'ProgressDeadlineExceeded' | 'RolloutAborted' | 'RolloutDegraded';
  says: string;
  at?: number;
}

/** What is kept of a workload. */
export interface WorkloadFacts {
  uid: string;
  kind: WorkloadKind;
  namespace: string;
  name: string;
  /** The part of its name that is the same for its next run: of a Job that a CronJob made, the CronJob's. */
  pipeline: string;
  /** As its controller counts them; undefined: it does not. */
  revision?: number;
  /** The hash that the pods of its newest revision carry; undefined: it is known by its ReplicaSets, or not at all. */
  hash?: string;
  generation?: number;
  /** `complete`: the newest revision is rolled out, and all its replicas can serve. `idle`: it wants none. */
  state: 'complete' | 'progressing' | 'idle';
  /** A revision is being brought in, so far as the workload itself tells. */
  updating: boolean;
  trouble?: WorkloadTrouble;
  provenance: Provenance;
  /** The last change that Prunella noted on it. */
  change?: { key: string; at: number; revision: number };
}

interface Spec {
  replicas?: number;
  completions?: number;
  template?: { metadata?: Metadata };
}

interface Status {
  observedGeneration?: number | string;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
  desiredNumberScheduled?: number;
  updatedNumberScheduled?: number;
  numberAvailable?: number;
  phase?: string;
  message?: string;
  abort?: boolean;
  currentPodHash?: string;
  stableRS?: string;
  conditions?: Condition[];
}

type Raw = KubeObject<Spec, Status>;
type Own = Pick<WorkloadFacts, 'state' | 'updating' | 'hash' | 'trouble'>;

/** Reads one object of a kind. Pure. */
export function workloadFacts(kind: WorkloadKind): (object: unknown) => WorkloadFacts | undefined {
  return (object) => {
    const raw = object as Raw;
    const { metadata = {}, spec } = raw;
    const { uid = '', namespace = '', name = '', annotations = {}, generation } = metadata;
    const revision = revisionOf(annotations);
    const change = changeIn(annotations);
    const owner = ownerOf(metadata);
    return {
      uid,
      kind,
      namespace,
      name,
      pipeline: kind === 'Job' && owner?.kind === 'CronJob' ? owner.name : name,
      ...(revision !== undefined && { revision }),
      ...(generation !== undefined && { generation }),
      ...(change !== undefined && { change }),
      provenance: provenanceOf(spec?.template?.metadata, metadata),
      ...READ[kind](raw),
    };
  };
}

const READ: Readonly<Record<WorkloadKind, (raw: Raw) => Own>> = {
  Deployment(raw) {
    const { spec, status = {} } = raw;
    const wanted = spec?.replicas ?? 1;
    const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
    const isDone =
      isObserved(raw) && updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= wanted;
    const progressing = conditionOf(status.conditions, 'Progressing');
    const isStuck =
      isObserved(raw) && progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded';
    const at = timeOf(progressing?.lastTransitionTime);
    const says = short(progressing?.message) || 'it exceeded its progress deadline';
    return {
      state: stateOf(wanted, isDone && !isStuck),
      updating: updatedReplicas < replicas || updatedReplicas < wanted || progressing?.reason === 'ReplicaSetUpdated',
      ...(isStuck && { trouble: { type: 'ProgressDeadlineExceeded', says, ...(at !== undefined && { at }) } }),
    };
  },
  StatefulSet(raw) {
    const { spec, status = {} } = raw;
    const wanted = spec?.replicas ?? 1;
    const { readyReplicas = 0, availableReplicas = readyReplicas, currentRevision, updateRevision } = status;
    const updating = currentRevision !== updateRevision;
    return {
      state: stateOf(wanted, isObserved(raw) && !updating && availableReplicas >= wanted),
      updating,
      ...(updateRevision !== undefined && { hash: updateRevision }),
    };
  },
  DaemonSet(raw) {
    const { status = {} } = raw;
    const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
    const updating = updatedNumberScheduled < wanted;
    return { state: stateOf(wanted, isObserved(raw) && !updating && numberAvailable >= wanted), updating };
  },
  Rollout(raw) {
    const { spec, status = {} } = raw;
    const { currentPodHash: hash, stableRS, abort, phase, availableReplicas = 0 } = status;
    const wanted = spec?.replicas ?? 1;
    const says = short(status.message) || `it is ${phase}`;
    const isCurrent = isObserved(raw);
    const trouble = rolloutTrouble(abort === true, phase, says);
    return {
      state: stateOf(wanted, isCurrent && phase === 'Healthy' && availableReplicas >= wanted),
      updating: stableRS !== hash,
      ...(hash !== undefined && { hash }),
      ...(isCurrent && trouble !== undefined && { trouble }),
    };
  },
  Job(raw) {
    const isDone = conditionOf(raw.status?.conditions, 'Complete')?.status === 'True';
    return { state: isDone ? 'complete' : 'progressing', updating: true };
  },
};

function rolloutTrouble(aborted: boolean, phase: string | undefined, says: string): WorkloadTrouble | undefined {
  if (aborted) return { type: 'RolloutAborted', says };
  if (phase !== 'Degraded') return undefined;
  return { type: /ProgressDeadlineExceeded/.test(says) ? 'ProgressDeadlineExceeded' : 'RolloutDegraded', says };
}

function stateOf(wanted: number, isDone: boolean): WorkloadFacts['state'] {
  if (wanted === 0) return 'idle';
  return isDone ? 'complete' : 'progressing';
}

function isObserved({ metadata, status }: Raw): boolean {
  return Number(status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
}

/** As the remediator notes it; undefined: none, or somebody wrote something else there. */
function changeIn(annotations: Readonly<Record<string, string>>): WorkloadFacts['change'] {
  try {
    const { key, at, revision } = JSON.parse(annotations['prunella.dev/change'] ?? '') as Record<string, unknown>;
    if (typeof key !== 'string' || typeof at !== 'number' || typeof revision !== 'number') return undefined;
    return { key, at, revision };
  } catch {
    return undefined;
  }
}
