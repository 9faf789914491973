import type { V1Deployment, V1PodTemplateSpec, V1ReplicaSet } from '@kubernetes/client-node';

/** The revision to go back to, or why there is none. */
export type RollbackTarget =
  | { kind: 'revision'; revision: number; from: number; template: V1PodTemplateSpec }
  | { kind: 'none'; reason: string };

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

/** What says that a GitOps controller owns an object, and would undo a change made behind its back. */
const GITOPS_OWNERS: readonly { controller: string; mark: RegExp }[] = [
  { controller: 'Argo CD', mark: /^argocd\.argoproj\.io\// },
  { controller: 'Flux', mark: /^(?:kustomize|helm)\.toolkit\.fluxcd\.io\// },
];

/** The GitOps controller that owns an object; undefined: none. Pure. */
export function gitOpsOwner(deployment: V1Deployment): string | undefined {
  const marks = [
    ...Object.keys(deployment.metadata?.labels ?? {}),
    ...Object.keys(deployment.metadata?.annotations ?? {}),
  ];
  return GITOPS_OWNERS.find(({ mark }) => marks.some((name) => mark.test(name)))?.controller;
}

/**
 * The revision to go back to: one of the owned ReplicaSets below the current revision whose template differs, without the hash label that the
 * controller adds. The newest of them that serves right now, as one does while the current revision hangs; else the newest, as
 * `kubectl rollout undo` takes it, but never one whose pods are there and none is ready. Pure.
 */
export function rollbackTarget(deployment: V1Deployment, replicaSets: readonly V1ReplicaSet[]): RollbackTarget {
  const name = `${deployment.metadata?.namespace}/${deployment.metadata?.name}`;
  const owner = gitOpsOwner(deployment);
  if (owner !== undefined) return none(`${owner} owns ${name} and would undo it; roll back in its repository`);
  if (deployment.spec?.paused === true) return none(`${name} is paused; resume it first (kubectl rollout resume)`);
  const current = revisionOf(deployment);
  if (current === undefined) return none(`${name} has no revision yet`);
  const earlier = earlierRevisions(deployment, current, replicaSets);
  if (earlier.length === 0) return none(`${name} has no earlier revision that differs from revision ${current}`);
  const target = earlier.find(({ health }) => health === 'ready') ?? earlier.find(({ health }) => health !== 'unready');
  if (target === undefined) return none(`${name} has no earlier revision with a ready replica`);
  return { kind: 'revision', revision: target.revision, from: current, template: target.template };
}

interface Earlier {
  revision: number;
  template: V1PodTemplateSpec;
  /** `unknown`: it is scaled to nothing, as most old revisions are. */
  health: 'ready' | 'unready' | 'unknown';
}

/** The newest first. */
function earlierRevisions(deployment: V1Deployment, current: number, replicaSets: readonly V1ReplicaSet[]): Earlier[] {
  const currentTemplate = canonical(withoutHash(deployment.spec?.template));
  return replicaSets
    .filter((set) => isOwned(set, deployment))
    .flatMap((set) => {
      const revision = revisionOf(set) ?? 0;
      const template = withoutHash(set.spec?.template);
      const differs = template !== undefined && canonical(template) !== currentTemplate;
      return differs && revision > 0 && revision < current ? [{ revision, template, health: healthOf(set) }] : [];
    })
    .sort((a, b) => b.revision - a.revision);
}

function isOwned(set: V1ReplicaSet, { metadata }: V1Deployment): boolean {
  return set.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid) === true;
}

function healthOf({ status }: V1ReplicaSet): Earlier['health'] {
  if ((status?.replicas ?? 0) === 0) return 'unknown';
  return (status?.readyReplicas ?? 0) > 0 ? 'ready' : 'unready';
}

/** The revision that a Deployment or ReplicaSet is at; undefined: not numbered yet. */
export function revisionOf(object: V1Deployment | V1ReplicaSet): number | undefined {
  const revision = Number(object.metadata?.annotations?.[REVISION]);
  return Number.isInteger(revision) && revision > 0 ? revision : undefined;
}

function withoutHash(template: V1PodTemplateSpec | undefined): V1PodTemplateSpec | undefined {
  if (template === undefined) return undefined;
  const { [HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The same text for the same template, whatever the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function none(reason: string): RollbackTarget {
  return { kind: 'none', reason };
}
