import { createHmac, timingSafeEqual } from 'node:crypto';
import { ProblemException } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../../environment.ts';
import type { Delivery } from '../source.ts';

/**
 * Checks the HMAC over the bytes as they came, in constant time.
 *
 * @throws ProblemException (401) when there is no secret, no signature, or another one.
 */
export async function verifySignature(
  delivery: Delivery,
  environment: Pick<DetectorEnvironment, 'GITHUB_WEBHOOK_SECRET' | 'PRUNELLA_INSECURE_WEBHOOKS'>,
): Promise<void> {
  const secret = environment.GITHUB_WEBHOOK_SECRET;
  if (secret === undefined) {
    if (environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    throw unauthorized(
      'GITHUB_WEBHOOK_SECRET is not set, so nobody can prove to be GitHub; set it to the secret of the webhook and start again',
    );
  }
  const signature = delivery.headers['x-hub-signature-256'];
  if (typeof signature !== 'string' || signature === '') {
    throw unauthorized(
      'expected the header X-Hub-Signature-256, found none; set the secret in the settings of the webhook',
    );
  }
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(delivery.body).digest('hex')}`);
  const given = Buffer.from(signature);
  // An empty body is signed by nobody.
  const valid = delivery.body.length > 0 && given.length === expected.length && timingSafeEqual(given, expected);
  if (!valid) {
    throw unauthorized(
      'X-Hub-Signature-256 does not fit the body; is GITHUB_WEBHOOK_SECRET the secret of this webhook?',
    );
  }
}

function unauthorized(detail: string): ProblemException {
  return new ProblemException({ title: 'Unauthorized', status: 401, detail });
}
