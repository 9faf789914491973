import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { ContractViolation, describe } from '@prunella/contracts';
import { messageOf, PrunellaError, UnreachableError } from '@prunella/core';
import type { Response } from 'express';
import { PinoLogger } from 'nestjs-pino';
import { type Observable, throwError } from 'rxjs';
import type { z } from 'zod';

/** RFC 9457 problem details. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  /** The field of the request that is wrong, as a path. */
  field?: string;
}

/** An answer that says what is wrong with the request. */
export class ProblemException extends HttpException {
  constructor(readonly problem: Problem) {
    super(problem, problem.status);
  }
}

export function badRequest(field: string, detail: string): ProblemException {
  return new ProblemException({ title: 'Bad request', status: 400, detail, ...(field !== '' && { field }) });
}

/** Parses untrusted input. @throws ProblemException (400) that names the first field that does not fit. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.infer<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const field = path.join('.');
  const found = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
  throw badRequest(field, `${field || 'body'}: ${issue?.message ?? 'is not valid'}, found ${describe(found)}`);
}

/** Errors over HTTP become problem details, without a stack trace; errors of message handlers go to the transport as they are. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() === 'rpc') return throwError(() => error);
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.logger.error({ err: error }, 'request failed');
    if (response.headersSent) {
      response.end();
      return undefined;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
    return undefined;
  }
}

/** What whoever asked over HTTP is told of an error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemException) return error.problem;
  if (error instanceof ContractViolation) {
    return {
      title: 'Bad request',
      status: 400,
      detail: error.message,
      ...(error.field !== '' && { field: error.field }),
    };
  }
  if (error instanceof UnreachableError) return { title: 'Unavailable', status: 503, detail: error.message };
  if (error instanceof HttpException) return { title: error.name, status: error.getStatus(), detail: error.message };
  const status = clientErrorStatus(error);
  if (status !== undefined) return { title: 'Bad request', status, detail: messageOf(error) };
  const detail =
    error instanceof PrunellaError ? error.message : 'something failed here; the log of the service has it';
  return { title: 'Internal error', status: 500, detail };
}

/** Express' body parsers throw http-errors: plain errors with a 4xx `status`. */
function clientErrorStatus(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
