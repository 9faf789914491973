import { createHash } from 'node:crypto';
import type { Delivery } from './source.ts';

/**
 * The same when a sender sends the same again. It is made of the body, which is what GitHub and GitLab sign: their own ids (`X-GitHub-Delivery`,
 * `Idempotency-Key`) are headers that nobody signs, so that whoever recorded a delivery could send it as a new one.
 */
export function deliveryIdOf({ body }: Pick<Delivery, 'body'>): string {
  return createHash('sha256').update(body).digest('hex');
}
