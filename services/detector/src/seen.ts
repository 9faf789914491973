/** Remembers the newest `most` keys. */
export class Seen {
  private readonly keys = new Set<string>();

  constructor(private readonly most: number) {}

  /** Whether the key is new; from now on it is not. */
  isNew(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    const [oldest] = this.keys;
    if (this.keys.size > this.most && oldest !== undefined) this.keys.delete(oldest);
    return true;
  }
}
