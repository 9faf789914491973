import type { Api } from '../api.ts';
import { isOwnedBy, type KubeObject, type PodTemplate, type ResourceType } from '../objects.ts';
import { authored, templateHash } from '../template.ts';
import type { Revision, Workload } from '../workload.ts';

const REPLICA_SETS: ResourceType = { group: 'apps', version: 'v1', plural: 'replicasets', singular: 'replica set' };

type ReplicaSet = KubeObject<{ template: PodTemplate }, { replicas?: number; readyReplicas?: number }>;

/** What a controller writes on the ReplicaSets that are its revisions. */
export interface Marks {
  /** The annotation with their number. */
  revision: string;
  /** The label of the template's hash. */
  hash: string;
}

/** The ReplicaSets that a workload owns, as its revisions, the newest first. */
export async function replicaSetRevisions(api: Api, workload: Workload, marks: Marks): Promise<Revision[]> {
  const sets = await api.list<ReplicaSet>(REPLICA_SETS, workload.namespace, workload.selector);
  return sets
    .filter((set) => isOwnedBy(set, workload.uid))
    .flatMap((set) => {
      const number = numberOf(set.metadata.annotations?.[marks.revision]);
      return number === undefined ? [] : [revisionOf(set, number, workload, marks)];
    })
    .sort((a, b) => b.number - a.number);
}

function revisionOf(
  { metadata, spec, status }: ReplicaSet,
  number: number,
  workload: Workload,
  marks: Marks,
): Revision {
  const value = metadata.labels?.[marks.hash] ?? spec.template.metadata?.labels?.[marks.hash];
  return {
    number,
    template: authored(spec.template),
    hash: templateHash(spec.template),
    current: number === workload.revision,
    health: healthOf(status),
    podLabel: value === undefined ? undefined : { name: marks.hash, value },
  };
}

function healthOf(status: ReplicaSet['status']): Revision['health'] {
  if ((status?.replicas ?? 0) === 0) return 'unknown';
  return (status?.readyReplicas ?? 0) > 0 ? 'ready' : 'unready';
}

/** A revision as annotations write it; undefined: none. */
export function numberOf(text: string | undefined): number | undefined {
  const revision = Number(text);
  return Number.isInteger(revision) && revision > 0 ? revision : undefined;
}
