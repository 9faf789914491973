import { JetStreamApiCodes, JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import { errors, headers, type MsgHdrs, nuid } from '@nats-io/transport-node';
import { ConfigError, systemClock } from '@prunella/core';
import { ForeignValue } from './errors.ts';
import { type Patience, throughOutage } from './outage.ts';
import { refusalOf, refused } from './refusal.ts';
import { together } from './together.ts';
import { endWatch, follow } from './watch.ts';

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
  /** Whether this service may not write there (rights.ts). */
  isReadOnly: boolean;
  isClosed(): boolean;
  /** Does something until `signal` or the end of the connection, which waits for it. */
  whileOpen(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): void;
}

/** How long a call goes on while NATS is away: as long as an election takes, and some. */
const PATIENCE_MS = 15_000;
/** How long one try may take. */
const TRY_MS = 3_000;
/** The header that tells each write from all others. */
const WRITE = 'Prunella-Write';
/** So many marks of deletions are removed at a reading, by so many requests at a time. */
const MOST_MARKS = 5_000;
const TIDYING = 8;
/** Stands on the mark of a deletion only. */
const OPERATION = 'KV-Operation';

/** The newest message of a key. */
interface Found {
  revision: number;
  isDeleted: boolean;
  isOurs: boolean;
  text: string;
}

/**
 * A KV bucket of JSON values with compare-and-set. Keys: letters, digits and `-_=./`.
 *
 * All calls go on through a short outage of NATS and the election of a leader, and throw UnreachableError when that takes longer. A write whose answer was
 * lost is told from one that never arrived: each has an id of its own, by which it is recognised where it stands, and one message id (`Nats-Msg-Id`) for all writes over the
 * same revision, so that one of them is written, once, however often they are sent (ADR 0039).
 *
 * What has no such id none of us wrote: a server writes its answers wherever whoever asks wants them to be (ADR 0041). To read it is an error, to watch it is as if it were deleted.
 */
export class JsonBucket<T> {
  constructor(private readonly access: BucketAccess) {}

  /** The current value; undefined: none, or deleted. */
  async get(key: string): Promise<Entry<T> | undefined> {
    await together();
    const found = await this.read(key);
    if (found === null || found.isDeleted) return undefined;
    if (!found.isOurs) throw new ForeignValue(this.access.name, key);
    return { key, value: JSON.parse(found.text), revision: found.revision };
  }

  /** Writes only where nothing stands. The new revision; undefined: something stands there. @throws ForeignValue when that is not of Prunella. */
  async create(key: string, value: T): Promise<number | undefined> {
    await together();
    const text = JSON.stringify(value);
    // What was deleted leaves a mark, which is to be written over, and may go meanwhile.
    for (let over = 0; ; ) {
      const revision = await this.write(key, text, { over });
      if (revision !== undefined) return revision;
      const entry = await this.read(key);
      if (entry !== null && !entry.isDeleted) {
        if (!entry.isOurs) throw new ForeignValue(this.access.name, key);
        return undefined;
      }
      over = entry?.revision ?? 0;
    }
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
   * Calls `onChange` for everything that stands there now, then for each change, until the signal aborts or the bus is closed. Resolves when the
   * present values have all been seen. When the watch breaks, or falls silent while there is something to tell, it begins again: what stands there is
   * then told once more, and what was deleted as long as its mark stands.
   */
  async watch(onChange: (change: Change<T>) => void, signal: AbortSignal): Promise<void> {
    const tell = (entry: KvEntry) => {
      const deleted = entry.operation !== 'PUT' || !isOurs(entry);
      onChange({ key: entry.key, revision: entry.revision, ...(!deleted && { value: entry.json<T>() }) });
    };
    const { kv, whileOpen } = this.access;
    await new Promise<void>((caughtUp) => whileOpen(signal, (ended) => follow(kv, tell, ended, caughtUp)));
  }

  /** How many values there are, those that were deleted a short time ago counted as well. */
  async size(): Promise<number> {
    return (await this.patiently('counting', () => this.access.kv.status())).values;
  }

  /** All that stands there now. */
  async entries(): Promise<Entry<T>[]> {
    return (await this.all()).entries;
  }

  /**
   * The same. Marks of what was deleted longer ago than `marksMs` are removed on the way, which else stay for ever where nothing expires. Until then a watch that was cut off can hear of it.
   */
  async tidied(marksMs: number): Promise<Entry<T>[]> {
    const { entries, marks } = await this.all();
    const before = systemClock.now() - marksMs;
    const old = marks.filter(({ created }) => created.getTime() <= before).slice(0, MOST_MARKS);
    await Promise.all(Array.from({ length: TIDYING }, () => this.removeMarks(old)));
    return entries;
  }

  private async all(): Promise<{ entries: Entry<T>[]; marks: KvEntry[] }> {
    return await this.patiently('reading all of', async () => {
      const entries = new Map<string, Entry<T>>();
      const marks = new Map<string, KvEntry>();
      if ((await this.access.kv.status()).values === 0) return { entries: [], marks: [] };
      const values = await this.access.kv.watch();
      // The server that feeds it may go away in the middle, and nothing would come any more.
      let heard = performance.now();
      let isWhole = false;
      let ended: Promise<void>;
      const watchdog = setInterval(() => performance.now() - heard > TRY_MS && values.stop(), TRY_MS / 3);
      try {
        for await (const entry of values) {
          heard = performance.now();
          entries.delete(entry.key);
          marks.delete(entry.key);
          if (entry.operation !== 'PUT') marks.set(entry.key, entry);
          else if (isOurs(entry)) {
            entries.set(entry.key, { key: entry.key, value: entry.json<T>(), revision: entry.revision });
          }
          isWhole = entry.isUpdate || entry.delta === 0;
          if (isWhole) break;
        }
      } finally {
        clearInterval(watchdog);
        ended = endWatch(values);
      }
      // A server that went away in the middle is not waited for once more.
      if (!isWhole) throw new errors.TimeoutError();
      await ended;
      return { entries: [...entries.values()], marks: [...marks.values()] };
    });
  }

  /** Takes marks from the end of the list until it is empty. By their sequence: what was written over them since stays. */
  private async removeMarks(marks: KvEntry[]): Promise<void> {
    const { manager, name, isClosed } = this.access;
    for (let mark = marks.pop(); mark !== undefined && !isClosed(); mark = marks.pop()) {
      // Another replica removed it, somebody wrote over it, or NATS is away: the next reading finds what is left.
      await manager.streams.deleteMessage(`KV_${name}`, mark.revision, false).catch(() => undefined);
    }
  }

  /** The newest message of a key, a mark of a deletion as well; null: none. Its leader says it, whatever else could. */
  private async read(key: string): Promise<Found | null> {
    const { manager, name } = this.access;
    const last_by_subj = `$KV.${name}.${key}`;
    const message = await this.patiently('reading', () => manager.streams.getMessage(`KV_${name}`, { last_by_subj }));
    if (message === null) return null;
    const { header, seq: revision } = message;
    const isDeleted = header.has(OPERATION) || header.has('Nats-Marker-Reason');
    return { revision, isDeleted, isOurs: header.has(WRITE), text: message.string() };
  }

  /** The new revision; undefined: `over` is not what stands there. */
  private async write(
    key: string,
    text: string,
    { over, purge }: { over?: number; purge?: boolean },
  ): Promise<number | undefined> {
    const { jetstream, name, isReadOnly } = this.access;
    if (isReadOnly)
      throw new ConfigError(`writing ${name}, which libs/bus/src/rights/rights.ts gives for reading only`);
    const nonce = nuid.next();
    const header = headers();
    header.set(WRITE, nonce);
    if (over !== undefined) header.set('Nats-Expected-Last-Subject-Sequence', String(over));
    if (purge) {
      header.set(OPERATION, 'PURGE');
      header.set('Nats-Rollup', 'sub');
    }
    // Whoever writes over the same revision sends the same id: in a cluster, the leader compares revisions with what it has applied, and lets through all writes that
    // come before the first of them is (NATS 2.9: 16 of 16). Ids it compares one after the other. Over nothing it compares when it applies them.
    const msgID = over ? `${key}@${over}` : nonce;
    return await this.patiently('writing', async (again) => {
      try {
        const sent = { msgID, headers: header, timeout: TRY_MS };
        const { seq, duplicate } = await jetstream.publish(`$KV.${name}.${key}`, text, sent);
        if (!duplicate) return seq;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== undefined)
          throw refused(`writing ${name}`, refusal, 'docs/guide/nats.md has who may write what');
        if (!isTaken(error)) throw error;
      }
      // By our own write, whose answer we did not get?
      return again ? await this.revisionOf(key, nonce) : undefined;
    });
  }

  /** The revision of what stands there when it is this very write. */
  private async revisionOf(key: string, nonce: string): Promise<number | undefined> {
    const { manager, name } = this.access;
    // By its leader, whatever the bucket's other reads go by.
    const found = await manager.streams.getMessage(`KV_${name}`, { last_by_subj: `$KV.${name}.${key}` });
    return found?.header.get(WRITE) === nonce ? found.seq : undefined;
  }

  private async patiently<R>(doing: string, work: (again: boolean) => Promise<R>): Promise<R> {
    const { name, isClosed } = this.access;
    const patience: Patience = { what: `${doing} ${name}`, withinMs: PATIENCE_MS, isClosed };
    return await throughOutage(patience, work);
  }
}

/** The client keeps the message of an entry to itself, and shows no headers of it. */
function isOurs(entry: KvEntry): boolean {
  const { sm } = entry as KvEntry & { sm: { headers?: MsgHdrs } };
  return sm.headers?.has(WRITE) === true;
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamWrongLastSequence ||
      error.code === JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}
