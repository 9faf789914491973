import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';

/** How long one attempt to connect may take. */
const CONNECT_TIMEOUT_MS = 2_000;

/** The connection to NATS, made when it is first needed. */
export interface Line {
  /** What to publish with, and the longest message the server takes, in bytes. Throws when there is no connection to be had right now. */
  open(): Promise<{ js: JetStreamClient; maxBytes: number }>;
  close(): Promise<void>;
}

/** @param servers `nats://host:port[,nats://host:port]` */
export function lineTo(servers: string, more: NodeConnectionOptions): Line {
  let opening: Promise<NatsConnection> | undefined;
  let nats: NatsConnection | undefined;

  async function connected(): Promise<NatsConnection> {
    // The client reconnects by itself for ever; it gives up only where the server refuses it.
    if (nats !== undefined && !nats.isClosed()) return nats;
    opening ??= connect({
      name: 'prunella-publisher',
      timeout: CONNECT_TIMEOUT_MS,
      reconnectTimeWait: 500,
      reconnectJitter: 250,
      noAsyncTraces: true,
      ...more,
      servers: servers.split(',').map((server) => server.trim()),
      maxReconnectAttempts: -1,
    }).finally(() => {
      opening = undefined;
    });
    nats = await opening;
    return nats;
  }

  return {
    async open() {
      const connection = await connected();
      return { js: jetstream(connection), maxBytes: connection.info?.max_payload ?? Number.POSITIVE_INFINITY };
    },
    async close() {
      // One that is just being made would keep the process alive.
      await opening?.catch(() => undefined);
      await nats?.close();
    },
  };
}
