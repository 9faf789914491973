import { type Controller, hashOf, type NewWorkload, now, REPLICAS, templateOf } from './controller.ts';
import type { Json } from './json-patch.ts';
import { fillReplicaSet, type Marks, scaleReplicaSet, takeReplicaSet } from './replica-sets.ts';
import type { FakeObject, Store } from './store.ts';

const MARKS: Marks = { revision: 'rollout.argoproj.io/revision', hash: 'rollouts-pod-template-hash' };

/** As the controller of Argo Rollouts 1.8 was seen to do it. */
export const rollout: Controller = {
  kind: 'Rollout',
  reconcile(store, object) {
    const hash = takeReplicaSet(store, object, templateIn(store, object), MARKS);
    const isNew = object.status['currentPodHash'] !== hash;
    // A new template takes an abort back; one on a Rollout without an update is removed again.
    const isAborted = object.status['abort'] === true && !isNew && object.status['stableRS'] !== hash;
    const before = { ...object.status };
    delete before['abort'];
    delete before['abortedAt'];
    const isTakenUp = object.status['abortedAt'] !== undefined && !isAborted;
    object.status = {
      stableRS: hash,
      availableReplicas: 0,
      ...before,
      ...(isAborted && { abort: true, abortedAt: object.status['abortedAt'] ?? now() }),
      currentPodHash: hash,
      ...((isNew || isTakenUp) && { phase: 'Progressing', message: 'more replicas need to be updated' }),
      ...(isTakenUp && { conditions: [progress('Unknown', 'RolloutRetry')] }),
      ...(isAborted && {
        phase: 'Degraded',
        message: 'RolloutAborted: Rollout aborted update',
        conditions: [progress('False', 'RolloutAborted')],
      }),
    };
    observe(store, object);
  },
  settle(store, object, how) {
    const hash = hashOf(templateIn(store, object));
    const ready = how === 'complete' ? REPLICAS : 0;
    fillReplicaSet(store, object, hash, MARKS, { replicas: REPLICAS, ready });
    object.status = {
      ...object.status,
      ...(how === 'complete' && { stableRS: hash }),
      replicas: REPLICAS,
      updatedReplicas: REPLICAS,
      readyReplicas: ready,
      availableReplicas: ready,
      phase: how === 'complete' ? 'Healthy' : 'Degraded',
      message: how === 'complete' ? '' : 'ProgressDeadlineExceeded',
      conditions: [
        how === 'complete' ? progress('True', 'NewReplicaSetAvailable') : progress('False', 'ProgressDeadlineExceeded'),
      ],
      ...(object.spec['restartAt'] !== undefined && { restartedAt: object.spec['restartAt'] }),
    };
    store.touch(object);
  },
  scale: (store, object, revision, pods) => scaleReplicaSet(store, object, revision, MARKS, pods),
};

/** Breaks off the update that is being brought in, as the controller does by itself. @param at when, for Argo's time stamps. */
export function abortRollout(store: Store, object: FakeObject, why: string, at: string = now()): void {
  object.status = {
    ...object.status,
    abort: true,
    abortedAt: at,
    phase: 'Degraded',
    message: `RolloutAborted: Rollout aborted update to revision ${object.metadata.annotations[MARKS.revision]}: ${why}`,
    conditions: [progress('False', 'RolloutAborted', at)],
  };
  store.touch(object);
}

function progress(status: 'True' | 'False' | 'Unknown', reason: string, at: string = now()): Json {
  return { type: 'Progressing', status, reason, message: '', lastUpdateTime: at, lastTransitionTime: at };
}

/** Its own, or the one of the workload that it refers to. */
function templateIn(store: Store, { spec }: FakeObject): Json {
  return (holderOf(store, spec)?.spec ?? spec)['template'] as Json;
}

function holderOf(store: Store, spec: Json): FakeObject | undefined {
  const ref = spec['workloadRef'] as { name: string } | undefined;
  return ref && store.find('Deployment', ref.name);
}

function observe(store: Store, object: FakeObject): void {
  object.status['observedGeneration'] = String(object.metadata.generation);
  const holder = holderOf(store, object.spec);
  if (holder !== undefined) object.status['workloadObservedGeneration'] = String(holder.metadata.generation);
  store.touch(object);
}

/** More about a Rollout. */
export interface NewRollout extends NewWorkload {
  /** The last image is being brought in, and the one before is stable; else the last one is. */
  updating?: boolean;
  /** Its template is that of a Deployment of this name, which is there already. */
  workloadRef?: string;
  /** Default: `default`. */
  namespace?: string;
}

/** Rolled out with one image after another; the last one is current. A `template` in its spec is taken, its containers with that image. */
export function addRollout(store: Store, name: string, images: string[], changes: NewRollout = {}): FakeObject {
  const {
    annotations = {},
    labels = {},
    resources = {},
    spec = {},
    updating = false,
    workloadRef,
    namespace,
  } = changes;
  const templateWith = (image: string) =>
    spec['template'] === undefined
      ? templateOf(workloadRef ?? name, image, resources)
      : withImage(spec['template'] as Json, image);
  const object = store.put('Rollout', name, {
    annotations,
    labels,
    ...(namespace !== undefined && { namespace }),
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: { app: workloadRef ?? name } },
      strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } },
      ...spec,
      ...(workloadRef === undefined
        ? { template: templateWith(images[0] ?? '') }
        : { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workloadRef } }),
    },
    status: {},
  });
  for (const [index, image] of images.entries()) {
    const holder = holderOf(store, object.spec) ?? object;
    holder.spec['template'] = templateWith(image);
    rollout.reconcile(store, object);
    if (index < images.length - 1 || !updating) rollout.settle(store, object, 'complete');
  }
  return object;
}

function withImage(template: Json, image: string): Json {
  const copy = structuredClone(template) as { spec: { containers: { image: string }[] } };
  for (const container of copy.spec.containers) container.image = image;
  return copy;
}
