import { DEEPEST_JSON, describe, isTooDeep } from '@prunella/contracts';
import { badRequest } from '@prunella/service-kit';

/** Parses a body that must be a JSON object. @throws ProblemException (400) */
export function jsonObject(body: Buffer): Record<string, unknown> {
  const json = jsonOf(body);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw badRequest('body', `body: expected a JSON object, found ${describe(json)}`);
}

/**
 * Parses JSON of a sender.
 *
 * @param path where it stands in the request, for messages.
 * @throws ProblemException (400) that names it.
 */
export function jsonOf(bytes: Uint8Array, path = 'body'): unknown {
  if (bytes.length === 0) throw badRequest(path, `${path}: expected JSON, found nothing`);
  if (isTooDeep(bytes)) throw badRequest(path, `${path}: expected JSON at most ${DEEPEST_JSON} deep, found it deeper`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(path, `${path}: expected JSON, found ${describe(text)}`);
  }
}
