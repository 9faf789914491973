import { setTimeout as sleep } from 'node:timers/promises';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import { connect, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type Envelope, type Events, messageId, type Subject, writeMessage } from '@prunella/contracts';
import { ConfigError, inSpan, iso, messageOf, systemClock, traceparent, UnreachableError } from '@prunella/core';
import { natsAddress } from './address.ts';
import { ensureBucket, ensureConsumer, ensureStream, type Replicas } from './ensure.ts';
import { ForeignValue } from './errors.ts';
import { type BucketAccess, JsonBucket } from './kv.ts';
import { type ConsumerLook, lookAtConsumers, lookAtStreams, type StreamLook } from './look.ts';
import { type InstallationSecret, type MessageIds, messageIds, secretOf } from './message-ids.ts';
import { unlessMissing } from './missing.ts';
import { throughOutage } from './outage.ts';
import { quietRequests } from './quiet-requests.ts';
import { refusalOf, refused } from './refusal.ts';
import { inboxOf } from './rights/permissions.ts';
import { DOORS, type Rights, rightsOf } from './rights/rights.ts';
import { sentAttributes } from './spans.ts';
import { together } from './together.ts';
import {
  type BucketName,
  CONSUMERS,
  type ConsumerName,
  type ConsumerSpec,
  EVENTS,
  STREAMS,
  type StreamSpec,
} from './topology.ts';

/** How long the end of the connection waits for what is watched. */
const WATCHES_END_WITHIN_MS = 1_000;

export interface BusOptions {
  /** As `NATS_URL`: see `natsAddress`. */
  servers: string;
  /** A file with the certificates (PEM) of whoever signed the server's; absent: those that Node trusts. */
  caFile?: string | undefined;
  /** Of the user in `servers`, where no password stands there. */
  password?: string | undefined;
  /** Who connects; shown by NATS tools, and part of each event's `source`. One that stands in `RIGHTS` does no more than that. */
  name: string;
  /** How long one publish may take, reconnects included, before it throws. Default 30 s. */
  publishTimeoutMs?: number;
  /** How many servers keep each stream and bucket; what is kept by another number is changed. Absent: as it is, and what is not there is kept by one. */
  replicas?: Replicas;
}

/** What to do when the server refuses what a service of ours does. */
const OWN_USER =
  'is it connected as its own user, with the permissions of this version (`prunella nats permissions`, docs/guide/nats.md)?';

/** How long a start waits for a cluster that is just electing its leader. */
const START_WITHIN_MS = 30_000;
/** How often the server is asked whether it is still there; one that says nothing twice is taken for gone. A lost machine closes no connection. */
const PING_EVERY_MS = 10_000;
const LONGEST_RECONNECT_WAIT_MS = 5_000;

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
  private readonly closing = new AbortController();
  private readonly watches = new Set<Promise<void>>();
  private readonly buckets = new Map<BucketName, Promise<JsonBucket<unknown>>>();
  /** Set by `connect`, before anybody has the bus. */
  private ids!: MessageIds;

  private constructor(
    readonly nats: NatsConnection,
    readonly jetstream: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly options: BusOptions & Required<Pick<BusOptions, 'publishTimeoutMs'>>,
  ) {}

  /**
   * Connects, creates or updates the streams, and makes the secret of message ids where there is none. Keeps reconnecting for ever afterwards.
   *
   * @throws UnreachableError when no server answers or it has no JetStream, ConfigError for what is no address and where somebody else has to make what is missing.
   */
  static async connect(options: BusOptions): Promise<Bus> {
    const { shown, ...address } = natsAddress(options.servers, options);
    quietRequests();
    const outage = { since: undefined as number | undefined };
    const nats = await connect({
      ...address,
      name: `prunella-${options.name}`,
      inboxPrefix: inboxOf(options.name),
      maxReconnectAttempts: -1,
      reconnectDelayHandler: () => reconnectWait(outage.since),
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
      timeout: 5_000,
      // Costs about half of the publish rate; our own errors carry the context instead.
      noAsyncTraces: true,
    }).catch((error: unknown) => {
      throw unreachable(shown, error);
    });
    try {
      const patience = { what: 'starting', withinMs: START_WITHIN_MS, isClosed: () => nats.isClosed() };
      // One server alone answers, or has no JetStream; a cluster may be electing its leader.
      const begun = async () => {
        const manager = await jetstreamManager(nats);
        const bus = new Bus(nats, jetstream(nats), manager, { publishTimeoutMs: 30_000, ...options });
        for (const stream of STREAMS) await bus.ensureStream(stream);
        // The bus's own bucket, whoever it works for: no service has a right to it, and where there are users the server says who may write it.
        bus.ids = messageIds(await secretOf(() => bus.opened<InstallationSecret>('prunella_message_ids', false)));
        return bus;
      };
      const bus = await (nats.info?.cluster === undefined ? begun() : throughOutage(patience, begun));
      void bus.followConnection(outage);
      return bus;
    } catch (error) {
      await nats.close();
      if (error instanceof ConfigError || error instanceof ForeignValue) throw error;
      const refusal = refusalOf(error);
      if (refusal !== undefined) throw refused(`signing in at ${shown}`, refusal, OWN_USER);
      throw unreachable(shown, error);
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
    this.demand(this.mayPublish(subject), `publishes ${subject}`);
    return await inSpan(`send ${subject}`, { kind: 'producer' }, async (span) => {
      const envelope: Envelope<S> = {
        subject,
        id: publication.id,
        source: publication.source ?? this.source,
        time: publication.time ?? iso(systemClock.now()),
        traceparent: traceparent(),
        data: publication.data,
      };
      if (span.isRecorded) span.set(sentAttributes(envelope, messageId(envelope)));
      const header = headers();
      header.set('traceparent', envelope.traceparent ?? '');
      const id = this.ids(envelope);
      const sent = await this.publishRaw(subject, writeMessage(envelope), id, header);
      if (sent.duplicate) span.set({ 'prunella.duplicate': true });
      return sent;
    });
  }

  /** Publishes bytes as they are; for dead letters, whose stream nobody else writes. @param msgID as it is, so that who knows it could take it first. */
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
        const refusal = refusalOf(error);
        if (refusal !== undefined) throw refused(`publishing on ${subject}`, refusal, OWN_USER);
        if (this.nats.isClosed() || systemClock.now() + wait > deadline) {
          throw new UnreachableError(
            `publishing on ${subject} failed for ${this.options.publishTimeoutMs} ms: ${messageOf(error)}; is NATS at ${natsAddress(this.options.servers).shown} up, with JetStream and room on its disk?`,
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
    const { rights } = this;
    this.demand(!rights || rights.reads.includes(name) || rights.writes.includes(name), `reads ${name}`);
    let bucket = this.buckets.get(name);
    if (bucket === undefined) {
      bucket = this.opened<unknown>(name, rights !== undefined && !rights.writes.includes(name));
      bucket.catch(() => this.buckets.delete(name));
      this.buckets.set(name, bucket);
    }
    return bucket as Promise<JsonBucket<T>>;
  }

  /** Creates a stream or brings its limits up to date. Throws what the server says against it, e.g. that it has no room. */
  async ensureStream(spec: StreamSpec): Promise<void> {
    await ensureStream(this.manager, spec, this.replicas);
  }

  /** Creates or updates a durable consumer. */
  async ensureConsumer(name: ConsumerName): Promise<void> {
    await ensureConsumer(this.manager, name);
  }

  /** What it may do; undefined: no service or tool of ours, and whatever the server lets it. */
  private get rights(): Rights | undefined {
    return rightsOf(this.options.name);
  }

  private mayPublish(subject: Subject): boolean {
    const { rights } = this;
    if (rights === undefined || rights.publishes.includes(subject)) return true;
    const doors: readonly { client: string; publishes: readonly Subject[] }[] = Object.values(DOORS);
    return doors.some(({ client, publishes }) => client === this.options.name && publishes.includes(subject));
  }

  private demand(isGiven: boolean, does: string): void {
    if (isGiven) return;
    throw new ConfigError(`the ${this.options.name} ${does}, which libs/bus/src/rights/rights.ts does not give it`);
  }

  /** How many servers are to keep each stream and bucket; undefined: it is not for us to say. */
  get replicas(): Replicas | undefined {
    return this.options.replicas;
  }

  /** Deletes a durable consumer that nobody wants any more: it would count as one that is far behind. None there: nothing. */
  async removeConsumer(name: ConsumerName): Promise<void> {
    await unlessMissing(this.manager.consumers.delete(EVENTS.name, name));
  }

  /**
   * The time up to which a consumer has handled every event, epoch ms: now, or when the oldest event was published that it has not
   * acknowledged. Silence before it is silence; after it, nothing is known.
   */
  async handledUntil(name: ConsumerName): Promise<number> {
    const now = systemClock.now();
    const { ack_floor } = await this.manager.consumers.info(EVENTS.name, name);
    const spec: ConsumerSpec = CONSUMERS[name];
    // The stream's leader knows what there is: what a consumer counts is what its own server has heard of, which may be behind. Also where the one right after the
    // floor is there no more.
    const oldest = await this.messageIn(EVENTS, { seq: ack_floor.stream_seq + 1, next_by_subj: spec.subject ?? '>' });
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
    return (await this.messageIn(EVENTS, { last_by_subj: subject }))?.data;
  }

  /** One message of a stream, as its leader has it: the newest of a subject, or the first from `seq` on; null: there is none. */
  async messageIn(
    { name }: StreamSpec,
    which: { last_by_subj: string } | { seq: number; next_by_subj: string },
  ): Promise<StoredMsg | null> {
    // The client's types know `next_by_subj` only for direct reads.
    return await this.manager.streams.getMessage(name, which as MsgRequest);
  }

  /** Ends what is watched, sends out what is still buffered and disconnects. */
  async close(): Promise<void> {
    this.closing.abort();
    // Where the server is away, one that was just about to begin asks in vain for seconds.
    await Promise.race([Promise.all(this.watches), sleep(WATCHES_END_WITHIN_MS, undefined, { ref: false })]);
    if (!this.nats.isClosed()) await this.nats.drain();
  }

  private async opened<T>(name: BucketName, isReadOnly: boolean): Promise<JsonBucket<T>> {
    const { jetstream, manager, nats } = this;
    const patience = { what: `opening ${name}`, withinMs: START_WITHIN_MS, isClosed: () => nats.isClosed() };
    const kv = await throughOutage(patience, () => ensureBucket(jetstream, manager, name, this.replicas));
    const whileOpen: BucketAccess['whileOpen'] = (signal, work) => {
      const done = work(AbortSignal.any([signal, this.closing.signal])).finally(() => this.watches.delete(done));
      this.watches.add(done);
    };
    return new JsonBucket<T>({ name, kv, jetstream, manager, isReadOnly, isClosed: () => nats.isClosed(), whileOpen });
  }

  private async followConnection(outage: { since: number | undefined }): Promise<void> {
    for await (const status of this.nats.status()) {
      if (status.type === 'disconnect') {
        this.connected = false;
        outage.since ??= systemClock.now();
      }
      if (status.type === 'reconnect') {
        this.connected = true;
        outage.since = undefined;
      }
    }
  }
}

/** How long to leave a server alone that did not let us in: longer, the longer none does; jittered, so that replicas do not come back together. */
function reconnectWait(since: number | undefined): number {
  const lastedMs = since === undefined ? 0 : systemClock.now() - since;
  const full = Math.min(Math.max(500, lastedMs / 4), LONGEST_RECONNECT_WAIT_MS);
  return Math.round(full * (0.5 + Math.random() / 2));
}

function unreachable(servers: string, cause: unknown): UnreachableError {
  return new UnreachableError(
    `NATS with JetStream expected at ${servers}, found: ${messageOf(cause)}; start it (nats-server -js) or set NATS_URL`,
    { cause },
  );
}
