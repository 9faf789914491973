import { defaulted, hashOf, type PodCount, putPods, REPLICAS, removePods, selectedBy } from './controller.ts';
import type { Json } from './json-patch.ts';
import type { FakeObject, Store } from './store.ts';

/** What a controller writes on ReplicaSets. */
export interface Marks {
  revision: string;
  hash: string;
}

/** Gives a template its ReplicaSet: a known one is taken again, under the next revision. Returns the template's hash. */
export function takeReplicaSet(store: Store, owner: FakeObject, template: Json, marks: Marks): string {
  const hash = hashOf(template);
  const { name } = owner.metadata;
  const sets = store.ownedBy('ReplicaSet', owner);
  const numbers = sets.map(({ metadata }) => Number(metadata.annotations[marks.revision]));
  const known = sets.find(({ metadata }) => metadata.labels[marks.hash] === hash);
  const newest = Math.max(0, ...numbers);
  const number = known?.metadata.annotations[marks.revision] === String(newest) ? newest : newest + 1;
  const labels = { ...selectedBy(owner), [marks.hash]: hash };
  const { metadata, spec } = defaulted(template) as { metadata: { labels: Json }; spec: Json };
  store.put('ReplicaSet', `${name}-${hash}`, {
    owner,
    labels,
    annotations: { [marks.revision]: String(number) },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: { spec, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } },
    },
    status: known?.status ?? { replicas: 0, readyReplicas: 0 },
  });
  owner.metadata.annotations = { ...owner.metadata.annotations, [marks.revision]: String(number) };
  return hash;
}

/** All pods are of this ReplicaSet. */
export function fillReplicaSet(store: Store, owner: FakeObject, hash: string, marks: Marks, pods: PodCount): void {
  for (const set of store.ownedBy('ReplicaSet', owner)) {
    const isIt = set.metadata.labels[marks.hash] === hash;
    set.status = isIt ? { replicas: pods.replicas, readyReplicas: pods.ready } : { replicas: 0, readyReplicas: 0 };
    store.touch(set);
  }
  removePods(store, owner);
  const own = store.ownedBy('ReplicaSet', owner).find(({ metadata }) => metadata.labels[marks.hash] === hash);
  putPods(store, owner, { name: marks.hash, value: hash }, pods, own);
}

export function scaleReplicaSet(store: Store, owner: FakeObject, revision: number, marks: Marks, pods: PodCount): void {
  const set = store
    .ownedBy('ReplicaSet', owner)
    .find(({ metadata }) => metadata.annotations[marks.revision] === String(revision));
  if (set === undefined) throw new Error(`there is no revision ${revision} of ${owner.metadata.name}`);
  set.status = { replicas: pods.replicas, readyReplicas: pods.ready };
  store.touch(set);
}
