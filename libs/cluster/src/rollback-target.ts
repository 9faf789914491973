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
 * The newest revision before the current one, as `kubectl rollout undo` takes it: the owned ReplicaSet with the next lower revision whose template
 * differs; the template without the hash label that the controller adds. Pure.
 */
export function rollbackTarget(deployment: V1Deployment, replicaSets: readonly V1ReplicaSet[]): RollbackTarget {
  const name = `${deployment.metadata?.namespace}/${deployment.metadata?.name}`;
  const owner = gitOpsOwner(deployment);
  if (owner !== undefined) return none(`${owner} owns ${name} and would undo it; roll back in its repository`);
  if (deployment.spec?.paused === true) return none(`${name} is paused; resume it first (kubectl rollout resume)`);
  const current = revisionOf(deployment);
  if (current === undefined) return none(`${name} has no revision yet`);
  const currentTemplate = withoutHash(deployment.spec?.template);
  const [target] = replicaSets
    .filter(
      (set) => set.metadata?.ownerReferences?.some((reference) => reference.uid === deployment.metadata?.uid) === true,
    )
    .map((set) => ({ revision: revisionOf(set) ?? 0, template: withoutHash(set.spec?.template) }))
    .filter(({ revision, template }) => revision > 0 && revision < current && template !== undefined)
    .filter(({ template }) => canonical(template) !== canonical(currentTemplate))
    .sort((a, b) => b.revision - a.revision);
  if (target?.template === undefined)
    return none(`${name} has no earlier revision that differs from revision ${current}`);
  return { kind: 'revision', revision: target.revision, from: current, template: target.template };
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
