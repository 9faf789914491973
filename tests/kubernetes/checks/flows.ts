import { type KubernetesObject, type Pod, selects } from './object.ts';
import { containerPort } from './references.ts';

/** Who talks: one of the pods, or somebody elsewhere in the cluster, or outside of it. */
export type Party = Pod | { namespace: string; namespaceLabels: Record<string, string>; labels: Record<string, string> } | 'outside';

/** Whether network policies let `from` reach `to` at a port, as a network that enforces them would. */
export function reaches(policies: readonly KubernetesObject[], from: Party, to: Party, port: number): boolean {
  return (
    lets(policies, 'Egress', from, (rule) => peersFit(rule.to, to, namespaceOf(from)) && portsFit(rule.ports, to, port)) &&
    lets(policies, 'Ingress', to, (rule) => peersFit(rule.from, from, namespaceOf(to)) && portsFit(rule.ports, to, port))
  );
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports?: { port?: number | string; protocol?: string }[];
}

interface Peer {
  podSelector?: object;
  namespaceSelector?: object;
  ipBlock?: object;
}

/** A pod that no policy selects may do everything; one that some select, what any of them allows. */
function lets(
  policies: readonly KubernetesObject[],
  direction: 'Ingress' | 'Egress',
  party: Party,
  fits: (rule: Rule) => boolean,
): boolean {
  if (party === 'outside') return true;
  const its = policies.filter(
    ({ kind, metadata, spec }: KubernetesObject) =>
      kind === 'NetworkPolicy' &&
      (metadata.namespace ?? 'default') === party.namespace &&
      selects(spec.podSelector, party.labels) &&
      (spec.policyTypes ?? ['Ingress']).includes(direction),
  );
  const rules = its.flatMap(({ spec }: KubernetesObject): Rule[] => spec[direction === 'Ingress' ? 'ingress' : 'egress'] ?? []);
  return its.length === 0 || rules.some(fits);
}

/** No peers: everybody. An address block is taken for what is outside. */
function peersFit(peers: Peer[] | undefined, party: Party, ofPolicy: string | undefined): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (party === 'outside') return ipBlock !== undefined;
    if (ipBlock !== undefined) return false;
    const inNamespace =
      namespaceSelector === undefined ? party.namespace === ofPolicy : selects(namespaceSelector, labelsOf(party));
    return inNamespace && (podSelector === undefined || selects(podSelector, party.labels));
  });
}

function portsFit(ports: Rule['ports'], to: Party, port: number): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some(({ port: allowed, protocol = 'TCP' }) => {
    if (protocol !== 'TCP') return false;
    if (typeof allowed !== 'string') return allowed === undefined || allowed === port;
    return to !== 'outside' && 'spec' in to && containerPort(to, allowed) === port;
  });
}

function namespaceOf(party: Party): string | undefined {
  return party === 'outside' ? undefined : party.namespace;
}

function labelsOf(party: Exclude<Party, 'outside'>): Record<string, string> {
  const name = { 'kubernetes.io/metadata.name': party.namespace };
  return 'namespaceLabels' in party ? { ...name, ...party.namespaceLabels } : name;
}
