import {
  ApiException,
  AppsV1Api,
  type ConfigurationOptions,
  KubeConfig,
  Observable,
  type ObservableMiddleware,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1PodTemplateSpec,
  type V1ReplicaSet,
} from '@kubernetes/client-node';
import { messageOf, ProviderError } from '@prunella/core';
import { problemOf, retryAfter } from '@prunella/http';

/** Which Deployment. */
export interface DeploymentRef {
  namespace: string;
  name: string;
}

/** Deployments of a cluster. All methods throw ProviderError. */
export interface Deployments {
  /** undefined: there is none of that name. */
  get(ref: DeploymentRef): Promise<V1Deployment | undefined>;
  /** The ReplicaSets in its selector, not only the owned ones. */
  replicaSets(deployment: V1Deployment): Promise<V1ReplicaSet[]>;
  /**
   * Replaces the pod template, as `kubectl rollout undo` does, if the Deployment is still the one that was read. For the remediator only.
   * `refused`: it was changed meanwhile.
   *
   * @param annotations to be written on the Deployment, beside its change-cause.
   */
  replaceTemplate(
    deployment: V1Deployment,
    template: V1PodTemplateSpec,
    cause: string,
    annotations?: Readonly<Record<string, string>>,
  ): Promise<void>;
}

const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const LONGEST_MS = 20_000;

/**
 * KUBECONFIG, or the service account when running in a cluster; undefined: neither. `timeoutMs`: longest wait for an answer.
 * Throws ProviderError for a kubeconfig that can't be read.
 */
export function clusterFromEnvironment(
  environment: NodeJS.ProcessEnv,
  { timeoutMs = LONGEST_MS }: { timeoutMs?: number } = {},
): Deployments | undefined {
  const config = new KubeConfig();
  const { KUBECONFIG: file, KUBERNETES_SERVICE_HOST: inCluster } = environment;
  if (!file && !inCluster) return undefined;
  try {
    if (file) config.loadFromFile(file);
    else config.loadFromCluster();
    return deployments(config.makeApiClient(AppsV1Api), timeoutMs);
  } catch (error) {
    throw new ProviderError(
      'kubernetes',
      'refused',
      `KUBECONFIG ${file ?? '(service account)'} can't be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function deployments(api: AppsV1Api, timeoutMs: number): Deployments {
  return {
    async get({ namespace, name }) {
      try {
        return await provided(`get deployment ${namespace}/${name}`, () =>
          api.readNamespacedDeployment({ namespace, name }, within(timeoutMs)),
        );
      } catch (error) {
        if (error instanceof ProviderError && error.problem === 'not-found') return undefined;
        throw error;
      }
    },
    async replicaSets({ metadata, spec }) {
      const namespace = metadata?.namespace ?? 'default';
      const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const list = await provided(`list replica sets of ${namespace}/${metadata?.name}`, () =>
        api.listNamespacedReplicaSet({ namespace, ...(labelSelector !== '' && { labelSelector }) }, within(timeoutMs)),
      );
      return list.items;
    },
    async replaceTemplate({ metadata }, template, cause, more = {}) {
      const namespace = metadata?.namespace ?? 'default';
      const name = metadata?.name ?? '';
      const annotations = { ...metadata?.annotations, ...more, [CHANGE_CAUSE]: cause };
      const body = [
        { op: 'test', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
        { op: 'replace', path: '/spec/template', value: template },
        { op: 'add', path: '/metadata/annotations', value: annotations },
      ];
      await provided(`replace the template of deployment ${namespace}/${name}`, () =>
        api.patchNamespacedDeployment(
          { namespace, name, body },
          setHeaderOptions('Content-Type', PatchStrategy.JsonPatch, within(timeoutMs)),
        ),
      );
    },
  };
}

/** The client itself would wait for minutes. */
function within(timeoutMs: number): ConfigurationOptions<ObservableMiddleware> {
  const limit: ObservableMiddleware = {
    pre(request) {
      request.setSignal(AbortSignal.timeout(timeoutMs));
      return new Observable(Promise.resolve(request));
    },
    post: (response) => new Observable(Promise.resolve(response)),
  };
  return { middleware: [limit], middlewareMergeStrategy: 'append' };
}

/** The one place that reads the API server's errors. */
async function provided<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiException)) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new ProviderError('kubernetes', 'unavailable', `${what}: ${messageOf(reason)}`, { cause: error });
    }
    const { code, headers } = error;
    const retryAfterMs = retryAfter(headers['retry-after'], Date.now());
    throw new ProviderError('kubernetes', problemOf(code), `${what}: HTTP ${code} ${statusMessage(error.body)}`, {
      status: code,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      cause: error,
    });
  }
}

/** The body of an error is a JSON text of a `Status`. */
function statusMessage(body: unknown): string {
  try {
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: unknown } | null;
    return typeof status?.message === 'string' ? status.message : '';
  } catch {
    return String(body).slice(0, 200);
  }
}
