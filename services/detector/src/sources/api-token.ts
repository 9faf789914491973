import { bearerToken, ProblemException, sameSecret } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../environment.ts';
import type { Delivery } from './source.ts';

/** Resolves when the sender knows PRUNELLA_API_TOKEN. @throws ProblemException (401) */
export async function verifyToken(
  delivery: Delivery,
  environment: Pick<DetectorEnvironment, 'PRUNELLA_API_TOKEN' | 'PRUNELLA_INSECURE_WEBHOOKS'>,
): Promise<void> {
  const token = environment.PRUNELLA_API_TOKEN;
  if (token === undefined) {
    if (environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    throw unauthorized('PRUNELLA_API_TOKEN is not set, so nobody can be let in; set it and start again');
  }
  const given = bearerToken(delivery);
  if (given === undefined || !sameSecret(given, token)) {
    throw unauthorized(
      `expected the header "Authorization: Bearer <PRUNELLA_API_TOKEN>", found ${given === undefined ? 'none' : 'another token'}`,
    );
  }
}

function unauthorized(detail: string): ProblemException {
  return new ProblemException({ title: 'Unauthorized', status: 401, detail });
}
