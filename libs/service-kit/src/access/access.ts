import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { CommonEnvironment } from '../environment.ts';
import { ENVIRONMENT } from '../tokens.ts';
import { ApiTokens } from './api-tokens.ts';
import { type Identity, OPEN, SHARED } from './identity.ts';
import { isSharedToken } from './token-hash.ts';

/** What an identity is read from. */
export type Asked = Pick<Request, 'headers'>;

/** Another way to know who calls: undefined: this way does not tell. */
export type Identify = (request: Asked) => Promise<Identity | undefined>;

/** Knows who calls. */
@Injectable()
export class Access {
  private readonly ways: Identify[] = [];
  private isOpen: boolean;

  constructor(
    @Inject(ENVIRONMENT) private readonly environment: CommonEnvironment & { PRUNELLA_PUBLIC_URL?: string },
    private readonly tokens: ApiTokens,
  ) {
    this.isOpen = environment.PRUNELLA_API_TOKEN === undefined;
  }

  /** The address at which browsers find the console; undefined: none was given to this service. */
  get publicUrl(): string | undefined {
    return this.environment.PRUNELLA_PUBLIC_URL;
  }

  /** Adds a way to know who calls. From now on everybody is asked. */
  add(way: Identify): void {
    this.ways.push(way);
    this.isOpen = false;
  }

  /** Who calls; undefined: nobody that we know, and we ask. */
  async identify(request: Asked): Promise<Identity | undefined> {
    return (await this.shown(request)) ?? (this.isOpen ? OPEN : undefined);
  }

  /** The same where a token or a session was shown, also where nobody is asked for one. */
  async shown(request: Asked): Promise<Identity | undefined> {
    const token = bearerToken(request);
    if (token !== undefined) {
      const shared = this.environment.PRUNELLA_API_TOKEN;
      if (shared !== undefined && isSharedToken(token, shared)) return SHARED;
      return await this.tokens.find(token);
    }
    for (const way of this.ways) {
      const identity = await way(request);
      if (identity !== undefined) return identity;
    }
    return undefined;
  }
}

/** The token of an `Authorization: Bearer` header; undefined: none. */
export function bearerToken(request: Asked): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
