import { bearerToken, ProblemException, sameSecret } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../../environment.ts';
import type { Delivery } from '../source.ts';

/**
 * Jenkins' plugins send what stands in their address, and no headers of one's own: the token is taken as `?token=`, as the password of the address
 * (`https://any:<token>@host/...`), and as `Authorization: Bearer`. Compared in constant time.
 *
 * @throws ProblemException (401)
 */
export function verifyToken(
  delivery: Delivery,
  environment: Pick<DetectorEnvironment, 'JENKINS_WEBHOOK_TOKEN' | 'PRUNELLA_INSECURE_WEBHOOKS'>,
): void {
  const token = environment.JENKINS_WEBHOOK_TOKEN;
  if (token === undefined) {
    if (environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    throw unauthorized(
      'JENKINS_WEBHOOK_TOKEN is not set, so nobody can prove to be Jenkins; set it, put it into the address as ?token= and start again',
    );
  }
  const given = bearerToken(delivery) ?? password(delivery) ?? (delivery.query.get('token') || undefined);
  if (given === undefined || !sameSecret(given, token)) {
    throw unauthorized(
      `expected JENKINS_WEBHOOK_TOKEN as ?token= in the address, found ${given === undefined ? 'none' : 'another token'}`,
    );
  }
}

/** Of `Authorization: Basic`. */
function password({ headers }: Delivery): string | undefined {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  return /^[^:]*:(.+)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8'))?.[1];
}

function unauthorized(detail: string): ProblemException {
  return new ProblemException({ title: 'Unauthorized', status: 401, detail });
}
