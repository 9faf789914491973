import {
  type CanActivate,
  type CustomDecorator,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ProblemException } from '../problem.ts';
import { Access, bearerToken } from './access.ts';
import { isCrossOrigin } from './cross-origin.ts';
import type { Identity } from './identity.ts';
import { isOwnHost } from './own-host.ts';
import { leastRole, may, type Permission } from './roles.ts';

const NEEDS = 'prunella:needs';
/** Permission of a route, or `anybody`. */
type Need = Permission | 'anybody';

/** What a caller of this route, or of these, must be allowed. Without it: `read` for what only reads, `operate` for everything else. */
export function Needs(...permission: Permission[]): CustomDecorator {
  return SetMetadata(NEEDS, permission);
}

/** Nobody is asked who they are: it is harmless, or asks for something else (a signature). */
export function Public(): CustomDecorator {
  return SetMetadata(NEEDS, ['anybody']);
}

/** Who calls. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Identity => {
  const identity = identityOf(context.switchToHttp().getRequest<Request>());
  if (identity === undefined) throw new Error('who calls is not known on a public route');
  return identity;
});

const identities = new WeakMap<object, Identity>();

/** Who calls; undefined: the route is public, and nobody was asked. */
export function identityOf(request: object): Identity | undefined {
  return identities.get(request);
}

/** Stands before each route of each service: what is not said to be public is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly access: Access,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const needs = permissionsOf(this.reflector, context, request.method);
    if (needs.includes('anybody')) return true;
    const identity = await this.access.identify(request);
    if (identity === undefined) throw unauthorized(request);
    // Nothing else stands between this machine's browser and a page that made its own name point here.
    if (identity.by === 'open' && !isOwnHost(request, this.access.publicUrl)) throw foreignHost(request);
    // A token stands in no browser's jar: who shows one means it.
    const isByToken = bearerToken(request) !== undefined;
    if (!isByToken && isChange(request.method) && isCrossOrigin(request)) throw crossOrigin(request);
    if (!needs.some((need) => may(identity.role, need as Permission))) throw forbidden(identity, needs as Permission[]);
    identities.set(request, identity);
    return true;
  }
}

/** What a caller of this route must be allowed, one of them. */
export function permissionsOf(
  reflector: Reflector,
  context: Pick<ExecutionContext, 'getHandler' | 'getClass'>,
  method: string,
): readonly Need[] {
  const said = reflector.getAllAndOverride<Need[] | undefined>(NEEDS, [context.getHandler(), context.getClass()]);
  return said ?? [isChange(method) ? 'operate' : 'read'];
}

function isChange(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function unauthorized(request: Request): ProblemException {
  const found = bearerToken(request) === undefined ? 'none' : 'one that is unknown, revoked or expired';
  const detail = `expected the header "Authorization: Bearer <token>" with PRUNELLA_API_TOKEN or a token that an admin gave out, found ${found}`;
  return new ProblemException({ title: 'Unauthorized', status: 401, detail });
}

function forbidden({ name, role }: Identity, needs: readonly Permission[]): ProblemException {
  const least = [...new Set(needs.map(leastRole))].join(' or ');
  const detail = `expected the role ${least}, found ${name === undefined ? '' : `${name}, who is `}${role}; an admin can give another token or role`;
  return new ProblemException({ title: 'Forbidden', status: 403, detail });
}

function foreignHost(request: Request): ProblemException {
  const detail = `expected a request to localhost, an IP address or the host in PRUNELLA_PUBLIC_URL, found one to ${request.headers.host}, a name that anybody may have made point here; nobody is asked for a token (PRUNELLA_API_TOKEN is not set)`;
  return new ProblemException({ title: 'Unknown host', status: 403, detail });
}

function crossOrigin(request: Request): ProblemException {
  const from = request.headers.origin ?? 'another site';
  const detail = `expected a request of our own pages, or one with a token, found one that a page of ${from} made this browser send`;
  return new ProblemException({ title: 'Cross-origin request', status: 403, detail });
}
