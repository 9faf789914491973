import { Injectable } from '@nestjs/common';
import { Bus, type JsonBucket } from '@prunella/bus';
import type { PipelineFailed, PipelineFinished, Run, Workload } from '@prunella/contracts';
import { runOf, stableId, systemClock } from '@prunella/core';
import { DetectorPolicy } from '../detector-policy.ts';
import {
  deployed,
  filled,
  isAbout,
  isSymptom,
  joined,
  keysOf,
  recovered,
  type Thread,
  type Told,
  troubled,
} from './thread.ts';

/** A key leads to a thread; a thread is kept by an id of its own, for it has several keys. */
type Kept = { leadsTo: string } | Thread;

const MOST_TRIES = 20;

/** Threads of incidents in KV, shared by all replicas. All methods throw what NATS throws. */
@Injectable()
export class Threads {
  constructor(
    private readonly bus: Bus,
    private readonly policy: DetectorPolicy,
  ) {}

  /**
   * The failure as part of the incident that it belongs to. Only deployments, alerts and pods join others; a run always is an incident of its
   * own (ADR 0006). The same failure again joins in the same way.
   */
  async join(failure: PipelineFailed): Promise<PipelineFailed> {
    const run = runOf(failure);
    const keys = keysOf(run);
    if (keys.length === 0 || failure.kind === 'job' || failure.kind === 'check') return failure;
    const told = { run, incidentId: failure.incidentId, type: failure.error?.type || failure.conclusion || 'failure' };
    const now = systemClock.now();
    if (run.kind === 'run') {
      // It leads: what its deployment is told of later joins it.
      await this.begin(keys, troubled(told, now));
      return failure;
    }
    return await this.change(keys, told, now, (thread) => {
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
   * What went well: where it was a trouble of a thread, it is told as the end of that one; else what was deployed leads a thread from now on.
   *
   * @param workload what was deployed, where the event itself does not say.
   */
  async finished(finished: PipelineFinished, workload?: Workload): Promise<PipelineFinished> {
    const whole = workload === undefined ? finished : { ...finished, workload };
    const run = runOf(whole);
    if (finished.conclusion !== 'success' || !(run.kind === 'deployment' || run.environment !== '')) return finished;
    const keys = keysOf(run);
    if (keys.length === 0) return finished;
    const end = await this.end(keys, run);
    if (end !== undefined) return { ...finished, ...end };
    if (!isSymptom(finished)) await this.begin(keys, deployed(run, finished.incidentId, endOf(finished)));
    return finished;
  }

  /** Notes the end of the trouble that a run told; undefined: it told none. */
  private async end(keys: readonly string[], run: Run): Promise<{ incidentId: string; attempt: number } | undefined> {
    const bucket = await this.bucket();
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const found = await this.threadOf(bucket, keys, (thread) => recovered(thread, run) !== undefined);
      const end = found && recovered(found.thread, run);
      if (found === undefined || end === undefined) return undefined;
      if ((await bucket.update(found.id, end.thread, found.revision)) === undefined) continue;
      return { incidentId: found.thread.incidentId, attempt: end.attempt };
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
    now: number,
    step: (thread: Thread | undefined) => { thread: Thread; result: R },
  ): Promise<R> {
    const bucket = await this.bucket();
    const { joinWithin } = this.policy.current.incidents;
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const first = await bucket.get(keys[0] as string);
      const found = await this.threadOf(bucket, keys, (thread) => isAbout(thread, told, now, joinWithin));
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
  private async make(bucket: JsonBucket<Kept>, keys: readonly string[], thread: Thread, revision: number | undefined) {
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

  private async threadOf(bucket: JsonBucket<Kept>, keys: readonly string[], fits: (thread: Thread) => boolean) {
    for (const key of keys) {
      const found = await this.threadAt(bucket, key);
      if (found !== undefined && fits(found.thread)) return found;
    }
    return undefined;
  }

  private async threadAt(bucket: JsonBucket<Kept>, key: string) {
    const pointer = (await bucket.get(key))?.value;
    if (pointer === undefined || !('leadsTo' in pointer)) return undefined;
    const entry = await bucket.get(pointer.leadsTo);
    if (entry === undefined || 'leadsTo' in entry.value) return undefined;
    return { id: pointer.leadsTo, thread: entry.value, revision: entry.revision };
  }

  private bucket(): Promise<JsonBucket<Kept>> {
    return this.bus.bucket<Kept>('prunella_threads');
  }
}

function endOf({ finishedAt }: PipelineFinished): number {
  return finishedAt === undefined ? systemClock.now() : Math.min(Date.parse(finishedAt), systemClock.now());
}

function idOf({ incidentId, lead }: Thread): string {
  return stableId('thread', incidentId, lead.headSha);
}

function busy({ pipelineId }: Run): Error {
  return new Error(`the incident of ${pipelineId} could not be noted: others were faster ${MOST_TRIES} times`);
}
