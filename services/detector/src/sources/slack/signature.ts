import { createHmac, timingSafeEqual } from 'node:crypto';
import { ProblemException } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../../environment.ts';
import type { Delivery } from '../source.ts';

/** What was signed longer ago, or is from further in the future, may be a recording. */
const LONGEST_S = 5 * 60;

/**
 * Checks `v0=`, the HMAC over `v0:<timestamp>:<body>`, in constant time. https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @param now in ms since the epoch.
 * @throws ProblemException (401) when there is no secret, no signature, another one, or an old one.
 */
export function verifySignature(
  { headers, body }: Delivery,
  environment: Pick<DetectorEnvironment, 'SLACK_SIGNING_SECRET' | 'PRUNELLA_INSECURE_WEBHOOKS'>,
  now: number,
): void {
  const secret = environment.SLACK_SIGNING_SECRET;
  if (secret === undefined) {
    if (environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    throw unauthorized(
      "SLACK_SIGNING_SECRET is not set, so nobody can prove to be Slack; set it to the app's signing secret and start again",
    );
  }
  const timestamp = headers['x-slack-request-timestamp'];
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) {
    throw unauthorized('expected the header X-Slack-Request-Timestamp with seconds since 1970, found none');
  }
  const signature = headers['x-slack-signature'];
  if (typeof signature !== 'string' || signature === '') {
    throw unauthorized('expected the header X-Slack-Signature, found none');
  }
  if (Math.abs(now / 1_000 - Number(timestamp)) > LONGEST_S) {
    throw unauthorized(
      `X-Slack-Request-Timestamp is more than ${LONGEST_S} s from now: it was sent before, or a clock is wrong`,
    );
  }
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized("X-Slack-Signature does not fit the body; is SLACK_SIGNING_SECRET the app's signing secret?");
  }
}

function unauthorized(detail: string): ProblemException {
  return new ProblemException({ title: 'Unauthorized', status: 401, detail });
}
