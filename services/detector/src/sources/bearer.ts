import { bearerToken, may, ProblemException } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../environment.ts';
import type { Delivery } from './source.ts';

/**
 * For senders that can show a token of the API, `Authorization: Bearer <token>`: PRUNELLA_API_TOKEN, or one of a role that may report.
 *
 * @throws ProblemException (401, 403).
 */
export async function verifyBearer(
  delivery: Delivery,
  environment: Pick<DetectorEnvironment, 'PRUNELLA_API_TOKEN' | 'PRUNELLA_INSECURE_WEBHOOKS'>,
): Promise<void> {
  const { identity } = delivery;
  if (identity !== undefined && may(identity.role, 'report')) return;
  if (identity !== undefined) {
    const detail = `expected a token of the role reporter or operator, found ${identity.name ?? 'one'}, who is ${identity.role}`;
    throw new ProblemException({ title: 'Forbidden', status: 403, detail });
  }
  if (environment.PRUNELLA_API_TOKEN === undefined && environment.PRUNELLA_INSECURE_WEBHOOKS) return;
  const found = bearerToken(delivery) === undefined ? 'none' : 'another token';
  const hint =
    environment.PRUNELLA_API_TOKEN === undefined
      ? '; PRUNELLA_API_TOKEN is not set, either: set it and start again'
      : '';
  const detail = `expected the header "Authorization: Bearer <PRUNELLA_API_TOKEN or a token of the role reporter>", found ${found}${hint}`;
  throw new ProblemException({ title: 'Unauthorized', status: 401, detail });
}
