import { type KubeObject, type Owner, ownerOf, timeOf } from './objects.ts';

/** What is kept of a ReplicaSet: whose revision it is. */
export interface ReplicaSetFacts {
  uid: string;
  owner: Owner;
  /** As on its pods. */
  hash: string;
  /** As its owner counts them; undefined: it does not say. */
  revision?: number;
  createdAt?: number;
  /** How many pods it has, and how many of them are ready; undefined: it does not say. */
  replicas?: { all: number; ready: number };
}

interface Status {
  replicas?: number;
  readyReplicas?: number;
}

/** undefined: nobody owns it. Pure. */
export function replicaSetFacts(object: unknown): ReplicaSetFacts | undefined {
  const { metadata = {}, status = {} } = object as KubeObject<object, Status>;
  const owner = ownerOf(metadata);
  if (owner === undefined) return undefined;
  const { uid = '', labels = {}, annotations = {} } = metadata;
  const revision = revisionOf(annotations);
  const createdAt = timeOf(metadata.creationTimestamp);
  const { replicas: all, readyReplicas: ready = 0 } = status;
  return {
    uid,
    owner,
    hash: labels['rollouts-pod-template-hash'] ?? labels['pod-template-hash'] ?? '',
    ...(revision !== undefined && { revision }),
    ...(createdAt !== undefined && { createdAt }),
    ...(all !== undefined && { replicas: { all, ready } }),
  };
}

/** The revision as the controllers of Deployments and Rollouts note it; undefined: none. */
export function revisionOf(annotations: Readonly<Record<string, string>>): number | undefined {
  const text = annotations['rollout.argoproj.io/revision'] ?? annotations['deployment.kubernetes.io/revision'];
  const revision = Number(text);
  return Number.isInteger(revision) && revision > 0 ? revision : undefined;
}
