/** A map that forgets what was written first once it holds too much. */
export class BoundedMap<K, V> {
  private readonly map = new Map<K, V>();
  /**
   * Stands where the oldest key is. A map keeps the places of what was deleted for a while, and a fresh iterator walks over all of them: with 100,000 kept
   * that took longer than the whole rest of a backtest. This one goes on from where it was.
   */
  private oldest: MapIterator<K> | undefined;
  /** Writes since something had to be forgotten. */
  private quiet = 0;

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
    if (this.map.size <= this.most) {
      this.quiet += 1;
      // An iterator that nobody moves keeps alive what the map has let go.
      if (this.quiet > this.most) this.oldest = undefined;
      return;
    }
    this.quiet = 0;
    this.oldest ??= this.map.keys();
    // Whatever it has passed was forgotten, and what is written comes after it.
    const { value: oldest } = this.oldest.next();
    this.map.delete(oldest as K);
  }

  delete(key: K): void {
    this.map.delete(key);
  }
}
