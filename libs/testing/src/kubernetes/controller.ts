import { createHash } from 'node:crypto';
import type { Json } from './json-patch.ts';
import type { FakeObject, Store } from './store.ts';

/** How a rollout of the fake ends. */
export type Ending = 'complete' | 'failed';

/** The part of a controller that rollbacks, restarts and raises of resources see. One for each kind. */
export interface Controller {
  kind: string;
  /** Brings what it owns in line with a template that may be new. The rollout is then in progress. */
  reconcile(store: Store, object: FakeObject): void;
  /** Ends the rollout that is going on. */
  settle(store: Store, object: FakeObject, how: Ending): void;
  /** How many pods of a revision there are, and how many of them are ready. */
  scale(store: Store, object: FakeObject, revision: number, pods: PodCount): void;
}

export interface PodCount {
  replicas: number;
  ready: number;
}

/** What a test says of a workload. */
export interface NewWorkload {
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  /** Of its container. */
  resources?: Json;
  /** More of its spec, e.g. `{ updateStrategy: { type: 'OnDelete' } }`. */
  spec?: Json;
}

export const REPLICAS = 2;

/** The template of a workload with one container. */
export function templateOf(name: string, image: string, resources: Json = {}): Json {
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'app', image, resources }] },
  };
}

/** What the API server puts in where the author said nothing. Custom resources are left as they are. */
export function defaulted(template: Json): Json {
  const spec = template['spec'] as Json;
  return { ...template, spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, ...spec } };
}

/** As a controller names a template. */
export function hashOf(template: Json): string {
  return createHash('sha256')
    .update(sorted(defaulted(template)))
    .digest('hex')
    .slice(0, 10);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Pods of a revision in the place of those that the workload has of it. @param by what looks after them: a ReplicaSet of the workload, or itself. */
export function putPods(
  store: Store,
  owner: FakeObject,
  label: { name: string; value: string },
  pods: PodCount,
  by: FakeObject = owner,
): void {
  const { name } = owner.metadata;
  removePods(store, owner, label);
  for (let index = 0; index < pods.replicas; index += 1) {
    const isReady = index < pods.ready;
    store.put('Pod', `${name}-${label.value.slice(-8)}-${index}`, {
      owner: by,
      labels: { ...selectedBy(owner), [label.name]: label.value },
      spec: { containers: [{ name: 'app', image: 'any' }] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
        containerStatuses: [
          {
            ...{ name: 'app', image: 'any', imageID: 'any', ready: isReady, restartCount: 0 },
            ...{ state: { running: {} }, lastState: {} },
          },
        ],
      },
    });
  }
}

/** The labels that a workload selects by. */
export function selectedBy({ spec }: FakeObject): Record<string, string> {
  return (spec['selector'] as { matchLabels: Record<string, string> }).matchLabels;
}

/** Without a label: all of them. */
export function removePods(store: Store, owner: FakeObject, label?: { name: string; value: string }): void {
  for (const { metadata } of store.ownedBy('Pod', owner)) {
    if (label === undefined || metadata.labels[label.name] === label.value) store.remove('Pod', metadata.name);
  }
}

export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
