import { gitOpsOwner } from '../git-ops.ts';
import { type KubeObject, type PodTemplate, type ResourceType, type Selector, selectorText } from '../objects.ts';
import { holderOf, type RolloutState, type WorkloadKind } from '../workload.ts';
import { deadlineOf, deadlineSetter, outOfTime, type ReplicatedSpec, type ReplicatedStatus } from './progress.ts';
import { numberOf, replicaSetRevisions } from './replica-sets.ts';

export const DEPLOYMENTS: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  singular: 'deployment',
};
const REVISION = 'deployment.kubernetes.io/revision';

export type Deployment = KubeObject<
  ReplicatedSpec & { selector: Selector; template: PodTemplate },
  ReplicatedStatus & { observedGeneration?: number }
>;

export const deployment: WorkloadKind = {
  kind: 'Deployment',
  async read(api, { namespace, name }) {
    const it = await api.get<Deployment>(DEPLOYMENTS, namespace, name);
    if (it === undefined) return undefined;
    const { metadata, spec, status } = it;
    const annotations = metadata.annotations ?? {};
    return {
      kind: this.kind,
      namespace,
      name,
      uid: metadata.uid,
      revision: isObserved(it) ? numberOf(annotations[REVISION]) : undefined,
      template: spec.template,
      annotations,
      selector: selectorText(spec.selector),
      owner: gitOpsOwner(metadata),
      blocked: spec.paused === true ? 'is paused; resume it first (kubectl rollout resume)' : undefined,
      available: status?.availableReplicas ?? 0,
      rollout: deploymentRollout(it),
      deadlineSeconds: deadlineOf(spec),
      self: holderOf(DEPLOYMENTS, it),
      holder: holderOf(DEPLOYMENTS, it),
      updating: false,
    };
  },
  revisions: (api, workload) => replicaSetRevisions(api, workload, { revision: REVISION, hash: 'pod-template-hash' }),
  setDeadline: deadlineSetter(DEPLOYMENTS),
};

function isObserved({ metadata, status }: Deployment): boolean {
  return (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

/** What `kubectl rollout status` would say. Pure. */
export function deploymentRollout(it: Deployment): RolloutState {
  const { spec, status } = it;
  if (!isObserved(it)) return { kind: 'progressing', says: 'the change is not observed yet' };
  const late = outOfTime(status);
  if (late !== undefined) return late;
  const wanted = spec.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const total = status?.replicas ?? 0;
  const available = status?.availableReplicas ?? 0;
  if (updated < wanted) return { kind: 'progressing', says: `${updated} of ${wanted} replicas are updated` };
  if (total > updated) return { kind: 'progressing', says: `${total - updated} old replicas wait for their end` };
  if (available < updated)
    return { kind: 'progressing', says: `${available} of ${updated} updated replicas are available` };
  return { kind: 'complete', says: `${available} of ${wanted} replicas are updated and available` };
}
