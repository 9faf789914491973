import {
  ApiException,
  type ConfigurationOptions,
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  Observable,
  type ObservableMiddleware,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
} from '@kubernetes/client-node';
import { inSpan, messageOf, ProviderError } from '@prunella/core';
import { problemOf, retryAfter } from '@prunella/http';
import type { KubeObject, Pod, ResourceType } from './objects.ts';

export interface Operation {
  op: 'add' | 'replace' | 'remove' | 'test';
  path: string;
  value?: unknown;
}

/** What is asked of an API server. All methods throw ProviderError; none waits longer than it was told to. */
export interface Api {
  /** undefined: there is none of that name. */
  get<O extends KubeObject>(type: ResourceType, namespace: string, name: string): Promise<O | undefined>;
  list<O extends KubeObject>(type: ResourceType, namespace: string, selector: string): Promise<O[]>;
  /**
   * A JSON patch, all of it or nothing, if the object is still the one that was read. `refused` with status 409: it was changed meanwhile.
   * For the remediator only.
   */
  patch(type: ResourceType, at: Read, operations: readonly Operation[]): Promise<void>;
  /** A merge patch of its status. For the remediator only. */
  patchStatus(type: ResourceType, at: Pick<Read, 'namespace' | 'name'>, status: object): Promise<void>;
  pods(namespace: string, selector: string): Promise<Pod[]>;
  nodes(): Promise<V1Node[]>;
}

/** An object that was read, in the version that was read. */
export interface Read {
  namespace: string;
  name: string;
  resourceVersion: string;
}

/** @param timeoutMs longest wait for an answer. */
export function apiOf(config: KubeConfig, timeoutMs: number): Api {
  const objects = config.makeApiClient(CustomObjectsApi);
  const core = config.makeApiClient(CoreV1Api);
  const as = (strategy: string) => setHeaderOptions('Content-Type', strategy, within(timeoutMs));
  return {
    async get(type, namespace, name) {
      try {
        return await provided(`get ${type.singular} ${namespace}/${name}`, () =>
          objects.getNamespacedCustomObject({ ...pathOf(type), namespace, name }, within(timeoutMs)),
        );
      } catch (error) {
        if (error instanceof ProviderError && error.problem === 'not-found') return undefined;
        throw error;
      }
    },
    async list<O extends KubeObject>(type: ResourceType, namespace: string, selector: string) {
      const list = (await provided(`list ${type.plural} in ${namespace}`, () =>
        objects.listNamespacedCustomObject(
          { ...pathOf(type), namespace, ...(selector !== '' && { labelSelector: selector }) },
          within(timeoutMs),
        ),
      )) as { items: O[] };
      return list.items;
    },
    async patch(type, { namespace, name, resourceVersion }, operations) {
      // With the version in it, a patch of what was changed meanwhile is a conflict.
      const body = [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }, ...operations];
      await provided(`patch ${type.singular} ${namespace}/${name}`, () =>
        objects.patchNamespacedCustomObject({ ...pathOf(type), namespace, name, body }, as(PatchStrategy.JsonPatch)),
      );
    },
    async patchStatus(type, { namespace, name }, status) {
      await provided(`patch the status of ${type.singular} ${namespace}/${name}`, () =>
        objects.patchNamespacedCustomObjectStatus(
          { ...pathOf(type), namespace, name, body: { status } },
          as(PatchStrategy.MergePatch),
        ),
      );
    },
    async pods(namespace, selector) {
      const list = await provided(`list pods in ${namespace}`, () =>
        core.listNamespacedPod({ namespace, ...(selector !== '' && { labelSelector: selector }) }, within(timeoutMs)),
      );
      // The client's pods have the same fields, but for their times.
      return list.items as unknown as Pod[];
    },
    async nodes() {
      return (await provided('list nodes', () => core.listNode({}, within(timeoutMs)))).items;
    },
  };
}

function pathOf({ group, version, plural }: ResourceType) {
  return { group, version, plural };
}

/** The client itself would wait for minutes. */
export function within(timeoutMs: number): ConfigurationOptions<ObservableMiddleware> {
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
export async function provided<T>(what: string, call: () => Promise<T>): Promise<T> {
  const [verb = what] = what.split(' ', 1);
  const attributes = { 'prunella.provider': 'kubernetes', 'prunella.request': what.slice(0, 256) };
  return await inSpan(`kubernetes ${verb}`, { kind: 'client', attributes }, () => answered(what, call));
}

async function answered<T>(what: string, call: () => Promise<T>): Promise<T> {
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
