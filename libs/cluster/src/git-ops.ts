import type { Metadata } from './objects.ts';

/** What says that a GitOps controller owns an object, and would undo a change made behind its back. */
const GITOPS_OWNERS: readonly { controller: string; mark: RegExp }[] = [
  { controller: 'Argo CD', mark: /^argocd\.argoproj\.io\// },
  { controller: 'Flux', mark: /^(?:kustomize|helm)\.toolkit\.fluxcd\.io\// },
];

/** The GitOps controller that owns an object; undefined: none. Pure. */
export function gitOpsOwner({
  labels = {},
  annotations = {},
}: Pick<Metadata, 'labels' | 'annotations'>): string | undefined {
  const marks = [...Object.keys(labels), ...Object.keys(annotations)];
  return GITOPS_OWNERS.find(({ mark }) => marks.some((name) => mark.test(name)))?.controller;
}
