import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonBucket } from '@prunella/bus';
import type { ClusterFeed } from '@prunella/cluster';
import { type Clock, messageOf } from '@prunella/core';
import type { KubernetesSettings } from '@prunella/policy';
import { redacted } from '../../redacted.ts';
import type { Report } from '../../sources/source.ts';
import { Book } from './book.ts';
import { type FeedLog, feedsOf } from './feeds.ts';
import { failureOf, recoveryOf, type Saying, type Told } from './told.ts';

export interface WatchClusterDeps {
  cluster: ClusterFeed;
  /** What was told, by revision. */
  told: JsonBucket<Told>;
  settings(): KubernetesSettings;
  /** The report as part of the incident that it belongs to; for the same one the same again. Throws UnreachableError. */
  place(report: Report): Promise<Report>;
  /** Publishing the same id again changes nothing. Throws UnreachableError. */
  publish(report: Report): Promise<void>;
  clock: Clock;
  log: FeedLog & WatchLog;
}

export interface WatchLog {
  said(saying: Saying): void;
  /** It will be said again. */
  unsaid(saying: Saying, error: string): void;
  looked(size: Book['size'], stale: readonly string[]): void;
}

/** How soon something is told; also what many changes at once are looked at together in. */
const LOOK_MS = 500;
/** What becomes true by time alone is found by looking anyway. */
const LOOK_ANYWAY_MS = 5_000;
/** As long as the bucket keeps it. */
const TOLD_COUNTS_MS = 30 * 86_400_000;

/**
 * Follows a cluster and tells what fails in it, and what is well again, until the signal aborts or what is to be followed changes. For one replica at
 * a time; two at once say the same with the same ids.
 *
 * @throws when another replica was found to tell, too: begin again with what it told.
 */
export async function watchCluster(d: WatchClusterDeps, signal: AbortSignal): Promise<void> {
  const settings = d.settings();
  if (!settings.watch) return await off(d, signal);
  const entries = new Map((await d.told.entries()).map(({ key, value, revision }) => [key, { value, revision }]));
  const feeds = feedsOf(settings);
  const book = new Book(feeds.map(({ id }) => id));
  let dirty = true;
  const changed = (): void => {
    dirty = true;
  };
  const end = new AbortController();
  const both = AbortSignal.any([signal, end.signal]);
  const following = feeds.map(({ scope, sink }) => d.cluster.follow(scope, sink(book, changed, d.log), both));
  try {
    let lookedAt = 0;
    while (!both.aborted && isSame(settings, d.settings())) {
      await sleep(LOOK_MS, undefined, { signal: both }).catch(() => undefined);
      const now = d.clock.now();
      if (both.aborted || !book.isRead || (!dirty && now - lookedAt < LOOK_ANYWAY_MS)) continue;
      dirty = false;
      lookedAt = now;
      await look(book, entries, d, both);
      d.log.looked(book.size, book.stale);
    }
  } finally {
    end.abort();
    await Promise.all(following);
  }
}

type Entries = Map<string, { value: Told; revision: number }>;

async function look(book: Book, entries: Entries, d: WatchClusterDeps, signal: AbortSignal): Promise<void> {
  const settings = d.settings();
  const now = d.clock.now();
  for (const [key, { value }] of entries) if (now - value.at > TOLD_COUNTS_MS) entries.delete(key);
  const all = new Map([...entries].map(([key, { value }]) => [key, value]));
  const say = async (saying: Saying | undefined): Promise<void> => {
    if (saying === undefined || signal.aborted || !(await said(saying, entries, d))) return;
    all.set(saying.told.key, saying.told);
  };
  for (const sighting of book.sightings(settings, now)) await say(failureOf(sighting, all, settings, now));
  for (const told of [...all.values()]) {
    if (told.recoveredAt !== undefined) continue;
    const health = book.healthOf(told.uid);
    if (health !== undefined) await say(recoveryOf(told, health, settings, now));
  }
}

/** Told first, kept then: after a crash in between it is told once more, with the same id. False: it is to be tried again. */
async function said(saying: Saying, entries: Entries, d: WatchClusterDeps): Promise<boolean> {
  const { report, told } = saying;
  const { key } = told;
  const before = entries.get(key);
  let revision: number | undefined;
  try {
    await d.publish(await d.place(redacted(report)));
    revision = await (before === undefined ? d.told.create(key, told) : d.told.update(key, told, before.revision));
  } catch (error) {
    d.log.unsaid(saying, messageOf(error));
    return false;
  }
  if (revision === undefined) throw new Error(`another replica tells of ${told.uid}, too`);
  entries.set(key, { value: told, revision });
  d.log.said(saying);
  return true;
}

async function off(d: WatchClusterDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !d.settings().watch) {
    await sleep(LOOK_ANYWAY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** What is followed is the same: the rest is read at every look. */
function isSame(a: KubernetesSettings, b: KubernetesSettings): boolean {
  return (
    a.watch === b.watch && a.selector === b.selector && JSON.stringify(a.namespaces) === JSON.stringify(b.namespaces)
  );
}
