import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import { errors, headers, nuid } from '@nats-io/transport-node';
import { type Patience, throughOutage } from './outage.ts';
import { together } from './together.ts';
import { follow } from './watch.ts';

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

export interface BucketAccess {
  name: string;
  kv: KV;
  jetstream: JetStreamClient;
  manager: JetStreamManager;
  isClosed(): boolean;
}

/** How long a call goes on while NATS is away: as long as an election takes, and some. */
const PATIENCE_MS = 15_000;
/** How long one try may take. */
const TRY_MS = 3_000;

/**
 * A KV bucket of JSON values with compare-and-set. Keys: letters, digits and `-_=./`.
 *
 * All calls go on through a short outage of NATS and the election of a leader, and throw UnreachableError when that takes longer. A write whose answer was
 * lost is told from one that never arrived: each has an id of its own (`Nats-Msg-Id`), so that it is written once however often it is sent, and is
 * recognised where it stands.
 */
export class JsonBucket<T> {
  constructor(private readonly access: BucketAccess) {}

  /** The current value; undefined: none, or deleted. */
  async get(key: string): Promise<Entry<T> | undefined> {
    await together();
    const entry = await this.read(key);
    if (entry === null || entry.operation !== 'PUT') return undefined;
    return { key, value: entry.json<T>(), revision: entry.revision };
  }

  /** Writes only where nothing stands. The new revision; undefined: something stands there. */
  async create(key: string, value: T): Promise<number | undefined> {
    await together();
    const text = JSON.stringify(value);
    const revision = await this.write(key, text, { over: 0 });
    if (revision !== undefined) return revision;
    const entry = await this.read(key);
    // What was deleted leaves a mark, which is to be written over.
    return entry === null || entry.operation === 'PUT'
      ? undefined
      : await this.write(key, text, { over: entry.revision });
  }

  /** Writes only over `revision`. The new revision; undefined: somebody else was first. */
  async update(key: string, value: T, revision: number): Promise<number | undefined> {
    await together();
    return await this.write(key, JSON.stringify(value), { over: revision });
  }

  async put(key: string, value: T): Promise<number> {
    await together();
    return (await this.write(key, JSON.stringify(value), {})) ?? 0;
  }

  /** Deletes; with `revision`, only that one. False: somebody else changed it meanwhile. */
  async delete(key: string, revision?: number): Promise<boolean> {
    const over = revision === undefined ? {} : { over: revision };
    return (await this.write(key, '', { ...over, purge: true })) !== undefined;
  }

  /**
   * Calls `onChange` for everything that stands there now, then for each change, until the signal aborts. Resolves when the
   * present values have all been seen. When the watch breaks, or falls silent while there is something to tell, it begins again: what stands there is
   * then told once more, and what was deleted as long as its mark stands.
   */
  async watch(onChange: (change: Change<T>) => void, signal: AbortSignal): Promise<void> {
    const tell = (entry: KvEntry) => {
      const deleted = entry.operation !== 'PUT';
      onChange({ key: entry.key, revision: entry.revision, ...(!deleted && { value: entry.json<T>() }) });
    };
    await new Promise<void>((caughtUp) => void follow(this.access.kv, tell, signal, caughtUp));
  }

  /** How many values there are, those that were deleted a short time ago counted as well. */
  async size(): Promise<number> {
    return (await this.patiently('counting', () => this.access.kv.status())).values;
  }

  /** All that stands there now. */
  async entries(): Promise<Entry<T>[]> {
    return await this.patiently('reading all of', async () => {
      const entries = new Map<string, Entry<T>>();
      if ((await this.access.kv.status()).values === 0) return [];
      const values = await this.access.kv.watch();
      // The server that feeds it may go away in the middle, and nothing would come any more.
      let heard = performance.now();
      let isWhole = false;
      const watchdog = setInterval(() => performance.now() - heard > TRY_MS && values.stop(), TRY_MS / 3);
      try {
        for await (const entry of values) {
          heard = performance.now();
          if (entry.operation === 'PUT') {
            entries.set(entry.key, { key: entry.key, value: entry.json<T>(), revision: entry.revision });
          } else entries.delete(entry.key);
          isWhole = entry.isUpdate || entry.delta === 0;
          // Leaving the loop ends the watch.
          if (isWhole) break;
        }
      } finally {
        clearInterval(watchdog);
      }
      if (!isWhole) throw new errors.TimeoutError();
      return [...entries.values()];
    });
  }

  /** The newest message of a key, a mark of a deletion as well; null: none. */
  private async read(key: string): Promise<KvEntry | null> {
    return await this.patiently('reading', () => this.access.kv.get(key));
  }

  /** The new revision; undefined: `over` is not what stands there. */
  private async write(
    key: string,
    text: string,
    { over, purge }: { over?: number; purge?: boolean },
  ): Promise<number | undefined> {
    const { jetstream, name } = this.access;
    const header = headers();
    if (over !== undefined) header.set('Nats-Expected-Last-Subject-Sequence', String(over));
    if (purge) {
      header.set('KV-Operation', 'PURGE');
      header.set('Nats-Rollup', 'sub');
    }
    const msgID = nuid.next();
    return await this.patiently('writing', async (again) => {
      try {
        const sent = { msgID, headers: header, timeout: TRY_MS };
        return (await jetstream.publish(`$KV.${name}.${key}`, text, sent)).seq;
      } catch (error) {
        if (!isTaken(error)) throw error;
        // By our own write, whose answer we did not get?
        return again ? await this.revisionOf(key, msgID) : undefined;
      }
    });
  }

  /** The revision of what stands there when it is this very write. */
  private async revisionOf(key: string, msgID: string): Promise<number | undefined> {
    const { manager, name } = this.access;
    // By its leader, whatever the bucket's other reads go by.
    const found = await manager.streams.getMessage(`KV_${name}`, { last_by_subj: `$KV.${name}.${key}` });
    return found?.header.get('Nats-Msg-Id') === msgID ? found.seq : undefined;
  }

  private async patiently<R>(doing: string, work: (again: boolean) => Promise<R>): Promise<R> {
    const { name, isClosed } = this.access;
    const patience: Patience = { what: `${doing} ${name}`, withinMs: PATIENCE_MS, isClosed };
    return await throughOutage(patience, work);
  }
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}
