import { ProviderError } from '@prunella/core';
import type { Api } from '../api.ts';
import { gitOpsOwner } from '../git-ops.ts';
import {
  isReady,
  type KubeObject,
  type Pod,
  type PodTemplate,
  type ResourceType,
  type Selector,
  selectorText,
} from '../objects.ts';
import { holderOf, type RolloutState, type WorkloadKind } from '../workload.ts';
import { controllerRevisions, historyOf } from './controller-revisions.ts';

const STATEFUL_SETS: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  singular: 'stateful set',
};
const POD_LABEL = 'controller-revision-hash';

export type StatefulSet = KubeObject<
  {
    replicas?: number;
    selector: Selector;
    template: PodTemplate;
    podManagementPolicy?: string;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
  },
  {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    currentRevision?: string;
    updateRevision?: string;
  }
>;

export const statefulSet: WorkloadKind = {
  kind: 'StatefulSet',
  async read(api, { namespace, name }) {
    const it = await api.get<StatefulSet>(STATEFUL_SETS, namespace, name);
    if (it === undefined) return undefined;
    const { metadata, spec, status } = it;
    const selector = selectorText(spec.selector);
    const history = isObserved(it) ? await controllerRevisions(api, { namespace, uid: metadata.uid, selector }) : [];
    const rollout = statefulSetRollout(it);
    return {
      kind: this.kind,
      namespace,
      name,
      uid: metadata.uid,
      revision: history.find((one) => one.metadata.name === status?.updateRevision)?.revision,
      template: spec.template,
      annotations: metadata.annotations ?? {},
      selector,
      owner: gitOpsOwner(metadata),
      blocked: blockedBy(it),
      available: status?.availableReplicas ?? status?.readyReplicas ?? 0,
      rollout: rollout.kind === 'progressing' ? { ...rollout, ...(await stuck(api, it, selector)) } : rollout,
      deadlineSeconds: undefined,
      self: holderOf(STATEFUL_SETS, it),
      holder: holderOf(STATEFUL_SETS, it),
      updating: false,
    };
  },
  revisions: (api, workload) => historyOf(api, workload, ({ metadata }) => metadata.name),
};

function isObserved({ metadata, status }: StatefulSet): boolean {
  return (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

function blockedBy({ spec }: StatefulSet): string | undefined {
  if (spec.updateStrategy?.type === 'OnDelete') {
    return 'replaces no pod by itself (updateStrategy OnDelete): change it and delete its pods by hand';
  }
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const replicas = spec.replicas ?? 1;
  return replicas > 0 && partition >= replicas ? `holds back all its pods (partition ${partition})` : undefined;
}

/**
 * A pod of an older revision that never got ready: with ordered pods the controller waits for it for ever, also when its template was put
 * right (kubernetes/kubernetes#67250).
 */
async function stuck(api: Api, { metadata, spec, status }: StatefulSet, selector: string): Promise<{ stuck?: string }> {
  if (spec.podManagementPolicy === 'Parallel') return {};
  const isHeldUp = (pod: Pod) =>
    pod.metadata.deletionTimestamp === undefined &&
    pod.metadata.labels?.[POD_LABEL] !== status?.updateRevision &&
    !isReady(pod);
  try {
    const pod = (await api.pods(metadata.namespace, selector)).find(isHeldUp);
    if (pod === undefined) return {};
    const { name, namespace } = pod.metadata;
    return {
      stuck: `pod ${name} has the older template and is not ready, and a StatefulSet waits for it for ever: delete it by hand (kubectl delete pod ${name} -n ${namespace})`,
    };
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'forbidden') return {};
    throw error;
  }
}

/** What `kubectl rollout status` would say. Pure. */
export function statefulSetRollout(it: StatefulSet): RolloutState {
  const { spec, status } = it;
  if (!isObserved(it)) return { kind: 'progressing', says: 'the change is not observed yet' };
  const wanted = spec.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const updated = status?.updatedReplicas ?? 0;
  if (ready < wanted) return { kind: 'progressing', says: `${ready} of ${wanted} pods are ready` };
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (partition > 0) {
    const part = Math.max(wanted - partition, 0);
    return updated < part
      ? { kind: 'progressing', says: `${updated} of ${part} pods above its partition are updated` }
      : { kind: 'complete', says: `${updated} pods above its partition are updated and ready` };
  }
  if (status?.updateRevision !== status?.currentRevision) {
    return { kind: 'progressing', says: `${updated} of ${wanted} pods are updated` };
  }
  return { kind: 'complete', says: `${ready} of ${wanted} pods are updated and ready` };
}
