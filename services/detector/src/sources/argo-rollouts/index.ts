import { parseInput } from '@prunella/service-kit';
import { verifyBearer } from '../bearer.ts';
import { jsonObject } from '../body.ts';
import type { Source } from '../source.ts';
import { Notification } from './notification.ts';
import { asItIsNow, rolloutReport } from './rollout.ts';

const MAX_BYTES = 2 * 1024 ** 2;

/**
 * Webhooks of Argo Rollouts' notifications, with the template of docs/guide/argo-rollouts.md; let in by `Authorization: Bearer <PRUNELLA_API_TOKEN>`.
 * They can carry a status that is over already: the Rollout is read again before anything is told of it.
 * https://argo-rollouts.readthedocs.io/en/stable/features/notifications/
 */
export const argoRollouts: Source = {
  name: 'argo-rollouts',
  path: '/webhooks/argo-rollouts',
  maxBytes: MAX_BYTES,
  eventOf: () => 'rollout',
  authenticate: verifyBearer,
  read(delivery) {
    const { rollout } = parseInput(Notification, jsonObject(delivery.body));
    const report = rolloutReport(rollout);
    return typeof report === 'string' ? { kind: 'ignored', reason: report } : { kind: 'reports', reports: [report] };
  },
  complete: asItIsNow,
};
