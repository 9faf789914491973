import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { CommonEnvironment } from './environment.ts';
import { ProblemException } from './problem.ts';
import { ENVIRONMENT } from './tokens.ts';

/** Whether two secrets are equal, in a time that tells nothing about them. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** The token of an `Authorization: Bearer` header; undefined: none. */
export function bearerToken(request: Pick<Request, 'headers'>): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Asks for PRUNELLA_API_TOKEN where one is set; without one the API is open (and only listens on loopback). */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(@Inject(ENVIRONMENT) private readonly environment: CommonEnvironment) {}

  canActivate(context: ExecutionContext): boolean {
    const wanted = this.environment.PRUNELLA_API_TOKEN;
    if (wanted === undefined || context.getType() !== 'http') return true;
    const given = bearerToken(context.switchToHttp().getRequest<Request>());
    if (given !== undefined && sameSecret(given, wanted)) return true;
    throw new ProblemException({
      title: 'Unauthorized',
      status: 401,
      detail: `expected the header "Authorization: Bearer <PRUNELLA_API_TOKEN>", found ${given === undefined ? 'none' : 'another token'}`,
    });
  }
}
