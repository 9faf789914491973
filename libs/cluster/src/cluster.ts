import { compareQuantities, iso, ProviderError, parseQuantity } from '@prunella/core';
import type { Api } from './api.ts';
import { isConfigured } from './is-configured.ts';
import { KINDS } from './kinds/index.ts';
import type { Pod, PodTemplate } from './objects.ts';
import type { Revision, Workload, WorkloadKind, WorkloadRef } from './workload.ts';

/** What is written on a workload beside a change. */
export interface Notes {
  /** Why it was changed, as `kubectl rollout history` shows it. */
  cause: string;
  annotations?: Readonly<Record<string, string>>;
}

/** The largest node: nothing bigger can run anywhere. */
export type LargestNode =
  | { kind: 'node'; name: string; amount: string }
  /** Not known, and why. */
  | { kind: 'unknown'; reason: string };

/** Workloads of a cluster, whatever their kind. All methods throw ProviderError. */
export interface Cluster {
  /** The kinds that can be handled. */
  readonly kinds: readonly string[];
  /** undefined: there is none of that name. */
  get(ref: WorkloadRef): Promise<Workload | undefined>;
  /** Its own revisions, the newest first. */
  revisions(workload: Workload): Promise<Revision[]>;
  /** The pods in its selector. */
  pods(workload: Workload): Promise<Pod[]>;
  /** What the largest node that takes pods can give. */
  largestNode(resource: 'memory' | 'cpu'): Promise<LargestNode>;
  /**
   * Replaces the pod template and nothing else of the spec, as `kubectl rollout undo` does, if the workload is still the one that was read. For the
   * remediator only, as all that follows. `refused` with status 409: it was changed meanwhile.
   */
  replaceTemplate(workload: Workload, template: PodTemplate, notes: Notes): Promise<void>;
  /** Has its pods replaced one after another, if it is still the one that was read. @param at milliseconds since the epoch. */
  restart(workload: Workload, at: number, notes: Notes): Promise<void>;
  /**
   * Sets how long its rollouts may make no progress, if it is still the one that was read. `refused`: this kind knows no such limit.
   *
   * @param annotations to be written on it beside the change: it makes no revision that could have a cause.
   */
  setDeadline(workload: Workload, seconds: number, annotations: Readonly<Record<string, string>>): Promise<void>;
  /** Breaks off an update that is being brought in step by step; nothing where none is. */
  abort(workload: Workload): Promise<void>;
  /** Takes up an update again that was broken off. `refused`: this kind knows no such thing. */
  retry(workload: Workload): Promise<void>;
}

const CHANGE_CAUSE = 'kubernetes.io/change-cause';
/** As `kubectl rollout restart` notes it: a template with another annotation is rolled out pod by pod. */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';
const LONGEST_MS = 20_000;

/**
 * KUBECONFIG, or the service account when running in a cluster; undefined: neither. `timeoutMs`: longest wait for an answer.
 * Throws ProviderError for a kubeconfig that can't be read.
 */
export async function clusterFromEnvironment(
  environment: NodeJS.ProcessEnv,
  { timeoutMs = LONGEST_MS }: { timeoutMs?: number } = {},
): Promise<Cluster | undefined> {
  if (!isConfigured(environment)) return undefined;
  const [{ configFromEnvironment }, { apiOf }] = await Promise.all([import('./config.ts'), import('./api.ts')]);
  const config = configFromEnvironment(environment);
  return config && clusterOf(apiOf(config, timeoutMs));
}

function clusterOf(api: Api): Cluster {
  return {
    kinds: KINDS.map(({ kind }) => kind),
    get: (ref) => kindOf(ref).read(api, ref),
    revisions: (workload) => kindOf(workload).revisions(api, workload),
    pods: ({ namespace, selector }) => api.pods(namespace, selector),
    largestNode: (resource) => largestNode(api, resource),
    async replaceTemplate(workload, template, notes) {
      const { holder, namespace } = workload;
      await api.patch(holder.type, { ...holder, namespace }, [
        { op: 'replace', path: '/spec/template', value: template },
        { op: 'add', path: '/metadata/annotations', value: { ...holder.annotations, ...annotationsOf(notes) } },
      ]);
    },
    async restart(workload, at, notes) {
      const { restart } = kindOf(workload);
      if (restart !== undefined) return await restart(api, workload, iso(at), annotationsOf(notes));
      const { template } = workload;
      const annotations = { ...template.metadata?.annotations, [RESTARTED]: iso(at) };
      await this.replaceTemplate(workload, { ...template, metadata: { ...template.metadata, annotations } }, notes);
    },
    async setDeadline(workload, seconds, annotations) {
      const { setDeadline } = kindOf(workload);
      if (setDeadline === undefined)
        throw new ProviderError('kubernetes', 'refused', `a ${workload.kind} has no deadline`);
      await setDeadline(api, workload, seconds, annotations);
    },
    async abort(workload) {
      await kindOf(workload).abort?.(api, workload);
    },
    async retry(workload) {
      const { retry } = kindOf(workload);
      if (retry === undefined) throw new ProviderError('kubernetes', 'refused', `a ${workload.kind} can't be retried`);
      await retry(api, workload);
    },
  };
}

function annotationsOf({ cause, annotations = {} }: Notes): Record<string, string> {
  return { ...annotations, [CHANGE_CAUSE]: cause };
}

function kindOf({ kind }: WorkloadRef): WorkloadKind {
  const found = kind === '' ? KINDS[0] : KINDS.find((one) => one.kind === kind);
  if (found === undefined) throw new ProviderError('kubernetes', 'refused', `a ${kind} can't be handled`);
  return found;
}

async function largestNode(api: Api, resource: 'memory' | 'cpu'): Promise<LargestNode> {
  const nodes = await nodesIfVisible(api);
  if (nodes === undefined) return { kind: 'unknown', reason: 'the nodes may not be listed (403)' };
  const [largest] = nodes
    .filter(({ spec }) => spec?.unschedulable !== true)
    .flatMap(({ metadata, status }) => {
      const amount = status?.allocatable?.[resource];
      return amount === undefined ? [] : [{ name: metadata?.name ?? '', amount }];
    })
    .sort((a, b) => compareQuantities(parseQuantity(b.amount), parseQuantity(a.amount)));
  return largest === undefined ? { kind: 'unknown', reason: 'no node takes pods' } : { kind: 'node', ...largest };
}

async function nodesIfVisible(api: Api) {
  try {
    return await api.nodes();
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'forbidden') return undefined;
    throw error;
  }
}
