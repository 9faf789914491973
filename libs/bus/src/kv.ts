import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { together } from './together.ts';

/** A value with the revision that an update must name. */
export interface Entry<T> {
  key: string;
  value: T;
  revision: number;
}

export interface Change<T> {
  key: string;
  /** undefined: deleted. */
  value?: T;
  revision: number;
}

const WATCH_AGAIN_MS = 1_000;

/** A KV bucket of JSON values with compare-and-set. Keys: letters, digits and `-_=./`. */
export class JsonBucket<T> {
  constructor(private readonly kv: KV) {}

  /** The current value; undefined: none, or deleted. */
  async get(key: string): Promise<Entry<T> | undefined> {
    await together();
    const entry = await this.kv.get(key);
    if (entry === null || entry.operation !== 'PUT') return undefined;
    return { key, value: entry.json<T>(), revision: entry.revision };
  }

  /** Writes only where nothing stands. The new revision; undefined: something stands there. */
  async create(key: string, value: T): Promise<number | undefined> {
    await together();
    return await unlessTaken(() => this.kv.create(key, JSON.stringify(value)));
  }

  /** Writes only over `revision`. The new revision; undefined: somebody else was first. */
  async update(key: string, value: T, revision: number): Promise<number | undefined> {
    await together();
    return await unlessTaken(() => this.kv.update(key, JSON.stringify(value), revision));
  }

  async put(key: string, value: T): Promise<number> {
    await together();
    return await this.kv.put(key, JSON.stringify(value));
  }

  /** Deletes; with `revision`, only that one. False: somebody else changed it meanwhile. */
  async delete(key: string, revision?: number): Promise<boolean> {
    const done = await unlessTaken(async () => {
      await this.kv.purge(key, revision === undefined ? undefined : { previousSeq: revision });
      return 1;
    });
    return done !== undefined;
  }

  /**
   * Calls `onChange` for everything that stands there now, then for each change, until the signal aborts. Resolves when the
   * present values have all been seen. When the watch breaks it begins again: what stands there is then told once more, but what
   * was deleted meanwhile is not.
   */
  async watch(onChange: (change: Change<T>) => void, signal: AbortSignal): Promise<void> {
    let seen: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => {
      seen = resolve;
    });
    void this.follow(onChange, signal, seen);
    await caughtUp;
  }

  /** How many values there are, those that were deleted a short time ago counted as well. */
  async size(): Promise<number> {
    return (await this.kv.status()).values;
  }

  /** All that stands there now. */
  async entries(): Promise<Entry<T>[]> {
    const entries = new Map<string, Entry<T>>();
    if ((await this.kv.status()).values === 0) return [];
    for await (const entry of await this.kv.watch()) {
      if (entry.operation === 'PUT') {
        entries.set(entry.key, { key: entry.key, value: entry.json<T>(), revision: entry.revision });
      } else entries.delete(entry.key);
      // Leaving the loop ends the watch.
      if (entry.isUpdate || entry.delta === 0) break;
    }
    return [...entries.values()];
  }

  private async follow(onChange: (change: Change<T>) => void, signal: AbortSignal, seen: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const changes = await this.kv.watch();
        const stop = () => changes.stop();
        signal.addEventListener('abort', stop, { once: true });
        // Aborted while it began: nobody would end it.
        if (signal.aborted) stop();
        if ((await this.kv.status()).values === 0) seen();
        for await (const entry of changes) {
          const deleted = entry.operation !== 'PUT';
          onChange({ key: entry.key, revision: entry.revision, ...(!deleted && { value: entry.json<T>() }) });
          if (entry.isUpdate || entry.delta === 0) seen();
        }
        signal.removeEventListener('abort', stop);
      } catch {
        // the server is away, or the bucket was deleted: the next round finds out
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, WATCH_AGAIN_MS));
    }
    seen();
  }
}

async function unlessTaken(write: () => Promise<number>): Promise<number | undefined> {
  try {
    return await write();
  } catch (error) {
    const taken =
      error instanceof JetStreamApiError &&
      (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
        error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown);
    if (taken) return undefined;
    throw error;
  }
}
