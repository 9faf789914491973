import type { RawBodyRequest } from '@nestjs/common';
import { DEEPEST_JSON, isTooDeep } from '@prunella/contracts';
import type { NextFunction, Request, Response } from 'express';
import { badRequest } from './problem.ts';

/**
 * Stands behind the parser of JSON, before everything that reads what it made: that goes as deep on the stack as somebody wrote. The parser itself is bounded by the length
 * of bodies. Bodies that are taken as bytes are checked by whoever parses them.
 */
export function refuseDeepJson({ body, rawBody }: RawBodyRequest<Request>, _: Response, next: NextFunction): void {
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  const isRefused = isJson && rawBody !== undefined && isTooDeep(rawBody);
  next(isRefused ? badRequest('body', `body: expected JSON at most ${DEEPEST_JSON} deep, found it deeper`) : undefined);
}
