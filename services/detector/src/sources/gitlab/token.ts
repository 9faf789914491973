import { createHmac } from 'node:crypto';
import { ProblemException, sameSecret } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../../environment.ts';
import type { Delivery } from '../source.ts';

/** What was signed longer ago, or is from further in the future, may be a recording. */
const LONGEST_S = 5 * 60;

type Secrets = Pick<
  DetectorEnvironment,
  'GITLAB_WEBHOOK_TOKEN' | 'GITLAB_WEBHOOK_SIGNING_TOKEN' | 'PRUNELLA_INSECURE_WEBHOOKS'
>;

/**
 * GitLab proves itself by the secret token of the webhook, or by a signature over the body (Standard Webhooks). Where both are set here, hooks of both
 * kinds are taken; what carries a signature has to be signed well, whatever its token. Compared in constant time.
 *
 * https://docs.gitlab.com/user/project/integrations/webhooks/, https://www.standardwebhooks.com
 *
 * @param now in ms since the epoch.
 * @throws ProblemException (401)
 */
export function verifySender(delivery: Delivery, environment: Secrets, now: number): void {
  const { GITLAB_WEBHOOK_TOKEN: token, GITLAB_WEBHOOK_SIGNING_TOKEN: signingToken } = environment;
  if (token === undefined && signingToken === undefined) {
    if (environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    throw unauthorized(
      'neither GITLAB_WEBHOOK_TOKEN nor GITLAB_WEBHOOK_SIGNING_TOKEN is set, so nobody can prove to be GitLab; set the one that the webhook has and start again',
    );
  }
  const signature = header(delivery, 'webhook-signature');
  if (signingToken !== undefined && signature !== undefined) {
    verifySignature(delivery, signature, signingToken, now);
    return;
  }
  if (token === undefined) {
    throw unauthorized('expected the header webhook-signature, found none; give the webhook its signing token');
  }
  const given = header(delivery, 'x-gitlab-token');
  if (given === undefined || !sameSecret(given, token)) {
    throw unauthorized(
      `expected the header X-Gitlab-Token with GITLAB_WEBHOOK_TOKEN, found ${given === undefined ? 'none' : 'another token'}; set it as the secret token of the webhook`,
    );
  }
}

function verifySignature(delivery: Delivery, signature: string, signingToken: string, now: number): void {
  const [id, timestamp] = [header(delivery, 'webhook-id'), header(delivery, 'webhook-timestamp')];
  if (id === undefined || timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw unauthorized('expected the headers webhook-id and webhook-timestamp beside webhook-signature');
  }
  if (Math.abs(now / 1_000 - Number(timestamp)) > LONGEST_S) {
    throw unauthorized(
      `webhook-timestamp is more than ${LONGEST_S} s from now: it was sent before, or a clock is wrong`,
    );
  }
  const key = Buffer.from(signingToken.replace(/^whsec_/, ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(delivery.body).digest('base64')}`;
  // while a token is being changed there are several
  const fits = signature.split(' ').filter((one) => sameSecret(one, expected)).length > 0;
  if (!fits) {
    throw unauthorized(
      'webhook-signature does not fit the body; is GITLAB_WEBHOOK_SIGNING_TOKEN the signing token of this webhook?',
    );
  }
}

function header({ headers }: Delivery, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function unauthorized(detail: string): ProblemException {
  return new ProblemException({ title: 'Unauthorized', status: 401, detail });
}
