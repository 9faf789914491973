import { ProviderError } from '@prunella/core';
import type { Api } from '../api.ts';
import { isOwnedBy, isReady, type Metadata, type Pod, type PodTemplate, type ResourceType } from '../objects.ts';
import { authored, templateHash } from '../template.ts';
import type { Revision, Workload } from '../workload.ts';

const CONTROLLER_REVISIONS: ResourceType = {
  group: 'apps',
  version: 'v1',
  plural: 'controllerrevisions',
  singular: 'controller revision',
};
/** Pods of a StatefulSet carry the name of their ControllerRevision there, those of a DaemonSet its hash. */
const POD_LABEL = 'controller-revision-hash';

/** One entry of the history of a StatefulSet or DaemonSet: what it changes in the workload. */
export interface ControllerRevision {
  metadata: Metadata;
  revision: number;
  data?: { spec?: { template?: PodTemplate } };
  spec: undefined;
}

/** The ones that a workload owns, the newest first. */
export async function controllerRevisions(
  api: Api,
  { namespace, uid, selector }: { namespace: string; uid: string; selector: string },
): Promise<ControllerRevision[]> {
  const all = await api.list<ControllerRevision>(CONTROLLER_REVISIONS, namespace, selector);
  return all.filter((one) => isOwnedBy(one, uid)).sort((a, b) => b.revision - a.revision);
}

/** They as revisions, with how their pods are. @param podLabelOf the value of the label that pods of one carry. */
export async function historyOf(
  api: Api,
  workload: Workload,
  podLabelOf: (one: ControllerRevision) => string | undefined,
): Promise<Revision[]> {
  const all = await controllerRevisions(api, workload);
  const pods = await podsIfVisible(api, workload);
  return all.flatMap((one) => {
    const template = one.data?.spec?.template;
    if (template === undefined) return [];
    const value = podLabelOf(one);
    return [
      {
        number: one.revision,
        template: authored(template),
        hash: templateHash(template),
        current: one.revision === workload.revision,
        health: healthOf(pods.filter(({ metadata }) => metadata.labels?.[POD_LABEL] === value)),
        podLabel: value === undefined ? undefined : { name: POD_LABEL, value },
      },
    ];
  });
}

/** Without the right to list pods nothing is known of their health, and that is no reason not to go back. */
async function podsIfVisible(api: Api, { namespace, selector }: Workload): Promise<Pod[]> {
  try {
    return await api.pods(namespace, selector);
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'forbidden') return [];
    throw error;
  }
}

function healthOf(pods: readonly Pod[]): Revision['health'] {
  if (pods.length === 0) return 'unknown';
  return pods.some(isReady) ? 'ready' : 'unready';
}
