import type { Standing } from '@prunella/cluster';
import { byWeight, type Finding, type Progress, podFinding, type Thresholds, workloadFinding } from './findings.ts';
import { type PodFacts, remembering } from './pod.ts';
import type { ReplicaSetFacts } from './replica-set.ts';
import type { WorkloadFacts } from './workload.ts';

/** A revision of a workload, and what is wrong with it. */
export interface Sighting {
  workload: WorkloadFacts;
  /** Of the revision; empty: it has only one, as a Job. */
  hash: string;
  finding: Finding;
}

/** How a workload is right now. */
export interface Health {
  workload: WorkloadFacts;
  /** Everything that there is to know of it is up to date, its newest revision is rolled out and can serve, and none of its pods is in trouble. */
  well: boolean;
  /** When the newest trouble of its pods happened that is over, in ms since the epoch; undefined: none is known. */
  lastTroubleAt?: number;
}

/** What is known of a cluster: little of each object. Pure but for being told. */
export class Book {
  private readonly pods = new Map<string, PodFacts>();
  private readonly sets = new Map<string, ReplicaSetFacts>();
  private readonly workloads = new Map<string, WorkloadFacts>();
  private readonly standings = new Map<string, Standing>();
  private newestSets: ReadonlyMap<string, ReplicaSetFacts> | undefined;

  /** @param feeds all that is followed: nothing is said before each of them was read once. */
  constructor(private readonly feeds: readonly string[]) {}

  standing(feed: string, standing: Standing): void {
    this.standings.set(feed, standing);
  }

  get isRead(): boolean {
    return this.feeds.every((feed) => this.standings.has(feed));
  }

  /** The feeds of which nothing is heard right now. */
  get stale(): string[] {
    return this.feeds.filter((feed) => this.standings.get(feed) !== 'current');
  }

  putPod(pod: PodFacts): void {
    this.pods.set(pod.uid, remembering(this.pods.get(pod.uid), pod));
  }

  putSet(set: ReplicaSetFacts): void {
    this.sets.set(set.uid, set);
    this.newestSets = undefined;
  }

  putWorkload(workload: WorkloadFacts): void {
    this.workloads.set(workload.uid, workload);
    this.newestSets = undefined;
  }

  gone(uid: string): void {
    this.pods.delete(uid);
    if (this.sets.delete(uid) || this.workloads.delete(uid)) this.newestSets = undefined;
  }

  /** What is kept, for metrics. */
  get size(): { pods: number; sets: number; workloads: number } {
    return { pods: this.pods.size, sets: this.sets.size, workloads: this.workloads.size };
  }

  /** What is wrong with the newest revisions, the weightiest of each. */
  sightings(thresholds: Thresholds, now: number): Sighting[] {
    const newest = this.newest();
    const found = new Map<string, Sighting>();
    const note = (sighting: Sighting): void => {
      const key = `${sighting.workload.uid} ${sighting.hash}`;
      const known = found.get(key);
      if (known === undefined || byWeight(sighting.finding, known.finding) < 0) found.set(key, sighting);
    };
    for (const workload of this.workloads.values()) {
      const finding = workloadFinding(workload, this.progressOf(workload, newest.get(workload.uid)));
      if (finding === undefined) continue;
      const hash = workload.hash ?? newest.get(workload.uid)?.hash;
      // Its ReplicaSet comes a moment later.
      if (hash !== undefined) note({ workload, hash, finding });
    }
    for (const pod of this.pods.values()) {
      const workload = this.workloadOf(pod);
      if (workload === undefined || !this.isOfNewest(pod, workload, newest)) continue;
      const createdAt = newest.get(workload.uid)?.createdAt;
      const age = { updating: workload.updating, ...(createdAt !== undefined && { createdAt }) };
      const finding = podFinding(pod, workload, age, thresholds, now);
      if (finding !== undefined) note({ workload, hash: pod.hash, finding });
    }
    return [...found.values()];
  }

  /** undefined: there is no such workload, or not of this uid any more. */
  healthOf(uid: string): Health | undefined {
    const workload = this.workloads.get(uid);
    if (workload === undefined) return undefined;
    const newest = this.newest();
    const troubles = [...this.pods.values()]
      .filter((pod) => this.workloadOf(pod)?.uid === uid && this.isOfNewest(pod, workload, newest))
      .flatMap((pod) => pod.troubles);
    const isKnown = ['Pod', 'ReplicaSet', workload.kind].every((kind) =>
      this.feeds.filter((feed) => feed.startsWith(`${kind}/`)).every((feed) => this.standings.get(feed) === 'current'),
    );
    const times = troubles.flatMap(({ at }) => (at === undefined ? [] : [at]));
    return {
      workload,
      well: isKnown && workload.state === 'complete' && troubles.every(({ live }) => !live),
      ...(times.length > 0 && { lastTroubleAt: Math.max(...times) }),
    };
  }

  /** undefined: its newest revision has no ReplicaSet, or that does not say. */
  private progressOf({ hash }: WorkloadFacts, set: ReplicaSetFacts | undefined): Progress | undefined {
    if (set?.replicas === undefined || (hash !== undefined && set.hash !== hash)) return undefined;
    const { all: replicas, ready } = set.replicas;
    const waiting = [...this.pods.values()].filter(
      ({ owner, troubles }) => owner.uid === set.uid && troubles.some(({ type }) => type === 'NotReady'),
    );
    return { replicas, ready, running: ready + waiting.length };
  }

  private workloadOf({ owner }: PodFacts): WorkloadFacts | undefined {
    const top = owner.kind === 'ReplicaSet' ? this.sets.get(owner.uid)?.owner : owner;
    return top && this.workloads.get(top.uid);
  }

  /** Pods of an older revision are on their way out: what is done about the workload would not be about them. */
  private isOfNewest(
    { hash, generation }: PodFacts,
    workload: WorkloadFacts,
    newest: ReadonlyMap<string, ReplicaSetFacts>,
  ): boolean {
    switch (workload.kind) {
      case 'Job':
        return true;
      case 'DaemonSet':
        return (
          generation === undefined ||
          workload.generation === undefined ||
          generation >= workload.generation ||
          !workload.updating
        );
      default: {
        const current = workload.hash ?? newest.get(workload.uid)?.hash;
        return current !== undefined && hash === current;
      }
    }
  }

  /** The ReplicaSet of the newest revision, by the uid of who owns it. */
  private newest(): ReadonlyMap<string, ReplicaSetFacts> {
    if (this.newestSets !== undefined) return this.newestSets;
    const newest = new Map<string, ReplicaSetFacts>();
    for (const set of this.sets.values()) {
      const { revision } = this.workloads.get(set.owner.uid) ?? {};
      if (revision !== undefined && set.revision === revision) newest.set(set.owner.uid, set);
    }
    this.newestSets = newest;
    return newest;
  }
}
