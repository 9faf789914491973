import { describe } from '@prunella/contracts';
import { badRequest } from '@prunella/service-kit';

/** Parses a body that must be a JSON object. @throws ProblemException (400) */
export function jsonObject(body: Buffer): Record<string, unknown> {
  const json = parsed(body);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw badRequest('body', `body: expected a JSON object, found ${describe(json)}`);
}

function parsed(body: Buffer): unknown {
  if (body.length === 0) throw badRequest('body', 'body: expected a JSON object, found nothing');
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('body', `body: expected JSON, found ${describe(text)}`);
  }
}
