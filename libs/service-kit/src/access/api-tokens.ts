import { createHash, randomBytes } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type JsonBucket } from '@prunella/bus';
import { iso, systemClock } from '@prunella/core';
import { z } from 'zod';
import type { Identity } from './identity.ts';
import { roles } from './roles.ts';
import { TokenUses } from './token-uses.ts';

/** What is kept of a token. The token itself is shown once, and nowhere kept. */
export const KeptToken = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: z.string(),
  createdBy: z.string(),
  /** Absent: it does not expire. */
  expiresAt: z.string().optional(),
});
export type KeptToken = z.infer<typeof KeptToken>;

/** A token that was given out, as people see it. */
export interface ListedToken extends KeptToken {
  /** When it was used last, ISO 8601, to the hour; absent: never, as far as is known. */
  usedAt?: string;
}

/** Marks our tokens, so that scanners of secrets (and our own redaction) know one when they see it. */
const PREFIX = 'prn_';
const BYTES = 32;

/**
 * The tokens that were given out. They stand in JetStream's KV, where each service sees them at once, under their SHA-256: 32 random bytes need no
 * slower hash, since nobody can try them all.
 */
@Injectable()
export class ApiTokens implements OnApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly known = new Map<string, KeptToken>();
  private following: Promise<void> | undefined;

  private readonly uses: TokenUses;

  constructor(private readonly bus: Bus) {
    this.uses = new TokenUses(bus, systemClock);
  }

  onApplicationShutdown(): void {
    this.stop.abort();
  }

  /** Makes a new one. @returns the token, which is not to be had again. */
  async create(about: Omit<KeptToken, 'id' | 'createdAt'>): Promise<{ token: string; kept: KeptToken }> {
    const token = `${PREFIX}${randomBytes(BYTES).toString('base64url')}`;
    const id = randomBytes(6).toString('hex');
    const kept = { ...about, id, createdAt: iso(systemClock.now()) };
    await (await this.bucket()).put(digestOf(token), kept);
    return { token, kept };
  }

  /** All of them, also those that have expired, the oldest first. */
  async list(): Promise<ListedToken[]> {
    const [entries, uses] = await Promise.all([this.bucket().then((bucket) => bucket.entries()), this.uses.all()]);
    const listed = entries.map(({ key, value }): ListedToken => {
      const usedAt = uses.get(key);
      return usedAt === undefined ? value : { ...value, usedAt };
    });
    return listed.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  /** Whoever holds it is refused from now on. @returns what it was; undefined: there is none with this id. */
  async revoke(id: string): Promise<KeptToken | undefined> {
    const bucket = await this.bucket();
    const entry = (await bucket.entries()).find(({ value }) => value.id === id);
    if (entry === undefined) return undefined;
    await bucket.delete(entry.key);
    this.known.delete(entry.key);
    await this.uses.forget(entry.key);
    return entry.value;
  }

  /** Whose token it is; undefined: nobody's, or it has expired. */
  async find(token: string): Promise<Identity | undefined> {
    if (!token.startsWith(PREFIX)) return undefined;
    await this.follow();
    const digest = digestOf(token);
    // What was given out a moment ago may not have been told yet.
    const kept = this.known.get(digest) ?? (await (await this.bucket()).get(digest))?.value;
    if (kept === undefined) return undefined;
    if (kept.expiresAt !== undefined && Date.parse(kept.expiresAt) <= systemClock.now()) return undefined;
    // Nobody waits for it, and nobody is refused because it can't be noted: then the next use notes it.
    void this.uses.note(digest).catch(() => undefined);
    return { name: kept.name, role: kept.role, by: 'token' };
  }

  /** Each service follows what is given out and taken back, from its first question on. */
  private async follow(): Promise<void> {
    this.following ??= this.bucket().then((bucket) =>
      bucket.watch(({ key, value }) => {
        if (value === undefined) this.known.delete(key);
        else this.known.set(key, value);
      }, this.stop.signal),
    );
    await this.following.catch((error: unknown) => {
      this.following = undefined;
      throw error;
    });
  }

  private bucket(): Promise<JsonBucket<KeptToken>> {
    return this.bus.bucket<KeptToken>('prunella_api_tokens');
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
