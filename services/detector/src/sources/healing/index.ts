import { verifyBearer } from '../bearer.ts';
import { jsonObject } from '../body.ts';
import type { Source } from '../source.ts';
import { actionRequest } from './action-request.ts';
import { failureReport } from './failure-report.ts';
import { isProgress, progressReport } from './progress-report.ts';

const MAX_BYTES = 1024 ** 2;

/**
 * What scripts and pipeline steps post themselves, with `Authorization: Bearer <PRUNELLA_API_TOKEN>`:
 * a failure (`{event_type, pipeline_id, error}`), a start or an end (`{event_type, pipeline_id, conclusion}`), or the wish for a heal (`{action, reason}`).
 */
export const healing: Source = {
  name: 'healing',
  path: '/webhook/healing',
  maxBytes: MAX_BYTES,
  // Which of them it is shows in the body; that is not read before the sender is known.
  eventOf: () => 'healing',
  authenticate: verifyBearer,
  read(delivery, fresh) {
    const body = jsonObject(delivery.body);
    const key = delivery.headers['idempotency-key'];
    const id = typeof key === 'string' && key !== '' ? key.slice(0, 256) : undefined;
    if ('action' in body && !('event_type' in body)) return actionRequest(body, id, fresh);
    return isProgress(body) ? progressReport(body, id, fresh) : failureReport(body, id, fresh);
  },
};
