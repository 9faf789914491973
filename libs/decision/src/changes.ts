import type { Kept, Records } from './records.ts';

/**
 * What a value becomes. Called once more when another replica was faster, with what that one wrote. undefined before: nothing stands there. The same as before: nothing
 * is to be written.
 */
export type Change<T> = (before: T | undefined) => T | undefined;

interface Pending<T> {
  change: Change<T>;
  resolve(after: T | undefined): void;
  reject(error: unknown): void;
}

/** What this replica last saw under a key. */
interface Known<T> {
  kept: Kept<T> | undefined;
  /** Nobody else wrote between the last two looks at it: it is worth a try to write over it without reading. */
  isOurs: boolean;
}

/** As many values are remembered, those that were changed last. */
const MOST_KNOWN = 256;

/**
 * Changes values that all replicas change, by compare-and-set. All changes of one key that come while one is being written are written together, after it: this
 * process does not compete with itself, and the more there is to change, the fewer writes it takes for each (ADR 0048).
 */
export class Changes<T> {
  private readonly waiting = new Map<string, Pending<T>[]>();
  private readonly known = new Map<string, Known<T>>();

  constructor(private readonly bucket: Records<T>) {}

  /** Resolves when the change is written, or was found to change nothing of what stands there now. @returns what it made of the value. Throws what the bucket throws. */
  change(key: string, change: Change<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const pending = { change, resolve, reject };
      const waiting = this.waiting.get(key);
      if (waiting !== undefined) waiting.push(pending);
      else {
        const begun = [pending];
        this.waiting.set(key, begun);
        void this.writeAll(key, begun);
      }
    });
  }

  private async writeAll(key: string, waiting: Pending<T>[]): Promise<void> {
    while (waiting.length > 0) {
      const batch: Pending<T>[] = [];
      try {
        await this.write(key, batch, waiting);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.waiting.delete(key);
  }

  /** Moves what waits into the batch and writes it. */
  private async write(key: string, batch: Pending<T>[], waiting: Pending<T>[]): Promise<void> {
    let seen = this.known.get(key);
    let isFresh = false;
    for (;;) {
      // Before it is read as well: a batch that can't be read fails as one that can't be written.
      batch.push(...waiting.splice(0));
      if (seen === undefined || !seen.isOurs) {
        const kept = await this.bucket.get(key);
        seen = { kept, isOurs: seen !== undefined && kept?.revision === seen.kept?.revision };
        isFresh = true;
        batch.push(...waiting.splice(0));
      }
      const { value, results } = applied(seen.kept?.value, batch);
      const isChange = value !== undefined && value !== seen.kept?.value;
      const written = isChange ? await this.over(key, value, seen.kept) : undefined;
      if (written !== undefined) seen = { ...seen, kept: written };
      // What was remembered proves nothing where nothing was written over it.
      if (written !== undefined || (!isChange && isFresh)) {
        this.remember(key, seen);
        return settle(batch, results);
      }
      seen = { ...seen, isOurs: false };
    }
  }

  private async over(key: string, value: T, kept: Kept<T> | undefined): Promise<Kept<T> | undefined> {
    const revision =
      kept === undefined ? await this.bucket.create(key, value) : await this.bucket.update(key, value, kept.revision);
    return revision === undefined ? undefined : { value, revision };
  }

  private remember(key: string, known: Known<T>): void {
    this.known.delete(key);
    this.known.set(key, known);
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size > MOST_KNOWN) this.known.delete(oldest);
  }
}

type Result<T> = { after: T | undefined } | { error: unknown };

/** One change after the other. One that throws changes nothing, and is in nobody's way. */
function applied<T>(
  before: T | undefined,
  batch: readonly Pending<T>[],
): { value: T | undefined; results: Result<T>[] } {
  let value = before;
  const results = batch.map(({ change }): Result<T> => {
    try {
      value = change(value);
      return { after: value };
    } catch (error) {
      return { error };
    }
  });
  return { value, results };
}

function settle<T>(batch: readonly Pending<T>[], results: readonly Result<T>[]): void {
  for (const [index, { resolve, reject }] of batch.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    if ('error' in result) reject(result.error);
    else resolve(result.after);
  }
}
