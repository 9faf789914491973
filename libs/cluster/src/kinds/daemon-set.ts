import { gitOpsOwner } from '../git-ops.ts';
import { type KubeObject, type PodTemplate, type ResourceType, type Selector, selectorText } from '../objects.ts';
import { holderOf, type RolloutState, type WorkloadKind } from '../workload.ts';
import { controllerRevisions, historyOf } from './controller-revisions.ts';

const DAEMON_SETS: ResourceType = { group: 'apps', version: 'v1', plural: 'daemonsets', singular: 'daemon set' };

export type DaemonSet = KubeObject<
  { selector: Selector; template: PodTemplate; updateStrategy?: { type?: string } },
  {
    observedGeneration?: number;
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberAvailable?: number;
  }
>;

export const daemonSet: WorkloadKind = {
  kind: 'DaemonSet',
  async read(api, { namespace, name }) {
    const it = await api.get<DaemonSet>(DAEMON_SETS, namespace, name);
    if (it === undefined) return undefined;
    const { metadata, spec, status } = it;
    const selector = selectorText(spec.selector);
    const history = isObserved(it) ? await controllerRevisions(api, { namespace, uid: metadata.uid, selector }) : [];
    return {
      kind: this.kind,
      namespace,
      name,
      uid: metadata.uid,
      // What it is at gets the highest number, also when it was there before.
      revision: history[0]?.revision,
      template: spec.template,
      annotations: metadata.annotations ?? {},
      selector,
      owner: gitOpsOwner(metadata),
      blocked:
        spec.updateStrategy?.type === 'OnDelete'
          ? 'replaces no pod by itself (updateStrategy OnDelete): change it and delete its pods by hand'
          : undefined,
      available: status?.numberAvailable ?? 0,
      rollout: daemonSetRollout(it),
      deadlineSeconds: undefined,
      self: holderOf(DAEMON_SETS, it),
      holder: holderOf(DAEMON_SETS, it),
      updating: false,
    };
  },
  revisions: (api, workload) =>
    historyOf(api, workload, ({ metadata }) => metadata.labels?.['controller-revision-hash']),
};

function isObserved({ metadata, status }: DaemonSet): boolean {
  return (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

/** What `kubectl rollout status` would say. Pure. */
export function daemonSetRollout(it: DaemonSet): RolloutState {
  const { status } = it;
  if (!isObserved(it)) return { kind: 'progressing', says: 'the change is not observed yet' };
  const wanted = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  const available = status?.numberAvailable ?? 0;
  if (updated < wanted) return { kind: 'progressing', says: `${updated} of ${wanted} pods are updated` };
  if (available < wanted) return { kind: 'progressing', says: `${available} of ${wanted} updated pods are available` };
  return { kind: 'complete', says: `${available} of ${wanted} pods are updated and available` };
}
