/**
 * As much of Kubernetes' objects as the watch reads. Everything may be absent: nothing is taken for granted of what another program wrote. Times are
 * texts on a watch and Dates in a list.
 */
export interface KubeObject<Spec = object, Status = object> {
  metadata?: Metadata;
  spec?: Spec;
  status?: Status;
}

export interface Metadata {
  name?: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  creationTimestamp?: Time;
  deletionTimestamp?: Time;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind?: string; name?: string; uid?: string; controller?: boolean }[];
}

export type Time = string | Date | null;

export interface Condition {
  type?: string;
  status?: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: Time;
  lastUpdateTime?: Time;
}

export interface ContainerStatus {
  name?: string;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: object;
  terminated?: { reason?: string; message?: string; exitCode?: number; startedAt?: Time; finishedAt?: Time };
}

/** Who made an object and looks after it. */
export interface Owner {
  kind: string;
  name: string;
  uid: string;
}

export function ownerOf({ ownerReferences = [] }: Metadata): Owner | undefined {
  const it = ownerReferences.find(({ controller }) => controller === true);
  return it && { kind: it.kind ?? '', name: it.name ?? '', uid: it.uid ?? '' };
}

/** Milliseconds since the epoch; undefined: it does not say. */
export function timeOf(time: Time | undefined): number | undefined {
  if (time === undefined || time === null) return undefined;
  const ms = new Date(time).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** A text that others wrote, bounded: it is kept in memory for each object. */
export function short(text: string | undefined, most = 1_000): string {
  const whole = text ?? '';
  return whole.length <= most ? whole : `${whole.slice(0, most - 1)}…`;
}
