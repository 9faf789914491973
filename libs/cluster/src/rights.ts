import { bad, type Finding, note, ok, ProviderError } from '@prunella/core';
import { isConfigured } from './is-configured.ts';
import type { ResourceType } from './objects.ts';
import type { Right } from './right.ts';

const DOCS = 'docs/guide/kubernetes.md';
const NAME = 'Kubernetes';
const ARGO = 'argoproj.io';

/** All that is followed of a cluster is listed and watched. */
export function watchRights(
  types: readonly Pick<ResourceType, 'group' | 'plural'>[],
  namespaces: readonly string[],
): Right[] {
  return inEach(namespaces, (namespace) =>
    types.flatMap(({ group, plural }) =>
      (['list', 'watch'] as const).map((verb) => right({ verb, group, resource: plural, namespace })),
    ),
  );
}

/** Exactly what rollbacks, restarts and raises of resources and deadlines ask for. */
export function healingRights(namespaces: readonly string[]): Right[] {
  return inEach(namespaces, (namespace) => [
    ...['deployments', 'statefulsets', 'daemonsets'].flatMap((resource) =>
      (['get', 'patch'] as const).map((verb) => right({ verb, group: 'apps', resource, namespace })),
    ),
    ...['replicasets', 'controllerrevisions'].map((resource) =>
      right({ verb: 'list', group: 'apps', resource, namespace }),
    ),
    right({ verb: 'list', group: '', resource: 'pods', namespace }),
    ...(['get', 'patch'] as const).map((verb) => right({ verb, group: ARGO, resource: 'rollouts', namespace })),
    right({ verb: 'patch', group: ARGO, resource: 'rollouts', subresource: 'status', namespace }),
  ]).concat(right({ verb: 'list', group: '', resource: 'nodes', namespace: '' }));
}

/**
 * Whether the account of KUBECONFIG, or of the pod, has these rights: the API server is asked (SelfSubjectAccessReview), nothing is tried. No
 * findings: no cluster is configured. Throws nothing of the cluster's.
 *
 * @param what they are for, e.g. `to watch it`.
 */
export async function examineRights(
  environment: NodeJS.ProcessEnv,
  rights: readonly Right[],
  what: string,
  { timeoutMs = 5_000 }: { timeoutMs?: number } = {},
): Promise<Finding[]> {
  if (!isConfigured(environment)) return [];
  const { askRights } = await import('./ask-rights.ts');
  try {
    return rightsFindings(await askRights(environment, rights, timeoutMs), what);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { problem, detail } = error;
    const mend =
      problem === 'unauthenticated'
        ? 'renew what KUBECONFIG signs in with, or the service account of the pod'
        : 'mend KUBECONFIG, or the way to the API server';
    return [bad(NAME, detail, mend, DOCS)];
  }
}

/** Pure. */
export function rightsFindings(reviews: readonly { wanted: Right; allowed: boolean }[], what: string): Finding[] {
  const missing = reviews.filter(({ allowed }) => !allowed).map(({ wanted }) => wanted);
  const [needed, spare] = [missing.filter(({ optional }) => !optional), missing.filter(({ optional }) => optional)];
  const mend = (rights: readonly Right[]) => `give the account a role with: ${listed(rights)}`;
  return [
    needed.length === 0
      ? ok(NAME, `the account has the rights ${what}`)
      : bad(NAME, `the account lacks rights ${what}: ${listed(needed)}`, mend(needed), DOCS),
    ...(spare.length === 0
      ? []
      : [
          note(
            `${NAME}, Argo Rollouts`,
            `the account lacks rights ${what}: ${listed(spare)}`,
            `where there are Rollouts, ${mend(spare)}`,
            DOCS,
          ),
        ]),
  ];
}

/** `patch apps/deployments in shop, list nodes` */
function listed(rights: readonly Right[]): string {
  const groups = Map.groupBy(rights, ({ group, resource, subresource, namespace }) => {
    const path = [group, resource, subresource].filter(Boolean).join('/');
    return `${path}${namespace === '' ? '' : ` in ${namespace}`}`;
  });
  return [...groups].map(([object, those]) => `${those.map(({ verb }) => verb).join('+')} ${object}`).join(', ');
}

function right(wanted: Omit<Right, 'optional'>): Right {
  return wanted.group === ARGO ? { ...wanted, optional: true } : wanted;
}

function inEach(namespaces: readonly string[], of: (namespace: string) => Right[]): Right[] {
  return (namespaces.length === 0 ? [''] : [...new Set(namespaces)].slice(0, MOST_NAMESPACES)).flatMap(of);
}

/** More are alike, as a rule, and each costs a dozen requests. */
const MOST_NAMESPACES = 10;
