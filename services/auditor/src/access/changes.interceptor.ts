import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { systemClock } from '@prunella/core';
import { identityOf, permissionsOf } from '@prunella/service-kit';
import { redact } from '@prunella/signals';
import { noteChange, noteChangeEnded, Store } from '@prunella/store';
import type { Request, Response } from 'express';
import { catchError, from, mergeMap, type Observable } from 'rxjs';

const LONGEST = 2_048;

/** Writes down each change that is asked for, before it is made: who, by what right, what and why, and how it ended. */
@Injectable()
export class ChangesInterceptor implements NestInterceptor {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    const identity = identityOf(request);
    const needs = permissionsOf(this.reflector, context, request.method);
    if (identity === undefined || !needs.some((need) => need === 'operate' || need === 'administer'))
      return next.handle();
    const said = { ...request.query, ...(typeof request.body === 'object' ? request.body : {}) } as Record<
      string,
      unknown
    >;
    const id = await this.store.read((manager) =>
      noteChange(manager, {
        at: new Date(systemClock.now()),
        who: identity.name ?? textOf(said['by']),
        role: identity.role,
        via: identity.by,
        what: `${request.method} ${request.path}`.slice(0, LONGEST),
        reason: textOf(said['reason']),
        request: textOf(JSON.stringify(said)),
      }),
    );
    const end = (status: number) => this.store.read((manager) => noteChangeEnded(manager, id, status));
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      mergeMap((answer) => from(end(response.statusCode).then(() => answer))),
      catchError((error: unknown) =>
        from(
          end(statusOf(error)).then(() => {
            throw error;
          }),
        ),
      ),
    );
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? redact(value).slice(0, LONGEST) : '';
}

function statusOf(error: unknown): number {
  return error instanceof HttpException ? error.getStatus() : 500;
}
