import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { ConfigError, messageOf } from '@prunella/core';
import { Bus, type BusOptions } from './bus.ts';
import { BUCKETS, type BucketName, OPTIONAL_STREAMS, STREAMS } from './topology.ts';

/** What came of setting up a server. */
export interface Provisioned {
  streams: number;
  buckets: number;
  /** By how many servers each of them is kept: one number, or several, ascending, where they differ. */
  replicas: number[];
  /** Streams that Prunella can do without and there was no room for, with what the server said. */
  missing: { name: string; why: string }[];
}

/**
 * Makes all streams and buckets, and brings those that are there up to date: for servers on which the services may not do that themselves. Again: changes nothing.
 *
 * @param options of a user who may create and change them. Without `replicas` what is there stays on as many servers as it is on.
 * @throws as `Bus.connect`; what the server says against one that is needed.
 */
export async function provision(options: Omit<BusOptions, 'name'>): Promise<Provisioned> {
  const bus = await Bus.connect({ ...options, name: 'provision' });
  try {
    const missing = await optionalStreams(bus);
    const buckets = Object.keys(BUCKETS) as BucketName[];
    for (const name of buckets) await bus.bucket(name);
    const streams = [...STREAMS, ...OPTIONAL_STREAMS].map(({ name }) => name);
    return {
      streams: streams.length - missing.length,
      buckets: buckets.length,
      replicas: await replicasOf(bus, new Set([...streams, ...buckets.map((name) => `KV_${name}`)])),
      missing,
    };
  } finally {
    await bus.close();
  }
}

/** Makes those that Prunella can do without. @returns those that there was no room for. @throws what else went wrong. */
export async function optionalStreams(bus: Bus): Promise<Provisioned['missing']> {
  const missing: Provisioned['missing'] = [];
  for (const stream of OPTIONAL_STREAMS) {
    await bus.ensureStream(stream).catch((error: unknown) => {
      if (!saidByServer(error)) throw error;
      missing.push({ name: stream.name, why: messageOf(error) });
    });
  }
  return missing;
}

/** Whether JetStream itself refused, as it does where there is no room: itself, or told with the replicas that there are too few servers for. */
function saidByServer(error: unknown): boolean {
  return (error instanceof ConfigError ? error.cause : error) instanceof JetStreamApiError;
}

async function replicasOf(bus: Bus, names: ReadonlySet<string>): Promise<number[]> {
  const manager = await jetstreamManager(bus.nats);
  const found = new Set<number>();
  for await (const { config } of manager.streams.list()) {
    if (names.has(config.name)) found.add(config.num_replicas);
  }
  return [...found].sort((a, b) => a - b);
}
