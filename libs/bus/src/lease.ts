import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, messageOf, UnreachableError } from '@prunella/core';
import type { JsonBucket } from './kv.ts';

/** Who holds something that only one replica may do at a time. */
export interface Holder {
  /** Differs for each process. */
  holder: string;
}

export interface LeaseOptions {
  bucket: JsonBucket<Holder>;
  /** What is held; safe as a KV key. */
  key: string;
  holder: string;
  clock: Clock;
  /** Whoever is not heard of for so long has lost it, in milliseconds. Three times in it the holder says that it is still there. */
  leaseMs: number;
  /**
   * What the holder does. Called whenever it becomes the holder; its signal aborts when it is not any more, or may not be: for a moment two
   * may work, so that what it does has to stand being done twice.
   */
  work(signal: AbortSignal): Promise<void>;
  log: { taken(): void; lost(why: string): void };
}

/**
 * Does the work in one replica at a time, until the signal aborts; then it lets go, so that the next one need not wait. No clock is compared with
 * another machine's: a holder is gone when its entry has not changed for as long as this replica has looked at it.
 */
export async function whileHolding(options: LeaseOptions, signal: AbortSignal): Promise<void> {
  const { bucket, key, holder, clock, leaseMs } = options;
  const pauseMs = leaseMs / 3;
  let seen = { revision: 0, at: 0 };
  while (!signal.aborted) {
    const revision = await take().catch(() => undefined);
    if (revision !== undefined) await hold(options, revision, signal);
    await pause(pauseMs, signal);
  }

  async function take(): Promise<number | undefined> {
    const entry = await bucket.get(key);
    if (entry === undefined) return await bucket.create(key, { holder });
    if (entry.revision !== seen.revision) seen = { revision: entry.revision, at: clock.now() };
    // Its own, of before NATS was away: nobody else took it.
    const isFree = entry.value.holder === holder || clock.now() - seen.at >= leaseMs;
    return isFree ? await bucket.update(key, { holder }, entry.revision) : undefined;
  }
}

async function hold(options: LeaseOptions, taken: number, signal: AbortSignal): Promise<void> {
  const { bucket, key, holder, clock, leaseMs, log } = options;
  log.taken();
  const lost = new AbortController();
  const both = AbortSignal.any([signal, lost.signal]);
  const work = options.work(both).then(
    () => lost.abort('its work is done'),
    (error: unknown) => lost.abort(messageOf(error)),
  );
  let revision = taken;
  let renewedAt = clock.now();
  while (!both.aborted) {
    await pause(leaseMs / 3, both);
    if (both.aborted) break;
    try {
      const next = await within(leaseMs / 3, bucket.update(key, { holder }, revision));
      if (next === undefined) lost.abort('another replica has it');
      else {
        revision = next;
        renewedAt = clock.now();
      }
    } catch (error) {
      // Before another one may take it.
      if (clock.now() - renewedAt >= (leaseMs * 2) / 3) lost.abort(messageOf(error));
    }
  }
  await work;
  if (!signal.aborted) log.lost(String(lost.signal.reason));
  // NATS is away: it runs out by itself.
  await within(leaseMs, bucket.delete(key, revision)).catch(() => undefined);
}

async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = sleep(ms, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new UnreachableError(`NATS did not answer within ${ms} ms`);
  });
  late.catch(() => undefined);
  return await Promise.race([call, late]).finally(() => stop.abort());
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
