import { setTimeout as sleep } from 'node:timers/promises';
import type { PushConsumer } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import type { QueuedIterator } from '@nats-io/transport-node';

const WATCH_AGAIN_MS = 1_000;
/** How often it is compared with the bucket what was told: a watch that hangs is found after two of these at most. */
const COMPARE_EVERY_MS = 4_000;
/** How long the end of a watch waits for the server. */
const END_WITHIN_MS = 500;

/**
 * Tells every value of a bucket, then each change, until the signal aborts; `caughtUp` is called when the present values were told. A watch is fed by one server, and
 * when that one goes away, the client finds out after a minute: so what was told is compared with the bucket now and then, and the watch begins again when it is behind and
 * nothing comes.
 */
export async function follow(
  kv: KV,
  tell: (entry: KvEntry) => void,
  signal: AbortSignal,
  caughtUp: () => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await once(kv, tell, signal, caughtUp);
    } catch {
      // The server is away, or the bucket was deleted: the next round finds out.
    }
    if (!signal.aborted) await sleep(WATCH_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
  caughtUp();
}

/**
 * Stops a watch, and deletes what feeds it: the client leaves that to the server, which does it after five minutes, so that whoever reads often has many.
 * Resolves when the server has answered, or will not. Never throws.
 */
export async function endWatch(watch: QueuedIterator<KvEntry>): Promise<void> {
  watch.stop();
  // The client keeps the consumer to itself.
  const { _data: consumer } = watch as QueuedIterator<KvEntry> & { _data?: PushConsumer };
  await consumer?.delete().catch(() => undefined);
}

/** One watch, until it ends or hangs. */
async function once(kv: KV, tell: (entry: KvEntry) => void, signal: AbortSignal, caughtUp: () => void): Promise<void> {
  // Before the watch: all that is there by now is either told in it, or gone.
  const before = (await kv.status()).streamInfo.state;
  const changes = await kv.watch();
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  ends.addEventListener('abort', () => changes.stop(), { once: true });
  // Aborted while it began: nobody would end it.
  if (ends.aborted) changes.stop();
  const told = { revision: before.last_seq, isWhole: before.messages === 0, count: 0 };
  if (told.isWhole) caughtUp();
  const comparing = compare(kv, told, ends).then((hangs) => hangs && over.abort());
  try {
    for await (const entry of changes) {
      told.revision = Math.max(told.revision, entry.revision);
      told.count += 1;
      tell(entry);
      if (entry.isUpdate || entry.delta === 0) {
        told.isWhole = true;
        caughtUp();
      }
    }
  } finally {
    over.abort();
    const ended = endWatch(changes);
    await comparing;
    // Whoever closes the connection next would cut it off; a server that is away must not hold that up.
    if (signal.aborted) await Promise.race([ended, sleep(END_WITHIN_MS, undefined, { ref: false })]);
  }
}

/** True: there is more in the bucket than was told, and nothing was told between two looks. */
async function compare(
  kv: KV,
  told: { revision: number; isWhole: boolean; count: number },
  ends: AbortSignal,
): Promise<boolean> {
  let behindAt: number | undefined;
  while (!ends.aborted) {
    await sleep(COMPARE_EVERY_MS, undefined, { signal: ends, ref: false }).catch(() => undefined);
    if (ends.aborted) return false;
    // NATS is away: it is looked at later.
    const state = await kv.status().then(
      ({ streamInfo }) => streamInfo.state,
      () => undefined,
    );
    if (state === undefined) continue;
    const isBehind = !told.isWhole || state.last_seq > told.revision;
    if (isBehind && behindAt === told.count) return true;
    behindAt = isBehind ? told.count : undefined;
  }
  return false;
}
