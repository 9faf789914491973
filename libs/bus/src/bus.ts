import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type MsgRequest,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, headers, type MsgHdrs, type NatsConnection, nanos } from '@nats-io/transport-node';
import { type Envelope, type Events, messageId, type Subject, writeMessage } from '@prunella/contracts';
import { inSpan, iso, messageOf, systemClock, traceparent, UnreachableError } from '@prunella/core';
import { JsonBucket } from './kv.ts';
import { type ConsumerLook, lookAtConsumers, lookAtStreams, type StreamLook } from './look.ts';
import { sentAttributes } from './spans.ts';
import { together } from './together.ts';
import {
  BUCKETS,
  type BucketName,
  CONSUMERS,
  type ConsumerName,
  type ConsumerSpec,
  EVENTS,
  STREAMS,
  type StreamSpec,
} from './topology.ts';

export interface BusOptions {
  /** `nats://host:port[,nats://host:port]` */
  servers: string;
  /** Who connects; shown by NATS tools, and part of each event's `source`. */
  name: string;
  /** How long one publish may take, reconnects included, before it throws. Default 30 s. */
  publishTimeoutMs?: number;
}

/** What is published, without what the bus adds. */
export interface Publication<S extends Subject> {
  /** Deterministic: the same for the same event, however often it is published. Unique together with the source. */
  id: string;
  /** Default: `prunella/<service>`. */
  source?: string;
  /** When it happened, ISO 8601. Default: now. */
  time?: string;
  data: Events[S];
}

/** A connection to NATS with our streams on it. */
export class Bus {
  private connected = true;
  private readonly buckets = new Map<BucketName, Promise<JsonBucket<unknown>>>();

  private constructor(
    readonly nats: NatsConnection,
    readonly jetstream: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly options: Required<BusOptions>,
  ) {}

  /**
   * Connects, and creates or updates the streams. Keeps reconnecting for ever afterwards.
   *
   * @throws UnreachableError when no server answers or it has no JetStream.
   */
  static async connect(options: BusOptions): Promise<Bus> {
    const nats = await connect({
      servers: options.servers.split(',').map((server) => server.trim()),
      name: `prunella-${options.name}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 500,
      reconnectJitter: 250,
      timeout: 5_000,
      // Costs about half of the publish rate; our own errors carry the context instead.
      noAsyncTraces: true,
    }).catch((error: unknown) => {
      throw unreachable(options.servers, error);
    });
    try {
      const manager = await jetstreamManager(nats);
      const bus = new Bus(nats, jetstream(nats), manager, { publishTimeoutMs: 30_000, ...options });
      for (const stream of STREAMS) await bus.ensureStream(stream);
      void bus.followConnection();
      return bus;
    } catch (error) {
      await nats.close();
      throw unreachable(options.servers, error);
    }
  }

  /**
   * Publishes and waits until the stream has it. Publishing the same id again changes nothing. Retries through short
   * outages.
   *
   * @returns the sequence in the stream, and whether it was there already.
   * @throws ContractViolation when the data does not fit the contract, UnreachableError when the server stays away.
   */
  async publish<S extends Subject>(
    subject: S,
    publication: Publication<S>,
  ): Promise<{ seq: number; duplicate: boolean }> {
    return await inSpan(`send ${subject}`, { kind: 'producer' }, async (span) => {
      const envelope: Envelope<S> = {
        subject,
        id: publication.id,
        source: publication.source ?? this.source,
        time: publication.time ?? iso(systemClock.now()),
        traceparent: traceparent(),
        data: publication.data,
      };
      const id = messageId(envelope);
      if (span.isRecorded) span.set(sentAttributes(envelope, id));
      const header = headers();
      header.set('traceparent', envelope.traceparent ?? '');
      const sent = await this.publishRaw(subject, writeMessage(envelope), id, header);
      if (sent.duplicate) span.set({ 'prunella.duplicate': true });
      return sent;
    });
  }

  /** Publishes bytes as they are; for dead letters. */
  async publishRaw(
    subject: string,
    bytes: Uint8Array,
    msgID: string,
    header: MsgHdrs,
  ): Promise<{ seq: number; duplicate: boolean }> {
    const deadline = systemClock.now() + this.options.publishTimeoutMs;
    for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
      try {
        await together();
        const { seq, duplicate } = await this.jetstream.publish(subject, bytes, {
          msgID,
          headers: header,
          timeout: 2_000,
        });
        return { seq, duplicate };
      } catch (error) {
        if (this.nats.isClosed() || systemClock.now() + wait > deadline) {
          throw new UnreachableError(
            `publishing on ${subject} failed for ${this.options.publishTimeoutMs} ms: ${messageOf(error)}; is NATS at ${this.options.servers} up, with JetStream and room on its disk?`,
            { cause: error },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** Whether the connection stands right now. */
  get isConnected(): boolean {
    return !this.nats.isClosed() && this.connected;
  }

  /** The CloudEvents source of what this service publishes. */
  get source(): string {
    return `prunella/${this.options.name}`;
  }

  /** A KV bucket, made when it is not there. */
  bucket<T>(name: BucketName): Promise<JsonBucket<T>> {
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      const { ttlMs } = BUCKETS[name];
      bucket = new Kvm(this.jetstream)
        .create(name, { history: 1, storage: StorageType.File, ...(ttlMs > 0 && { ttl: ttlMs }) })
        .then((kv) => new JsonBucket<unknown>(kv));
      bucket.catch(() => this.buckets.delete(name));
      this.buckets.set(name, bucket);
    }
    return bucket as Promise<JsonBucket<T>>;
  }

  /** Creates a stream or brings its limits up to date. Throws what the server says against it, e.g. that it has no room. */
  async ensureStream(spec: StreamSpec): Promise<void> {
    const wanted = {
      subjects: [...spec.subjects],
      max_age: nanos(spec.maxAgeMs),
      max_bytes: spec.maxBytes,
      duplicate_window: nanos(spec.duplicateWindowMs),
      ...(spec.maxPerSubject !== undefined && { max_msgs_per_subject: spec.maxPerSubject, allow_direct: true }),
    };
    try {
      await this.manager.streams.info(spec.name);
    } catch {
      // Two services may get here together: adding the same stream twice is no error.
      await this.manager.streams.add({
        name: spec.name,
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        ...wanted,
      });
      return;
    }
    await this.manager.streams.update(spec.name, wanted);
  }

  /** Creates or updates a durable consumer. */
  async ensureConsumer(name: ConsumerName): Promise<void> {
    const spec: ConsumerSpec = CONSUMERS[name];
    const wanted = {
      ack_wait: nanos(spec.ackWaitMs),
      // We count deliveries ourselves: a message is never dropped without a dead letter.
      max_deliver: -1,
      max_ack_pending: 4 * Math.max(spec.concurrency, spec.batch?.size ?? 0) + 64,
      ...(spec.subject !== undefined && { filter_subject: spec.subject }),
    };
    try {
      await this.manager.consumers.update(EVENTS.name, name, wanted);
    } catch {
      // Not there yet: `add` also reports every real problem.
      await this.manager.consumers.add(EVENTS.name, {
        durable_name: name,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ...wanted,
      });
    }
  }

  /** Deletes a durable consumer that nobody wants any more: it would count as one that is far behind. None there: nothing. */
  async removeConsumer(name: ConsumerName): Promise<void> {
    try {
      await this.manager.consumers.delete(EVENTS.name, name);
    } catch (error) {
      if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound)) throw error;
    }
  }

  /**
   * The time up to which a consumer has handled every event, epoch ms: now, or when the oldest event was published that it has not
   * acknowledged. Silence before it is silence; after it, nothing is known.
   */
  async handledUntil(name: ConsumerName): Promise<number> {
    const now = systemClock.now();
    const { ack_floor, num_ack_pending, num_pending } = await this.manager.consumers.info(EVENTS.name, name);
    if (num_ack_pending + num_pending === 0) return now;
    // Also where the one right after the floor is there no more. The client's types know `next_by_subj` only for direct reads.
    const next = { seq: ack_floor.stream_seq + 1, next_by_subj: '>' } as MsgRequest;
    const oldest = await this.manager.streams.getMessage(EVENTS.name, next);
    return Math.min(now, oldest?.time.getTime() ?? now);
  }

  /** The version of the server that this connection is to; undefined: it did not say. */
  get serverVersion(): string | undefined {
    return this.nats.info?.version;
  }

  /** How the streams are. Throws what the server says against asking. */
  async streams(): Promise<StreamLook[]> {
    return await lookAtStreams(this.manager);
  }

  /** How far the durable consumers of a service are. Throws what the server says against asking. */
  async consumersOf(service: string): Promise<ConsumerLook[]> {
    return await lookAtConsumers(this.manager, `${service}-`);
  }

  /** The newest event of a subject, as it was sent; undefined: there is none. */
  async newest(subject: Subject): Promise<Uint8Array | undefined> {
    const message = await this.manager.streams.getMessage(EVENTS.name, { last_by_subj: subject });
    return message?.data;
  }

  /** Sends out what is still buffered and disconnects. */
  async close(): Promise<void> {
    if (!this.nats.isClosed()) await this.nats.drain();
  }

  private async followConnection(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect') this.connected = false;
      if (status.type === 'reconnect') this.connected = true;
    }
  }
}

function unreachable(servers: string, cause: unknown): UnreachableError {
  return new UnreachableError(
    `NATS with JetStream expected at ${servers}, found: ${messageOf(cause)}; start it (nats-server -js) or set NATS_URL`,
    { cause },
  );
}
