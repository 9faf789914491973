import { CoreV1Api, CustomObjectsApi, type KubeConfig, Watch } from '@kubernetes/client-node';
import { messageOf, ProviderError } from '@prunella/core';
import { problemOf } from '@prunella/http';
import { provided, within } from '../api.ts';
import type { ResourceType } from '../objects.ts';

/** Which objects are followed. */
export interface Scope {
  type: ResourceType;
  /** Empty: all namespaces. */
  namespace: string;
  /** As a query parameter; empty: everything. */
  selector: string;
}

/** Some objects of a list. Times in them may be texts or Dates. */
export interface Page {
  items: readonly unknown[];
  /** The version of the whole list. */
  resourceVersion: string;
  /** Where the next page begins; undefined: this was the last one. */
  next?: string;
}

/** One line of a watch. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR' | (string & {});
  object: { metadata?: { resourceVersion?: string }; code?: number; message?: string };
}

/** What reading a list and following it asks of an API server. Throws ProviderError; status 410: that version is not known any more. */
export interface WatchApi {
  page(scope: Scope, from: string | undefined): Promise<Page>;
  /**
   * Tells every change since a version, until the server ends it: then it resolves. `onOpen` when it stands.
   *
   * @param onEvent must not throw.
   */
  watch(
    scope: Scope,
    resourceVersion: string,
    on: { open(): void; event(event: WatchEvent): void },
    signal: AbortSignal,
  ): Promise<void>;
}

const PAGE = 500;
const LIST_TIMEOUT_MS = 30_000;
/** The server ends a watch after so long; its own default is half an hour to an hour. */
const WATCH_SECONDS = 290;
const QUIET_MS = 90_000;

/** @param connect reads the configuration anew: what was refused may have an expired token. */
export function watchApi(connect: () => KubeConfig): WatchApi {
  let config = connect();
  const afresh = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ProviderError && error.problem === 'unauthenticated') config = connect();
      throw error;
    }
  };
  return {
    page: (scope, from) => afresh(() => page(config, scope, from)),
    watch: (scope, version, on, signal) => afresh(() => watch(config, scope, version, on, signal)),
  };
}

interface RawList {
  items?: unknown[];
  metadata?: { resourceVersion?: string; continue?: string; _continue?: string };
}

async function page(config: KubeConfig, scope: Scope, from: string | undefined): Promise<Page> {
  const { type, namespace, selector } = scope;
  const { group, version, plural } = type;
  const query = {
    limit: PAGE,
    ...(from !== undefined && { _continue: from }),
    ...(selector !== '' && { labelSelector: selector }),
  };
  const options = within(LIST_TIMEOUT_MS);
  const core = config.makeApiClient(CoreV1Api);
  const objects = config.makeApiClient(CustomObjectsApi);
  const list = (await provided(`list ${plural}${namespace && ` in ${namespace}`}`, async (): Promise<unknown> => {
    if (group === '') {
      return namespace === ''
        ? await core.listPodForAllNamespaces(query, options)
        : await core.listNamespacedPod({ namespace, ...query }, options);
    }
    const which = { group, version, plural, ...query };
    return namespace === ''
      ? await objects.listClusterCustomObject(which, options)
      : await objects.listNamespacedCustomObject({ namespace, ...which }, options);
  })) as RawList;
  const next = list.metadata?.continue || list.metadata?._continue;
  return {
    items: list.items ?? [],
    resourceVersion: list.metadata?.resourceVersion ?? '',
    ...(next && { next }),
  };
}

async function watch(
  config: KubeConfig,
  { type, namespace, selector }: Scope,
  resourceVersion: string,
  on: { open(): void; event(event: WatchEvent): void },
  signal: AbortSignal,
): Promise<void> {
  const { group, version, plural } = type;
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const path = `${base}${namespace && `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
  const query = {
    resourceVersion,
    allowWatchBookmarks: true,
    timeoutSeconds: WATCH_SECONDS,
    ...(selector !== '' && { labelSelector: selector }),
  };
  let end: (error: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  let isOver = false;
  const request = await watcher(config)
    .watch(
      path,
      query,
      (kind, object) => {
        if (!isOver) on.event({ type: kind, object: object ?? {} });
      },
      (error) => {
        isOver = true;
        end(error);
      },
    )
    .catch((error: unknown) => {
      throw unavailable(plural, error);
    });
  const stop = () => request.abort();
  signal.addEventListener('abort', stop, { once: true });
  const isOpen = !isOver;
  if (signal.aborted) stop();
  else if (isOpen) on.open();
  const error = await ended;
  isOver = true;
  signal.removeEventListener('abort', stop);
  if (signal.aborted || error == null || (isOpen && isQuiet(error))) return;
  throw refusal(plural, error);
}

/** A server sends a bookmark about once a minute; the client's own 30 s would begin every quiet watch anew. */
function watcher(config: KubeConfig): Watch {
  return Object.assign(new Watch(config), { requestTimeoutMs: QUIET_MS });
}

/** Nothing came for a while: not even a bookmark. It may be half open, so it is begun anew where it was. */
function isQuiet(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function refusal(plural: string, error: unknown): ProviderError {
  const status = (error as { statusCode?: number }).statusCode;
  if (status === undefined) return unavailable(plural, error);
  const what = `watch ${plural}: HTTP ${status} ${messageOf(error)}`;
  return new ProviderError('kubernetes', problemOf(status), what, { status, cause: error });
}

function unavailable(plural: string, error: unknown): ProviderError {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new ProviderError('kubernetes', 'unavailable', `watch ${plural}: ${messageOf(reason)}`, { cause: error });
}
