import { type Controller, defaulted, type NewWorkload, REPLICAS, removePods, templateOf } from './controller.ts';
import { putPodsOf, takeControllerRevision } from './controller-revisions.ts';
import type { Json } from './json-patch.ts';
import type { FakeObject, Store } from './store.ts';

/** Its pods carry the name of their revision. */
const labelOf = ({ metadata }: FakeObject): string => metadata.name;

/** A pod that is not ready stays, whatever becomes of the template: `settle` ends that. */
export const statefulSet: Controller = {
  kind: 'StatefulSet',
  reconcile(store, object) {
    const revision = takeControllerRevision(store, object, object.spec['template'] as Json);
    object.status = {
      replicas: REPLICAS,
      currentRevision: revision.metadata.name,
      ...object.status,
      updateRevision: revision.metadata.name,
      updatedReplicas: 0,
      observedGeneration: object.metadata.generation,
    };
    store.touch(object);
  },
  settle(store, object, how) {
    const revision = takeControllerRevision(store, object, object.spec['template'] as Json);
    const isComplete = how === 'complete';
    const ready = isComplete ? REPLICAS : 0;
    removePods(store, object);
    putPodsOf(store, object, Number(revision['revision']), labelOf, { replicas: REPLICAS, ready });
    object.status = {
      ...object.status,
      replicas: REPLICAS,
      readyReplicas: ready,
      availableReplicas: ready,
      updatedReplicas: isComplete ? REPLICAS : 1,
      updateRevision: revision.metadata.name,
      ...(isComplete && { currentRevision: revision.metadata.name }),
    };
    store.touch(object);
  },
  scale: (store, object, revision, pods) => putPodsOf(store, object, revision, labelOf, pods),
};

/** Rolled out with one image after another; the last one is current, and hangs. */
export function addStatefulSet(store: Store, name: string, images: string[], changes: NewWorkload = {}): FakeObject {
  const { annotations = {}, labels = {}, resources = {}, spec = {} } = changes;
  const object = store.put('StatefulSet', name, {
    annotations,
    labels,
    spec: {
      replicas: REPLICAS,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      ...spec,
      template: defaulted(templateOf(name, images[0] ?? '', resources)),
    },
    status: { replicas: 0 },
  });
  for (const image of images) {
    object.spec['template'] = defaulted(templateOf(name, image, resources));
    statefulSet.reconcile(store, object);
  }
  statefulSet.settle(store, object, 'failed');
  return object;
}
