import { type Controller, defaulted, type NewWorkload, REPLICAS, removePods, templateOf } from './controller.ts';
import { putPodsOf, takeControllerRevision } from './controller-revisions.ts';
import type { Json } from './json-patch.ts';
import type { FakeObject, Store } from './store.ts';

/** Its pods carry the hash of their revision. */
const labelOf = ({ metadata }: FakeObject): string => metadata.labels['controller-revision-hash'] ?? '';

export const daemonSet: Controller = {
  kind: 'DaemonSet',
  reconcile(store, object) {
    takeControllerRevision(store, object, object.spec['template'] as Json);
    status(store, object, { ...counts(0), ...object.status, updatedNumberScheduled: 0 });
  },
  settle(store, object, how) {
    const revision = takeControllerRevision(store, object, object.spec['template'] as Json);
    const ready = how === 'complete' ? REPLICAS : 0;
    removePods(store, object);
    putPodsOf(store, object, Number(revision['revision']), labelOf, { replicas: REPLICAS, ready });
    status(store, object, { ...counts(ready), updatedNumberScheduled: how === 'complete' ? REPLICAS : 1 });
  },
  scale: (store, object, revision, pods) => putPodsOf(store, object, revision, labelOf, pods),
};

function counts(ready: number): Json {
  return {
    desiredNumberScheduled: REPLICAS,
    currentNumberScheduled: REPLICAS,
    numberMisscheduled: 0,
    numberReady: ready,
    numberAvailable: ready,
  };
}

function status(store: Store, object: FakeObject, parts: Json): void {
  object.status = { ...parts, observedGeneration: object.metadata.generation };
  store.touch(object);
}

/** Rolled out with one image after another; the last one is current, and hangs. */
export function addDaemonSet(store: Store, name: string, images: string[], changes: NewWorkload = {}): FakeObject {
  const { annotations = {}, labels = {}, resources = {}, spec = {} } = changes;
  const object = store.put('DaemonSet', name, {
    annotations,
    labels,
    spec: {
      selector: { matchLabels: { app: name } },
      ...spec,
      template: defaulted(templateOf(name, images[0] ?? '', resources)),
    },
    status: counts(0),
  });
  for (const image of images) {
    object.spec['template'] = defaulted(templateOf(name, image, resources));
    daemonSet.reconcile(store, object);
  }
  daemonSet.settle(store, object, 'failed');
  return object;
}
