import type { PipelineFailed, PipelineFinished, Run, Workload } from '@prunella/contracts';
import { type Clock, runOf, stableId } from '@prunella/core';
import {
  deployed,
  filled,
  isAbout,
  isMeasured,
  joined,
  keysOf,
  leads,
  recovered,
  type Settled,
  type Thread,
  type Told,
  troubled,
} from './thread.ts';

/** A key leads to a thread; a thread is kept by an id of its own, for it has several keys. */
export type Kept = { leadsTo: string } | Thread;

/** Where threads are kept: compare-and-set over keys, shared by all who join. All methods throw when it is away. */
export interface ThreadBucket {
  /** undefined: nothing stands there. */
  get(key: string): Promise<{ value: Kept; revision: number } | undefined>;
  /** The new revision; undefined: something stands there. */
  create(key: string, value: Kept): Promise<number | undefined>;
  /** The new revision; undefined: somebody else was first. */
  update(key: string, value: Kept, revision: number): Promise<number | undefined>;
  put(key: string, value: Kept): Promise<number>;
}

export interface ThreadsOptions {
  bucket(): Promise<ThreadBucket>;
  /** How long after it was last heard of a thread is joined, in milliseconds. */
  joinWithin(): number;
  clock: Clock;
}

const MOST_TRIES = 20;

/**
 * Threads of incidents, shared by all replicas of whoever opens incidents: the same rule, by whomever it is asked (ADR 0029). All methods throw what
 * the bucket throws.
 */
export class Threads {
  constructor(private readonly options: ThreadsOptions) {}

  /**
   * The failure as part of the incident that it belongs to. Only deployments, alerts and pods join others; a run always is an incident of its
   * own (ADR 0006). The same failure again joins in the same way.
   *
   * @param toldAt when it was told, in milliseconds since the epoch. Default: just now.
   */
  async join(failure: PipelineFailed, toldAt = this.options.clock.now()): Promise<PipelineFailed> {
    const run = runOf(failure);
    const keys = keysOf(run);
    if (keys.length === 0 || failure.kind === 'job' || failure.kind === 'check') return failure;
    const told = { run, incidentId: failure.incidentId, type: failure.error?.type || failure.conclusion || 'failure' };
    const now = this.options.clock.now();
    if (run.kind === 'run') {
      // It leads: what its deployment is told of later joins it.
      await this.begin(keys, troubled(told, now));
      return failure;
    }
    return await this.change(keys, told, Math.min(toldAt, now), (thread) => {
      if (thread === undefined) return { thread: troubled(told, now), result: failure };
      const { thread: next, attempt } = joined(thread, told, now);
      const own = thread.incidentId === failure.incidentId && attempt === failure.attempt;
      if (own) return { thread: next, result: failure };
      const { incidentId } = thread;
      return {
        thread: next,
        result: { ...filled(failure, thread), incidentId, attempt, runAttempt: failure.runAttempt ?? failure.attempt },
      };
    });
  }

  /**
   * What went well: where it ends a trouble of a thread, it is told as the end of that one; else what was deployed leads a thread from now on. So does
   * what a cluster rolled out in the place of something else.
   *
   * @param workload what was deployed, where the event itself does not say.
   */
  async finished(finished: PipelineFinished, workload?: Workload): Promise<PipelineFinished> {
    const whole = workload === undefined ? finished : { ...finished, workload };
    const run = runOf(whole);
    if (finished.conclusion !== 'success' || !(run.kind === 'deployment' || run.environment !== '')) return finished;
    const keys = keysOf(run);
    if (keys.length === 0) return finished;
    const now = this.options.clock.now();
    const endedAt = endOf(finished, now);
    const bucket = await this.bucket();
    // Told before, and cut off after that.
    const before = await this.threadOf(bucket, keys, (thread) => thread.settled !== undefined && leads(thread, run));
    if (before?.thread.settled !== undefined) return { ...finished, ...before.thread.settled };
    const end = await this.end(bucket, keys, run, endedAt);
    const told = { run, incidentId: finished.incidentId };
    const continues = async () => {
      if (end !== undefined) return run.platform !== 'kubernetes' || isAbout(end.thread, told, now, Number.MAX_VALUE);
      const about = (thread: Thread) => isAbout(thread, told, now, this.options.joinWithin());
      // A publisher knows more of what it deployed than the cluster.
      return run.platform === 'kubernetes' && (await this.threadOf(bucket, keys, about)) !== undefined;
    };
    if (!isMeasured(run) && !(await continues())) {
      await this.begin(keys, deployed(run, finished.incidentId, endedAt, end?.settled));
    }
    return end === undefined ? finished : { ...finished, ...end.settled };
  }

  /** Notes the end of the troubles that a run ends; undefined: it ends none. */
  private async end(
    bucket: ThreadBucket,
    keys: readonly string[],
    run: Run,
    endedAt: number,
  ): Promise<{ thread: Thread; settled: Settled } | undefined> {
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const found = await this.threadOf(bucket, keys, (thread) => recovered(thread, run, endedAt) !== undefined);
      const end = found && recovered(found.thread, run, endedAt);
      if (found === undefined || end === undefined) return undefined;
      if ((await bucket.update(found.id, end.thread, found.revision)) === undefined) continue;
      return { thread: end.thread, settled: { incidentId: found.thread.incidentId, attempt: end.attempt } };
    }
    throw busy(run);
  }

  /** Puts a thread in the place of those that began before it. */
  private async begin(keys: readonly string[], thread: Thread): Promise<void> {
    const bucket = await this.bucket();
    const id = idOf(thread);
    // Where it is there already this is a copy of what began it, or it was cut off below: what was said meanwhile stays.
    await bucket.create(id, thread);
    for (const key of keys) {
      const found = await this.threadAt(bucket, key);
      if (found === undefined || found.thread.begunAt < thread.begunAt) await bucket.put(key, { leadsTo: id });
    }
  }

  /** Changes the thread that a run belongs to, or makes one; again from the beginning where somebody else was faster. */
  private async change<R>(
    keys: readonly string[],
    told: Told,
    toldAt: number,
    step: (thread: Thread | undefined) => { thread: Thread; result: R },
  ): Promise<R> {
    const bucket = await this.bucket();
    const joinWithin = this.options.joinWithin();
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const first = await bucket.get(keys[0] as string);
      const found = await this.threadOf(bucket, keys, (thread) => isAbout(thread, told, toldAt, joinWithin));
      const { thread, result } = step(found?.thread);
      const isDone =
        found === undefined
          ? await this.make(bucket, keys, thread, first?.revision)
          : (await bucket.update(found.id, thread, found.revision)) !== undefined;
      if (!isDone) continue;
      // Keys that led nowhere lead here now.
      if (found !== undefined) for (const key of keys) await bucket.create(key, { leadsTo: found.id });
      return result;
    }
    throw busy(told.run);
  }

  /** False: somebody else made one for the surest of the keys meanwhile. */
  private async make(bucket: ThreadBucket, keys: readonly string[], thread: Thread, revision: number | undefined) {
    const id = idOf(thread);
    const [first = '', ...others] = keys;
    // What is there of it already was cut off before a key led to it, or is found the next time.
    await bucket.create(id, thread);
    const leads = { leadsTo: id };
    const mine =
      revision === undefined ? await bucket.create(first, leads) : await bucket.update(first, leads, revision);
    if (mine === undefined) return false;
    for (const key of others) await bucket.put(key, leads);
    return true;
  }

  private async threadOf(bucket: ThreadBucket, keys: readonly string[], fits: (thread: Thread) => boolean) {
    for (const key of keys) {
      const found = await this.threadAt(bucket, key);
      if (found !== undefined && fits(found.thread)) return found;
    }
    return undefined;
  }

  private async threadAt(bucket: ThreadBucket, key: string) {
    const pointer = (await bucket.get(key))?.value;
    if (pointer === undefined || !('leadsTo' in pointer)) return undefined;
    const entry = await bucket.get(pointer.leadsTo);
    if (entry === undefined || 'leadsTo' in entry.value) return undefined;
    return { id: pointer.leadsTo, thread: entry.value, revision: entry.revision };
  }

  private bucket(): Promise<ThreadBucket> {
    return this.options.bucket();
  }
}

function endOf({ finishedAt }: PipelineFinished, now: number): number {
  return finishedAt === undefined ? now : Math.min(Date.parse(finishedAt), now);
}

function idOf({ incidentId, lead }: Thread): string {
  return stableId('thread', incidentId, lead.headSha);
}

function busy({ pipelineId }: Run): Error {
  return new Error(`the incident of ${pipelineId} could not be noted: others were faster ${MOST_TRIES} times`);
}
