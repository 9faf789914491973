import { Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import { ControllerRevision } from 'kubernetes-models/apps/v1/ControllerRevision';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { ReplicaSet } from 'kubernetes-models/apps/v1/ReplicaSet';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Node } from 'kubernetes-models/v1/Node';
import { Pod } from 'kubernetes-models/v1/Pod';
import type { Json } from './json-patch.ts';

/** Objects of one type. */
export interface Resource {
  /** As in a path: `apps/v1` under `apis`, `v1` under `api`. */
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Media types that a patch of it may have. Custom resources know no strategic merge. */
  patches: readonly string[];
  /** Made of Kubernetes' published OpenAPI, and Argo's published custom resource. */
  model: new (
    data: never,
  ) => { validate(): void };
}

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const BUILT_IN = [JSON_PATCH, MERGE_PATCH, 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'];

/** What we use of the API. */
export const RESOURCES: readonly Resource[] = [
  ...[Deployment, StatefulSet, DaemonSet, ReplicaSet, ControllerRevision].map((model) => ({
    apiVersion: 'apps/v1',
    kind: model.name,
    plural: `${model.name.toLowerCase()}s`,
    namespaced: true,
    patches: BUILT_IN,
    model: model as Resource['model'],
  })),
  { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true, patches: BUILT_IN, model: Job },
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, patches: BUILT_IN, model: Pod },
  { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false, patches: BUILT_IN, model: Node },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    plural: 'rollouts',
    namespaced: true,
    patches: [JSON_PATCH, MERGE_PATCH],
    model: Rollout,
  },
];

/** What a path names; undefined: nothing that we use. */
export interface Target {
  resource: Resource;
  /** Empty: all of them, or the type has none. */
  namespace: string;
  /** Empty: all of them. */
  name: string;
  subresource: '' | 'status';
}

export function targetOf(path: string): Target | undefined {
  const [, version, namespace = '', plural, name = '', subresource = ''] =
    /^\/apis?\/((?:[\w.]+\/)?v\w+)(?:\/namespaces\/([^/]+))?\/(\w+)(?:\/([^/]+))?(?:\/(status))?$/.exec(path) ?? [];
  const resource = RESOURCES.find((one) => one.apiVersion === version && one.plural === plural);
  if (resource === undefined) return undefined;
  // Over all namespaces there are only lists.
  const fits = resource.namespaced ? namespace !== '' || name === '' : namespace === '';
  if (!fits) return undefined;
  return { resource, namespace, name, subresource: subresource as Target['subresource'] };
}

/** Why the object is none of its kind; undefined: it is one. */
export function problemOf({ model: Model }: Resource, object: Json): string | undefined {
  try {
    new Model(object as never).validate();
    return undefined;
  } catch (error) {
    return String(error);
  }
}
