import {
  type Condition,
  type ContainerStatus,
  conditionOf,
  type KubeObject,
  type Owner,
  ownerOf,
  short,
  timeOf,
} from './objects.ts';

/** What can be wrong with a pod. */
export type PodTroubleType =
  | 'OOMKilled'
  | 'CrashLoopBackOff'
  | 'ImagePullBackOff'
  | 'CreateContainerConfigError'
  | 'Unschedulable'
  /** All its containers run, and it is not ready: told of the workload, when it is out of time. */
  | 'NotReady';

/** Something that is wrong with a pod, or was a while ago. */
export interface Trouble {
  type: PodTroubleType;
  /** Empty: the whole pod. */
  container: string;
  /** What Kubernetes says. */
  says: string;
  /** The end of what the container wrote to its termination log; empty: nothing. */
  stack: string;
  exitCode?: number;
  /** It is so now; else it was, and the container runs again. */
  live: boolean;
  /** When it happened, or since when it is so, in ms since the epoch; undefined: Kubernetes does not say. */
  at?: number;
  restarts: number;
  /** How long the container ran before it ended, in ms. */
  ranMs?: number;
}

/** What is kept of a pod with which something is wrong. */
export interface PodFacts {
  uid: string;
  namespace: string;
  name: string;
  owner: Owner;
  /** The revision that it is of, as its controller marks it; empty: not marked. */
  hash: string;
  /** As a DaemonSet marks its pods. */
  generation?: number;
  createdAt?: number;
  troubles: Trouble[];
}

interface Status {
  phase?: string;
  conditions?: Condition[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
}

type Pod = KubeObject<object, Status>;

const HASHES = ['rollouts-pod-template-hash', 'pod-template-hash', 'controller-revision-hash'];
const MOST_TROUBLES = 20;

/** undefined: nothing is wrong, it is on its way out, or no controller looks after it. Pure. */
export function podFacts(object: unknown): PodFacts | undefined {
  const { metadata = {}, status = {} } = object as Pod;
  const owner = ownerOf(metadata);
  if (owner === undefined || timeOf(metadata.deletionTimestamp) !== undefined) return undefined;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const ofPod = [...unscheduled(status.conditions), ...notReady(status)];
  const troubles = [...ofPod, ...containers.flatMap(troublesOf)].slice(0, MOST_TROUBLES);
  if (troubles.length === 0) return undefined;
  const { uid = '', namespace = '', name = '', labels = {} } = metadata;
  const hash = HASHES.map((label) => labels[label]).find((value) => value !== undefined) ?? '';
  const generation = Number(labels['pod-template-generation']);
  const createdAt = timeOf(metadata.creationTimestamp);
  return {
    uid,
    namespace,
    name,
    owner,
    hash,
    ...(generation > 0 && { generation }),
    ...(createdAt !== undefined && { createdAt }),
    troubles,
  };
}

function unscheduled(conditions: readonly Condition[] | undefined): Trouble[] {
  const condition = conditionOf(conditions, 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return [];
  const at = timeOf(condition.lastTransitionTime);
  const says = short(condition.message);
  return [
    { type: 'Unschedulable', container: '', says, stack: '', live: true, restarts: 0, ...(at !== undefined && { at }) },
  ];
}

function notReady({ phase, conditions, containerStatuses = [] }: Status): Trouble[] {
  const condition = conditionOf(conditions, 'Ready');
  const run = containerStatuses.length > 0 && containerStatuses.every(({ state }) => state?.running !== undefined);
  if (phase !== 'Running' || condition?.status !== 'False' || !run) return [];
  const at = timeOf(condition.lastTransitionTime);
  const says = short(condition.message);
  return [
    { type: 'NotReady', container: '', says, stack: '', live: true, restarts: 0, ...(at !== undefined && { at }) },
  ];
}

const WAITING: Readonly<Record<string, PodTroubleType>> = {
  CrashLoopBackOff: 'CrashLoopBackOff',
  ImagePullBackOff: 'ImagePullBackOff',
  ErrImagePull: 'ImagePullBackOff',
  InvalidImageName: 'ImagePullBackOff',
  ErrImageNeverPull: 'ImagePullBackOff',
  CreateContainerConfigError: 'CreateContainerConfigError',
  CreateContainerError: 'CreateContainerConfigError',
};

function troublesOf({
  name: container = '',
  restartCount: restarts = 0,
  state,
  lastState,
}: ContainerStatus): Trouble[] {
  const about = { container, restarts };
  const ended = state?.terminated ?? lastState?.terminated;
  const at = timeOf(ended?.finishedAt);
  const startedAt = timeOf(ended?.startedAt);
  const exit = {
    stack: short(ended?.message, 4_000),
    ...(ended?.exitCode !== undefined && { exitCode: ended.exitCode }),
    ...(at !== undefined && { at }),
    ...(at !== undefined && startedAt !== undefined && { ranMs: at - startedAt }),
  };
  const waiting = state?.waiting;
  const type = WAITING[waiting?.reason ?? ''];
  const says = short([waiting?.reason, waiting?.message].filter((text) => text).join(': '));
  const found: Trouble[] = [];
  if (ended?.reason === 'OOMKilled') {
    found.push({ ...about, ...exit, type: 'OOMKilled', says: 'OOMKilled', live: state?.running === undefined });
  }
  if (type === 'CrashLoopBackOff') found.push({ ...about, ...exit, type, says, live: true });
  else if (type !== undefined) found.push({ ...about, type, says, stack: '', live: true });
  else if (ended !== undefined && ended.exitCode !== 0 && ended.reason !== 'OOMKilled' && restarts > 0) {
    const how = short(`${ended.reason ?? 'it ended'} with exit code ${ended.exitCode ?? '?'}`);
    found.push({ ...about, ...exit, type: 'CrashLoopBackOff', says: how, live: false });
  }
  return found;
}

/**
 * The pod as it is now, with what it said before where it says less now: an image that is waited for (`ImagePullBackOff`) often does not say any more
 * why it could not be pulled (`ErrImagePull`). Pure.
 */
export function remembering(before: PodFacts | undefined, now: PodFacts): PodFacts {
  if (before === undefined) return now;
  const troubles = now.troubles.map((trouble) => {
    const { type, container, says } = trouble;
    const reason = before.troubles.find((one) => one.type === type && one.container === container)?.says ?? '';
    const isMore = type === 'ImagePullBackOff' && says.startsWith('ImagePullBackOff') && /ErrImagePull/.test(reason);
    if (!isMore || says.includes('ErrImagePull')) return trouble;
    return { ...trouble, says: reason.startsWith('ImagePullBackOff') ? reason : short(`${says}; ${reason}`) };
  });
  return { ...now, troubles };
}
