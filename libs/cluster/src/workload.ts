import type { Api } from './api.ts';
import type { KubeObject, PodTemplate, ResourceType } from './objects.ts';

/** Which workload. */
export interface WorkloadRef {
  /** `Deployment`, `StatefulSet`, `DaemonSet`, `Rollout`; empty: a Deployment. */
  kind: string;
  namespace: string;
  name: string;
}

/** A workload as it was read, of whatever kind. */
export interface Workload extends WorkloadRef {
  uid: string;
  /** The revision that it is at, as its controller counts them; undefined: the newest change was not observed yet. */
  revision: number | undefined;
  template: PodTemplate;
  annotations: Readonly<Record<string, string>>;
  /** Its pods and revisions, as a query parameter. */
  selector: string;
  /** The GitOps controller that would undo a change, for people; undefined: none. */
  owner: string | undefined;
  /** Why a change of its template would not reach its pods, e.g. `is paused; ...`; undefined: it would. */
  blocked: string | undefined;
  /** Replicas that can serve. */
  available: number;
  rollout: RolloutState;
  /** How long its rollout may make no progress before its controller gives up, in seconds; undefined: this kind waits for ever. */
  deadlineSeconds: number | undefined;
  /** The object itself. */
  self: Holder;
  /** What holds its template, and is changed: itself, unless it takes the template of another object. */
  holder: Holder;
  /** The name of the revision that is rolled back to, where the controller keeps one as the stable one while it brings in another. */
  stable?: string;
  /** An update is being brought in step by step, and was not broken off yet. */
  updating: boolean;
  /** An update was broken off, by a person or by its controller, and waits to be taken up again or replaced. Absent: none was. */
  aborted?: Aborted;
}

export interface Aborted {
  /** Why, in its controller's words. */
  says: string;
  /** Milliseconds since the epoch; undefined: it does not say. */
  at: number | undefined;
}

export interface Holder {
  type: ResourceType;
  name: string;
  resourceVersion: string;
  annotations: Readonly<Record<string, string>>;
}

/** How a rollout stands, as `kubectl rollout status` would say it. */
export type RolloutState =
  | { kind: 'complete'; says: string }
  | { kind: 'progressing'; says: string; stuck?: string }
  /** The controller gave up waiting; it does nothing more by itself. */
  | {
      kind: 'failed';
      says: string;
      since: number | undefined;
      /** Because there was no progress within the deadline. */
      outOfTime: boolean;
    };

/** One entry of a workload's history. */
export interface Revision {
  /** As the controller counts them. */
  number: number;
  /** As its author wrote it. */
  template: PodTemplate;
  /** The same for the same template. */
  hash: string;
  /** Whether the workload is at this one. */
  current: boolean;
  /** `unready`: pods of it are there, and none is ready. `unknown`: there are none, or they can't be seen. */
  health: 'ready' | 'unready' | 'unknown';
  /** The label that its pods carry; undefined: not known. */
  podLabel: { name: string; value: string } | undefined;
}

/** Reads one kind of workload. */
export interface WorkloadReader {
  /** undefined: there is none of that name. Throws ProviderError. */
  read(api: Api, ref: WorkloadRef): Promise<Workload | undefined>;
}

/** Reads the history of one kind of workload. */
export interface WorkloadHistory {
  /** What it owns, its own revision too, the newest first. Throws ProviderError. */
  revisions(api: Api, workload: Workload): Promise<Revision[]>;
}

/** A kind of workload. One file each, registered in kinds/index.ts. */
export interface WorkloadKind extends WorkloadReader, WorkloadHistory {
  readonly kind: string;
  /** Changes it so that its pods are replaced one after another. Absent: by a template with another annotation, as `kubectl rollout restart` does. */
  restart?(api: Api, workload: Workload, at: string, annotations: Readonly<Record<string, string>>): Promise<void>;
  /** Sets how long a rollout may make no progress, if it is still the one that was read. Absent: there is no such limit. */
  setDeadline?(
    api: Api,
    workload: Workload,
    seconds: number,
    annotations: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Breaks off an update that is being brought in; done twice it is the same. Absent: there is no such thing. */
  abort?(api: Api, workload: Workload): Promise<void>;
  /** Takes up again an update that was broken off. Absent: there is no such thing. */
  retry?(api: Api, workload: Workload): Promise<void>;
}

/** An object in the version that was read. */
export function holderOf(type: ResourceType, { metadata }: KubeObject): Holder {
  const { name, resourceVersion, annotations = {} } = metadata;
  return { type, name, resourceVersion, annotations };
}

/** `namespace/name`, for people. */
export function nameOf({ namespace, name }: Pick<WorkloadRef, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
