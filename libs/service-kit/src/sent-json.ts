import type { RawBodyRequest } from '@nestjs/common';
import { DEEPEST_JSON, isTooDeep } from '@prunella/contracts';
import type { NextFunction, Request, Response } from 'express';
import { badRequest, ProblemException } from './problem.ts';

/**
 * Stands behind the parser of JSON, before everything that reads what it made: that goes as deep on the stack as somebody wrote. The parser itself is bounded by the length
 * of bodies. Bodies that are taken as bytes are checked by whoever parses them.
 */
export function refuseDeepJson(request: RawBodyRequest<Request>, _: Response, next: NextFunction): void {
  const { body, rawBody } = request;
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  next(isJson && rawBody !== undefined ? problemWith(rawBody, request.get('content-type') ?? '') : undefined);
}

function problemWith(bytes: Uint8Array, type: string): ProblemException | undefined {
  // The parser knows UTF-16 as well, whose bytes say nothing of levels. JSON that is sent is UTF-8 (RFC 8259, 8.1).
  if (/;\s*charset\s*=(?!\s*"?utf-8\b)/i.test(type)) {
    const detail = `expected JSON in UTF-8, found ${type.slice(0, 100)}`;
    return new ProblemException({ title: 'Unsupported media type', status: 415, detail });
  }
  if (!isTooDeep(bytes)) return undefined;
  return badRequest('body', `body: expected JSON at most ${DEEPEST_JSON} deep, found it deeper`);
}
