import type { Kept, Records } from '@prunella/decision';
import { BoundedMap } from './bounded-map.ts';

/** What production keeps in JetStream KV, in memory. The oldest is forgotten where it gets too much. */
export class MemoryRecords<T> implements Records<T> {
  private readonly kept: BoundedMap<string, Kept<T>>;

  constructor(most: number) {
    this.kept = new BoundedMap(most);
  }

  /** What stands there, at once; undefined: nothing. */
  peek(key: string): T | undefined {
    return this.kept.get(key)?.value;
  }

  async get(key: string): Promise<Kept<T> | undefined> {
    return this.kept.get(key);
  }

  async create(key: string, value: T): Promise<number | undefined> {
    if (this.kept.get(key) !== undefined) return undefined;
    this.kept.set(key, { value, revision: 1 });
    return 1;
  }

  async update(key: string, value: T, revision: number): Promise<number | undefined> {
    if (this.kept.get(key)?.revision !== revision) return undefined;
    this.kept.set(key, { value, revision: revision + 1 });
    return revision + 1;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }
}
