import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface Listener {
  /** What was told. May come more than once. */
  onMessage(payload: string): void;
  /** The connection stands (again): what was told since it broke is lost, look for it elsewhere. */
  onConnected(): void;
  /** The connection broke, or could not be made; it is tried again by itself. */
  onLost(error: unknown): void;
}

const RETRY_MS = 1_000;

/** Follows a channel of Postgres (LISTEN) on a connection of its own until the signal aborts. */
export async function listen(url: string, channel: string, listener: Listener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await follow(url, channel, listener, signal);
    } catch (error) {
      if (!signal.aborted) listener.onLost(error);
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function follow(url: string, channel: string, listener: Listener, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
  const ended = new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('end', resolve);
  });
  ended.catch(() => undefined);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const onAbort = () => stop();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    client.on('notification', (message) => listener.onMessage(message.payload ?? ''));
    // A client that is ended while it connects never says how that went: whoever stops is not to wait for it.
    await Promise.race([begin(client, channel), stopped]);
    if (signal.aborted) return;
    listener.onConnected();
    await Promise.race([ended, stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    void client.end().catch(() => undefined);
  }
}

async function begin(client: pg.Client, channel: string): Promise<void> {
  await client.connect();
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
}
