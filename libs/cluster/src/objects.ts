/**
 * Objects as the API server writes them in JSON. Not the client's classes: those drop fields that they don't know, and a pod template that is
 * written back must be whole.
 */
export interface KubeObject<Spec = unknown, Status = unknown> {
  metadata: Metadata;
  spec: Spec;
  /** Absent: no controller has seen it yet. */
  status?: Status;
}

export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  /** Counts the changes of the spec. */
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { uid: string }[];
  deletionTimestamp?: string;
}

/** A pod template; fields that nothing here reads are kept. */
export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: { containers?: Container[] };
}

export interface Container {
  name: string;
  image?: string;
  resources?: Resources;
}

export interface Resources {
  limits?: Record<string, string>;
  requests?: Record<string, string>;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  /** RFC 3339, whole seconds. */
  lastUpdateTime?: string;
}

export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Pod {
  metadata: Metadata;
  status?: {
    phase?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  name: string;
  state?: { terminated?: Terminated; waiting?: { reason?: string } };
  lastState?: { terminated?: Terminated };
}

export interface Terminated {
  reason?: string;
}

/** Which objects of an API group: where they are found. */
export interface ResourceType {
  group: string;
  version: string;
  plural: string;
  /** One of them, for people. */
  singular: string;
}

/** A selector as a query parameter; empty: everything. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    }
  });
  return [...labels, ...expressions].join(',');
}

export function isOwnedBy({ metadata }: KubeObject, uid: string): boolean {
  return metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
}

/** Whether a pod can serve. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

/** Milliseconds since the epoch; undefined: it does not say. */
export function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}
