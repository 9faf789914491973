import { createHash, randomBytes } from 'node:crypto';
import { Bus, type JsonBucket } from '@prunella/bus';
import { iso, systemClock } from '@prunella/core';
import type { Role } from '@prunella/service-kit';

/** Who is signed in. */
export interface Session {
  /** As the provider vouches for it; recorded with what they change. */
  name: string;
  role: Role;
  /** ISO 8601. */
  signedInAt: string;
}

/** How long a sign-in lasts, in milliseconds: the bucket forgets it as well. */
export const SESSION_MS = 12 * 60 * 60_000;

const BYTES = 32;

/** Those who are signed in, in JetStream's KV under the SHA-256 of their cookie: any replica knows them, and what is read there lets nobody in. */
export class Sessions {
  constructor(private readonly bus: Bus) {}

  /** @returns the value of the cookie. */
  async begin(who: Omit<Session, 'signedInAt'>): Promise<string> {
    const value = randomBytes(BYTES).toString('base64url');
    await (await this.bucket()).put(digestOf(value), { ...who, signedInAt: iso(systemClock.now()) });
    return value;
  }

  /** undefined: nobody is signed in with this cookie, or no more. */
  async find(value: string): Promise<Session | undefined> {
    const session = (await (await this.bucket()).get(digestOf(value)))?.value;
    if (session === undefined || Date.parse(session.signedInAt) + SESSION_MS <= systemClock.now()) return undefined;
    return session;
  }

  async end(value: string): Promise<void> {
    await (await this.bucket()).delete(digestOf(value));
  }

  private bucket(): Promise<JsonBucket<Session>> {
    return this.bus.bucket<Session>('prunella_sessions');
  }
}

/** What is kept of a secret that a browser holds. */
export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
