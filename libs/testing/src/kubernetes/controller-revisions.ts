import { hashOf, type PodCount, putPods, selectedBy } from './controller.ts';
import type { Json } from './json-patch.ts';
import type { FakeObject, Store } from './store.ts';

const POD_LABEL = 'controller-revision-hash';

/** Gives a template its ControllerRevision: a known one is taken again, under the next number. */
export function takeControllerRevision(store: Store, owner: FakeObject, template: Json): FakeObject {
  const hash = hashOf(template);
  const { name } = owner.metadata;
  const all = store.ownedBy('ControllerRevision', owner);
  const newest = Math.max(0, ...all.map((one) => Number(one['revision'])));
  const known = all.find(({ metadata }) => metadata.name === `${name}-${hash}`);
  return store.put('ControllerRevision', `${name}-${hash}`, {
    owner,
    labels: { ...selectedBy(owner), [POD_LABEL]: hash },
    revision: known?.['revision'] === newest ? newest : newest + 1,
    data: { spec: { template: { ...template, $patch: 'replace' } } },
  });
}

/** The pods of a revision. @param labelOf the value of the label that its pods carry. */
export function putPodsOf(
  store: Store,
  owner: FakeObject,
  revision: number,
  labelOf: (one: FakeObject) => string,
  pods: PodCount,
): void {
  const one = store.ownedBy('ControllerRevision', owner).find((it) => it['revision'] === revision);
  if (one === undefined) throw new Error(`there is no revision ${revision} of ${owner.metadata.name}`);
  putPods(store, owner, { name: POD_LABEL, value: labelOf(one) }, pods);
}
