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
  const stop = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    client.on('notification', (message) => listener.onMessage(message.payload ?? ''));
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    listener.onConnected();
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
