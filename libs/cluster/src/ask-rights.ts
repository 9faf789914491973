import { AuthorizationV1Api } from '@kubernetes/client-node';
import { provided, within } from './api.ts';
import { configFromEnvironment } from './config.ts';
import type { Right } from './right.ts';

/** Asks the API server for each right (SelfSubjectAccessReview). Throws ProviderError. */
export async function askRights(
  environment: NodeJS.ProcessEnv,
  rights: readonly Right[],
  timeoutMs: number,
): Promise<{ wanted: Right; allowed: boolean }[]> {
  const api = configFromEnvironment(environment)?.makeApiClient(AuthorizationV1Api);
  if (api === undefined) return [];
  return await Promise.all(
    rights.map(async (wanted) => {
      const review = await provided('ask what this account may do', () =>
        api.createSelfSubjectAccessReview({ body: reviewOf(wanted) }, within(timeoutMs)),
      );
      return { wanted, allowed: review.status?.allowed === true };
    }),
  );
}

function reviewOf({ verb, group, resource, subresource, namespace }: Right) {
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        ...{ verb, group, resource },
        ...(namespace !== '' && { namespace }),
        ...(subresource !== undefined && { subresource }),
      },
    },
  };
}
