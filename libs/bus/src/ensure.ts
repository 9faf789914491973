import { setTimeout as sleep } from 'node:timers/promises';
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import { ConfigError } from '@prunella/core';
import { unlessMissing } from './missing.ts';
import { type Refusal, refusalOf, refused } from './refusal.ts';
import {
  BUCKETS,
  type BucketName,
  CONSUMERS,
  type ConsumerName,
  type ConsumerSpec,
  EVENTS,
  type StreamSpec,
} from './topology.ts';

/** How many servers keep each stream and bucket. An even number stands no more outages than the odd one below it. */
export type Replicas = 1 | 3 | 5;

/** How often, and after how long each time, it is looked whether somebody else made a stream that we could not. */
const LOOKS = 10;
const LOOK_MS = 200;

/** What to do when somebody else has to make or change it. */
const PROVISION =
  'run `prunella nats provision` as a user that may (docs/guide/nats.md), before this version of the services starts';

/** The server has no cluster; its cluster has too few servers, or too few with room. */
const TOO_FEW_SERVERS = new Set([10074, 10005, 10023]);

/**
 * Creates a stream or brings its limits and replicas up to date.
 *
 * @param replicas undefined: as they are, or 1.
 * @throws ConfigError when there are too few servers for the replicas, or somebody else has to do it; its cause is what the server said.
 */
export async function ensureStream(manager: JetStreamManager, spec: StreamSpec, replicas?: Replicas): Promise<void> {
  const wanted = {
    subjects: [...spec.subjects],
    max_age: nanos(spec.maxAgeMs),
    max_bytes: spec.maxBytes,
    duplicate_window: nanos(spec.duplicateWindowMs),
    ...(replicas !== undefined && { num_replicas: replicas }),
    ...(spec.maxPerSubject !== undefined && { max_msgs_per_subject: spec.maxPerSubject }),
  };
  const found = await unlessMissing(manager.streams.info(spec.name));
  if (found === undefined) {
    const add = { name: spec.name, retention: RetentionPolicy.Limits, storage: StorageType.File, ...wanted };
    const make = (): Promise<unknown> => manager.streams.add(add);
    // One that is refused is asked for again at the next use: by then it may be there.
    await keptBy(replicas, spec.name, spec.isOptional ? make : () => unlessMade(manager, spec.name, make));
  } else {
    mustBeClustered(replicas, spec.name, found);
    if (differs(found.config, wanted)) {
      const { num_replicas: _, ...others } = wanted;
      const now = differs(found.config, others) ? undefined : found.config.num_replicas;
      await keptBy(replicas, spec.name, () => manager.streams.update(spec.name, wanted), now);
    }
  }
}

/**
 * Opens a bucket, makes it when it is not there, and brings its replicas up to date. Its keys are read from its leader, also where it could be read directly: the server sends
 * what is read so to whatever subject the asker names, and who may ask for that could write anything anywhere (ADR 0041).
 *
 * @throws ConfigError as above.
 */
export async function ensureBucket(
  jetstream: JetStreamClient,
  manager: JetStreamManager,
  name: BucketName,
  replicas: Replicas | undefined,
): Promise<KV> {
  const { ttlMs } = BUCKETS[name];
  const stream = `KV_${name}`;
  const buckets = new Kvm(jetstream);
  const found = await unlessMissing(manager.streams.info(stream));
  if (found === undefined) {
    const add = {
      history: 1,
      storage: StorageType.File,
      replicas: replicas ?? 1,
      allow_direct: false,
      ...(ttlMs > 0 && { ttl: ttlMs }),
    };
    await keptBy(replicas, name, () => unlessMade(manager, stream, () => buckets.create(name, add)));
  } else {
    mustBeClustered(replicas, name, found);
    if (replicas !== undefined && found.config.num_replicas !== replicas) {
      const { num_replicas: now } = found.config;
      await keptBy(replicas, name, () => manager.streams.update(stream, { num_replicas: replicas }), now);
    }
  }
  return await buckets.open(name, { allow_direct: false });
}

/** Creates or updates a durable consumer. It is kept by as many servers as the stream. */
export async function ensureConsumer(manager: JetStreamManager, name: ConsumerName): Promise<void> {
  const spec: ConsumerSpec = CONSUMERS[name];
  const wanted = {
    ack_wait: nanos(spec.ackWaitMs),
    // We count deliveries ourselves: a message is never dropped without a dead letter.
    max_deliver: -1,
    max_ack_pending: 4 * Math.max(spec.concurrency, spec.batch?.size ?? 0) + 64,
    ...(spec.subject !== undefined && { filter_subject: spec.subject }),
  };
  const found = await unlessMissing(manager.consumers.info(EVENTS.name, name));
  if (found === undefined) {
    await manager.consumers.add(EVENTS.name, {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ...wanted,
    });
  } else if (differs(found.config, wanted)) await manager.consumers.update(EVENTS.name, name, wanted);
}

/**
 * Two services may get here together. To add the same stream twice is no error; but while a server makes it, it counts its room for each of them, and may refuse the second
 * because there is not so much. Then the first one's is there a moment later.
 */
async function unlessMade(manager: JetStreamManager, name: string, make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    for (let look = 0; look < LOOKS; look += 1) {
      await sleep(LOOK_MS);
      if ((await unlessMissing(manager.streams.info(name))) !== undefined) return;
    }
    throw error;
  }
}

function differs(found: object, wanted: object): boolean {
  const has = found as Record<string, unknown>;
  return Object.entries(wanted).some(([name, value]) => JSON.stringify(has[name]) !== JSON.stringify(value));
}

/** A server without a cluster refuses to make what several are to keep, but takes the number for what is there (2.9), and keeps it alone. */
function mustBeClustered(replicas: Replicas | undefined, name: string, { cluster }: Pick<StreamInfo, 'cluster'>): void {
  if (replicas === undefined || replicas === 1 || cluster?.name) return;
  throw tooFewServers(replicas, name, 'this server is in no cluster');
}

function tooFewServers(replicas: Replicas, name: string, says: string, cause?: unknown): ConfigError {
  return new ConfigError(
    `NATS_REPLICAS is ${replicas}, and ${name} can't be kept by so many servers (${says}); run a cluster of at least ${replicas} NATS servers with JetStream and room on their disks, or set NATS_REPLICAS=1`,
    { cause },
  );
}

function otherReplicas(name: string, refusal: Refusal, now: number, wanted: Replicas | undefined): ConfigError {
  const doing = `NATS_REPLICAS is ${wanted}, and ${name} is kept by ${now}`;
  const remedy = `set NATS_REPLICAS=${now}, or run \`prunella nats provision --replicas ${wanted}\` as a user that may (docs/guide/nats.md)`;
  return refused(doing, refusal, remedy);
}

/** @param now by how many servers it is kept, where nothing but that is to be changed. */
async function keptBy<T>(
  replicas: Replicas | undefined,
  name: string,
  change: () => Promise<T>,
  now?: number,
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined && now !== undefined) throw otherReplicas(name, refusal, now, replicas);
    if (refusal !== undefined)
      throw refused(`${name} is not there, or not as this version wants it`, refusal, PROVISION);
    if (
      replicas === undefined ||
      replicas === 1 ||
      !(error instanceof JetStreamApiError) ||
      !TOO_FEW_SERVERS.has(error.code)
    )
      throw error;
    throw tooFewServers(replicas, name, `NATS says "${error.message}"`, error);
  }
}
