/** A value with the revision that an update must name. */
export interface Kept<T> {
  value: T;
  revision: number;
}

/**
 * Where what is known beyond one decision is kept, by key: shared by all replicas in JetStream KV, or in memory where the past is
 * played again. Writing is compare-and-set.
 */
export interface Records<T> {
  /** undefined: nothing stands there. */
  get(key: string): Promise<Kept<T> | undefined>;
  /** Writes only where nothing stands. The new revision; undefined: something stands there. */
  create(key: string, value: T): Promise<number | undefined>;
  /** Writes only over `revision`. The new revision; undefined: somebody else was first. */
  update(key: string, value: T, revision: number): Promise<number | undefined>;
}
