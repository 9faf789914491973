import {
  BUCKETS,
  type BucketName,
  CONSUMERS,
  type ConsumerName,
  type ConsumerSpec,
  DEAD_LETTERS,
  EVENTS,
  EXAMINE,
  EXAMINED,
} from '../topology.ts';
import { CLIENTS, type ClientName, type Door, publishedBy, RIGHTS, type Rights } from './rights.ts';

/** What a user of the NATS server is allowed; everything else is denied. */
export interface Permissions {
  publish: readonly string[];
  subscribe: readonly string[];
}

/** Where a client is answered: nobody else may listen there. */
export function inboxOf(name: string): string {
  return `_INBOX_${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`;
}

/** The durable consumers of a service: they bear its name. */
export function consumersOf(client: ClientName): ConsumerName[] {
  return (Object.keys(CONSUMERS) as ConsumerName[]).filter((name) => name.startsWith(`${client}-`));
}

/**
 * The subjects that a client publishes and subscribes on, the requests of its NATS library included. Nobody here may create, change, purge or delete a stream or bucket, delete an event, or read by
 * `DIRECT.GET`, whose answer is the bytes of a message, sent to whatever subject the asker names (ADR 0041).
 */
export function permissionsOf(client: ClientName, doors: readonly Door[] = []): Permissions {
  const rights: Rights = RIGHTS[client];
  const consumers = consumersOf(client);
  const isService = client !== 'cli';
  return {
    publish: [
      ...publishedBy(client, doors),
      ...rights.streams.flatMap(({ subjects }) => subjects),
      ...rights.writes.flatMap(writingBucket),
      ...new Set(consumers.map(deadLetterOf)),
      '$JS.API.INFO',
      ...[EVENTS, DEAD_LETTERS, ...rights.streams].map(({ name }) => `$JS.API.STREAM.INFO.${name}`),
      ...(rights.looksUp ? [`$JS.API.STREAM.MSG.GET.${EVENTS.name}`] : []),
      ...rights.streams.map(({ name }) => `$JS.API.STREAM.MSG.GET.${name}`),
      ...(isService ? [`$JS.API.CONSUMER.LIST.${EVENTS.name}`] : []),
      ...consumers.flatMap(consuming),
      ...[...rights.writes, ...rights.reads].flatMap(readingBucket),
      ...(isService ? [`${EXAMINED}.*`] : []),
      ...(rights.asks ? [EXAMINE] : []),
    ],
    subscribe: [`${inboxOf(client)}.>`, ...(isService ? [EXAMINE] : []), ...(rights.asks ? [`${EXAMINED}.*`] : [])],
  };
}

/** Everybody's. */
export function allPermissions(doors: readonly Door[] = []): Record<ClientName, Permissions> {
  return Object.fromEntries(CLIENTS.map((client) => [client, permissionsOf(client, doors)])) as Record<
    ClientName,
    Permissions
  >;
}

function deadLetterOf(consumer: ConsumerName): string {
  const { subject }: ConsumerSpec = CONSUMERS[consumer];
  return `dlq.${subject ?? '>'}`;
}

/** To make, ask for and acknowledge. The filter is part of the subject, and the server compares it with what is asked for. */
function consuming(consumer: ConsumerName): string[] {
  const { subject }: ConsumerSpec = CONSUMERS[consumer];
  const own = `${EVENTS.name}.${consumer}`;
  return [
    `$JS.API.CONSUMER.INFO.${own}`,
    `$JS.API.CONSUMER.CREATE.${own}${subject === undefined ? '' : `.${subject}`}`,
    `$JS.API.CONSUMER.DELETE.${own}`,
    `$JS.API.CONSUMER.MSG.NEXT.${own}`,
    `$JS.ACK.${own}.>`,
  ];
}

/** What may be written may be deleted as well; where nothing expires, the marks of that are removed one by one. */
function writingBucket(bucket: BucketName): string[] {
  const removing = BUCKETS[bucket].ttlMs === 0 ? [`$JS.API.STREAM.MSG.DELETE.KV_${bucket}`] : [];
  return [`$KV.${bucket}.>`, ...removing];
}

/** To read a key, and to watch: a consumer for as long as that takes, with its flow control. */
function readingBucket(bucket: string): string[] {
  const stream = `KV_${bucket}`;
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.FC.${stream}.>`,
  ];
}
