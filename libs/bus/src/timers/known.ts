import type { Change, Entry } from '../kv.ts';
import type { Scheduled } from './scheduled.ts';

export interface Waiting<T> {
  timer: T;
  revision: number;
  /** When this replica would fire it, in ms since the epoch. */
  turnAt: number;
}

/** The timers that wait, as far as this process knows. Whatever tells of them, and however late: the highest revision counts. */
export class KnownTimers<T extends Scheduled> implements Iterable<[string, Waiting<T>]> {
  private readonly waiting = new Map<string, Waiting<T>>();
  /** Revisions that were finished here, until it is told that they are gone. */
  private readonly ended = new Map<string, number>();

  constructor(private readonly turnOf: (timer: T) => number) {}

  /** What the bucket holds. False: nothing new. */
  note({ key, value, revision }: Change<T>): boolean {
    if (value === undefined) {
      this.waiting.delete(key);
      this.ended.delete(key);
      return true;
    }
    // What is told late is known better here.
    if (revision <= this.revisionOf(key)) return false;
    this.keep(key, value, revision);
    return true;
  }

  /** Whatever was known of it before. */
  keep(key: string, timer: T, revision: number): void {
    this.waiting.set(key, { timer, revision, turnAt: this.turnOf(timer) });
  }

  /** That revision waits no more; a newer one does. */
  forget(key: string, revision: number): void {
    const known = this.waiting.get(key);
    if (known !== undefined && known.revision <= revision) this.waiting.delete(key);
  }

  /** That revision is being deleted: whoever tells of it from now on is late. */
  ending(key: string, revision: number): void {
    this.ended.set(key, revision);
  }

  /** It was not deleted. */
  notEnded(key: string): void {
    this.ended.delete(key);
  }

  /** By key, the revision that is known, finished ones as well. */
  revisions(): Map<string, number> {
    const keys = new Set([...this.waiting.keys(), ...this.ended.keys()]);
    return new Map([...keys].map((key) => [key, this.revisionOf(key)]));
  }

  /**
   * What was known before the bucket was read, is known still, and was not in it: gone, and nobody told. What was finished here is dropped at once.
   *
   * @param before what `revisions` said right before the reading.
   * @returns keys that wait here, with their revision.
   */
  missingIn(entries: readonly Entry<T>[], before: ReadonlyMap<string, number>): [string, number][] {
    const present = new Set(entries.map(({ key }) => key));
    const missing = [...before].filter(([key, revision]) => !present.has(key) && this.revisionOf(key) === revision);
    for (const [key] of missing) this.ended.delete(key);
    return missing.filter(([key]) => this.waiting.has(key));
  }

  get(key: string): Waiting<T> | undefined {
    return this.waiting.get(key);
  }

  get size(): number {
    return this.waiting.size;
  }

  [Symbol.iterator](): MapIterator<[string, Waiting<T>]> {
    return this.waiting[Symbol.iterator]();
  }

  private revisionOf(key: string): number {
    return Math.max(this.ended.get(key) ?? 0, this.waiting.get(key)?.revision ?? 0);
  }
}
