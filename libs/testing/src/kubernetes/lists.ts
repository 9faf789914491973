import type { ServerResponse } from 'node:http';
import type { Answer } from '../github/http.ts';
import { type Target, targetOf } from './contract.ts';
import { isSelected, type Store } from './store.ts';
import type { Watches } from './watches.ts';

const WATCH_PARAMETERS = ['labelSelector', 'watch', 'resourceVersion', 'allowWatchBookmarks', 'timeoutSeconds'];

/** A list as the API server gives it, in pages where `limit` says so; undefined: the page continues a list that is forgotten (410). */
export function listOf(
  store: Store,
  watches: Watches,
  { resource, namespace }: Target,
  query: URLSearchParams,
): Answer | undefined {
  // A page that continues a list is of the version of its first page.
  const [version = String(store.resourceVersion), after = ''] = query.get('continue')?.split('/') ?? [];
  if (query.has('continue') && watches.isForgotten(Number(version))) return undefined;
  const found = store
    .all(resource.kind)
    .filter(({ metadata }) => namespace === '' || metadata.namespace === namespace)
    .filter(({ metadata }) => isSelected(metadata.labels, query.get('labelSelector') ?? ''))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .filter(({ metadata }) => metadata.name > after);
  const limit = Number(query.get('limit') ?? 0) || found.length;
  const items = found.slice(0, limit);
  const next = found.length > limit ? `${version}/${items.at(-1)?.metadata.name}` : '';
  const { apiVersion, kind } = resource;
  const metadata = { resourceVersion: version, ...(next && { continue: next }) };
  return { status: 200, body: { apiVersion, kind: `${kind}List`, metadata, items } };
}

/** Begins a watch; else why it can't be, with the status that says so. */
export function beginWatch(
  watches: Watches,
  path: string,
  query: URLSearchParams,
  response: ServerResponse,
  isThere: (kind: string) => boolean,
): { status: 404 | 410; message: string; isViolation: boolean } | undefined {
  const target = targetOf(path);
  const unknown = [...query.keys()].filter((name) => !WATCH_PARAMETERS.includes(name));
  if (target === undefined || target.name !== '' || unknown.length > 0) {
    return { status: 404, message: `WATCH ${path}?${query}: there is no such thing`, isViolation: true };
  }
  const { kind, apiVersion } = target.resource;
  if (!isThere(kind)) {
    return { status: 404, message: 'the server could not find the requested resource', isViolation: false };
  }
  const version = Number(query.get('resourceVersion'));
  if (watches.isForgotten(version)) {
    return { status: 410, message: `too old resource version: ${version}`, isViolation: false };
  }
  const selector = query.get('labelSelector') ?? '';
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  watches.begin({ kind, apiVersion, namespace: target.namespace, selector, bookmarks }, version, response);
  return undefined;
}
