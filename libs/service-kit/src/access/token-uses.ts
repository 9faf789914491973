import { type Bus, type JsonBucket } from '@prunella/bus';
import { type Clock, iso } from '@prunella/core';

/** When a token was used last. */
interface TokenUse {
  /** ISO 8601, to the hour. */
  usedAt: string;
}

/** At most one write for each token in this time, over all replicas of all services, in ms. */
const WRITE_MS = 3_600_000;
/** More tokens than can be given out. */
const MOST_REMEMBERED = 2_000;

/** Remembers when each token was used last, to the hour: to find those that nobody needs any more. By the same keys as the tokens. */
export class TokenUses {
  private readonly written = new Map<string, number>();

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** Notes that it is used now. Resolves when that is written, or need not be. Throws what the bus does. */
  async note(key: string): Promise<void> {
    const now = this.clock.now();
    if ((this.written.get(key) ?? 0) > now - WRITE_MS) return;
    if (this.written.size >= MOST_REMEMBERED) this.written.clear();
    // Before it is written: those who come meanwhile need not write it, too.
    this.written.set(key, now);
    try {
      const bucket = await this.bucket();
      const entry = await bucket.get(key);
      const use = { usedAt: iso(now) };
      // Where another replica was faster, it wrote the same.
      if (entry === undefined) await bucket.create(key, use);
      else if (Date.parse(entry.value.usedAt) <= now - WRITE_MS) await bucket.update(key, use, entry.revision);
      else this.written.set(key, Date.parse(entry.value.usedAt));
    } catch (error) {
      this.written.delete(key);
      throw error;
    }
  }

  /** When each was used last, by key; those that never were are not in it. */
  async all(): Promise<ReadonlyMap<string, string>> {
    const entries = await (await this.bucket()).entries();
    return new Map(entries.map(({ key, value }) => [key, value.usedAt]));
  }

  async forget(key: string): Promise<void> {
    this.written.delete(key);
    await (await this.bucket()).delete(key);
  }

  private bucket(): Promise<JsonBucket<TokenUse>> {
    return this.bus.bucket<TokenUse>('prunella_token_uses');
  }
}
