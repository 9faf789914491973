import { type Controller, defaulted, hashOf, type NewWorkload, now, REPLICAS, templateOf } from './controller.ts';
import type { Json } from './json-patch.ts';
import { fillReplicaSet, type Marks, scaleReplicaSet, takeReplicaSet } from './replica-sets.ts';
import type { FakeObject, Store } from './store.ts';

const MARKS: Marks = { revision: 'deployment.kubernetes.io/revision', hash: 'pod-template-hash' };

export const deployment: Controller = {
  kind: 'Deployment',
  reconcile(store, object) {
    const before = object.metadata.annotations[MARKS.revision];
    takeReplicaSet(store, object, object.spec['template'] as Json, MARKS);
    // Without another template no rollout begins: one that is out of time stays so until there is progress, whatever its deadline is then.
    if (before !== undefined && before === object.metadata.annotations[MARKS.revision]) {
      object.status['observedGeneration'] = object.metadata.generation;
      return store.touch(object);
    }
    status(store, object, 'ReplicaSetUpdated', { ...object.status, updatedReplicas: 0, replicas: REPLICAS });
  },
  settle(store, object, how) {
    const ready = how === 'complete' ? REPLICAS : 0;
    const hash = hashOf(object.spec['template'] as Json);
    fillReplicaSet(store, object, hash, MARKS, { replicas: REPLICAS, ready });
    status(store, object, how === 'complete' ? 'NewReplicaSetAvailable' : 'ProgressDeadlineExceeded', {
      replicas: REPLICAS,
      updatedReplicas: REPLICAS,
      readyReplicas: ready,
      availableReplicas: ready,
    });
  },
  scale: (store, object, revision, pods) => scaleReplicaSet(store, object, revision, MARKS, pods),
};

function status(store: Store, object: FakeObject, reason: string, counts: Json): void {
  const is = reason === 'ProgressDeadlineExceeded' ? 'False' : 'True';
  object.status = {
    ...counts,
    observedGeneration: object.metadata.generation,
    conditions: [{ type: 'Progressing', status: is, reason, lastUpdateTime: now(), lastTransitionTime: now() }],
  };
  store.touch(object);
}

/** Rolled out with one image after another; the last one is current, and hangs. */
export function addDeployment(store: Store, name: string, images: string[], changes: NewWorkload = {}): FakeObject {
  const { annotations = {}, labels = {}, resources = {}, spec = {} } = changes;
  const object = store.put('Deployment', name, {
    annotations,
    labels,
    spec: {
      replicas: REPLICAS,
      // As the API server puts it in.
      progressDeadlineSeconds: 600,
      selector: { matchLabels: { app: name } },
      ...spec,
      template: defaulted(templateOf(name, images[0] ?? '', resources)),
    },
    status: {},
  });
  for (const image of images) {
    object.spec['template'] = defaulted(templateOf(name, image, resources));
    deployment.reconcile(store, object);
  }
  deployment.settle(store, object, 'failed');
  return object;
}
