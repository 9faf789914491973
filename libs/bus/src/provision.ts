import { JetStreamApiError } from '@nats-io/jetstream';
import { messageOf } from '@prunella/core';
import { Bus, type BusOptions } from './bus.ts';
import { BUCKETS, type BucketName, GREEN_LOGS, ORIGINALS, STREAMS } from './topology.ts';

/** What came of setting up a server. */
export interface Provisioned {
  streams: number;
  buckets: number;
  /** Streams that Prunella can do without and there was no room for, with what the server said. */
  missing: { name: string; why: string }[];
}

/**
 * Makes all streams and buckets, and brings those that are there up to date: for servers on which the services may not do that themselves. Again: changes nothing.
 *
 * @param options of a user who may create and change them.
 * @throws as `Bus.connect`; what the server says against one that is needed.
 */
export async function provision(options: Omit<BusOptions, 'name'>): Promise<Provisioned> {
  const bus = await Bus.connect({ ...options, name: 'provision' });
  try {
    const missing: Provisioned['missing'] = [];
    for (const stream of [GREEN_LOGS, ORIGINALS]) {
      await bus.ensureStream(stream).catch((error: unknown) => {
        if (!(error instanceof JetStreamApiError)) throw error;
        missing.push({ name: stream.name, why: messageOf(error) });
      });
    }
    const buckets = Object.keys(BUCKETS) as BucketName[];
    for (const name of buckets) await bus.bucket(name);
    return { streams: STREAMS.length + 2 - missing.length, buckets: buckets.length, missing };
  } finally {
    await bus.close();
  }
}
