/** A map that forgets what was written first once it holds too much. */
export class BoundedMap<K, V> {
  private readonly map = new Map<K, V>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.map.size;
  }

  get(key: K): V | undefined {
    return this.map.get(key);
  }

  has(key: K): boolean {
    return this.map.has(key);
  }

  /** What is written again counts as new. */
  set(key: K, value: V): void {
    this.map.delete(key);
    this.map.set(key, value);
    if (this.map.size <= this.most) return;
    const [oldest] = this.map.keys();
    this.map.delete(oldest as K);
  }

  delete(key: K): void {
    this.map.delete(key);
  }
}
