import type { Kept, ResourceType, Restart, Scope, Sink, Standing } from '@prunella/cluster';
import type { KubernetesSettings } from '@prunella/policy';
import type { Book } from './book.ts';
import { podFacts } from './pod.ts';
import { replicaSetFacts } from './replica-set.ts';
import { WORKLOAD_KINDS, type WorkloadKind, workloadFacts } from './workload.ts';

/** The kinds that are followed; a closed list, also of metric labels. */
export type FeedKind = 'Pod' | 'ReplicaSet' | WorkloadKind;

interface Followed {
  kind: FeedKind;
  type: ResourceType;
  /** What is kept of one, put into the book; undefined: nothing. */
  note(book: Book): { keep(object: unknown): Kept | undefined; put(kept: Kept): void };
}

const WORKLOAD_TYPES: Readonly<Record<WorkloadKind, ResourceType>> = {
  Deployment: apps('deployment'),
  StatefulSet: apps('statefulset'),
  DaemonSet: apps('daemonset'),
  Rollout: { group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', singular: 'rollout' },
  Job: { group: 'batch', version: 'v1', plural: 'jobs', singular: 'job' },
};

const FOLLOWED: readonly Followed[] = [
  followed('ReplicaSet', apps('replicaset'), replicaSetFacts, (book, set) => book.putSet(set)),
  ...WORKLOAD_KINDS.map((kind) =>
    followed(kind, WORKLOAD_TYPES[kind], workloadFacts(kind), (book, workload) => book.putWorkload(workload)),
  ),
  followed('Pod', { group: '', version: 'v1', plural: 'pods', singular: 'pod' }, podFacts, (book, pod) =>
    book.putPod(pod),
  ),
];

/** What is listed and watched. */
export const watchedTypes: readonly ResourceType[] = FOLLOWED.map(({ type }) => type);

/** Told what comes in, for logs and metrics. */
export interface FeedLog {
  heard(kind: FeedKind): void;
  restarted(kind: FeedKind, reason: Restart, detail: string): void;
  standing(feed: string, standing: Standing): void;
  unreadable(kind: FeedKind, error: unknown): void;
}

export interface Feed {
  /** `Pod/` for all namespaces, `Pod/shop` for one. */
  id: string;
  scope: Scope;
  /** What goes to the book. `changed` is told of every change. */
  sink(book: Book, changed: () => void, log: FeedLog): Sink<Kept>;
}

/** Everything that is followed: each kind, in each namespace. */
export function feedsOf({ namespaces, selector }: Pick<KubernetesSettings, 'namespaces' | 'selector'>): Feed[] {
  const scopes = namespaces.length === 0 ? [''] : [...new Set(namespaces)];
  return FOLLOWED.flatMap(({ kind, type, note }) =>
    scopes.map((namespace) => {
      const id = `${kind}/${namespace}`;
      return {
        id,
        scope: { type, namespace, selector },
        sink: (book, changed, log) => sinkOf({ id, kind, ...note(book) }, book, changed, log),
      };
    }),
  );
}

function sinkOf(
  { id, kind, keep, put }: { id: string; kind: FeedKind } & ReturnType<Followed['note']>,
  book: Book,
  changed: () => void,
  log: FeedLog,
): Sink<Kept> {
  const known = new Set<string>();
  const gone = (uid: string): void => {
    if (!known.delete(uid)) return;
    book.gone(uid);
    changed();
  };
  const take = (kept: Kept): void => {
    known.add(kept.uid);
    put(kept);
    changed();
  };
  return {
    keep(object) {
      try {
        return keep(object);
      } catch (error) {
        log.unreadable(kind, error);
        return undefined;
      }
    },
    replaced(all) {
      const there = new Set(all.map(({ uid }) => uid));
      for (const uid of [...known]) if (!there.has(uid)) gone(uid);
      for (const kept of all) take(kept);
    },
    put: take,
    gone,
    standing(standing) {
      book.standing(id, standing);
      log.standing(id, standing);
      changed();
    },
    heard: () => log.heard(kind),
    restarted: (reason, detail) => log.restarted(kind, reason, detail),
  };
}

function apps(singular: string): ResourceType {
  return { group: 'apps', version: 'v1', plural: `${singular}s`, singular };
}

/** Ties what is kept of a kind to where it is put. */
function followed<K extends Kept>(
  kind: FeedKind,
  type: ResourceType,
  keep: (object: unknown) => K | undefined,
  put: (book: Book, kept: K) => void,
): Followed {
  return { kind, type, note: (book) => ({ keep, put: (kept) => put(book, kept as K) }) };
}
