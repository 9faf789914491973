import { systemClock } from '@prunella/core';
import { badRequest } from '@prunella/service-kit';
import { jsonObject } from '../body.ts';
import { deliveryIdOf } from '../delivery-id.ts';
import type { Delivery, Source } from '../source.ts';
import { complete } from './complete.ts';
import { deployment } from './deployment.ts';
import { found } from './found.ts';
import { job } from './job.ts';
import { pipeline } from './pipeline.ts';
import { type EventReader, ignored } from './reading.ts';
import { verifySender } from './token.ts';

const READERS: Readonly<Record<string, { event: string; read: EventReader }>> = {
  'Pipeline Hook': { event: 'pipeline', read: pipeline },
  'Job Hook': { event: 'job', read: job },
  'Deployment Hook': { event: 'deployment', read: deployment },
};

/** GitLab caps its payloads at 25 MB. */
const MAX_BYTES = 25 * 1024 ** 2;

/** Webhooks of a project or group on gitlab.com or on a GitLab of one's own. */
export const gitlab: Source = {
  name: 'gitlab',
  path: '/webhooks/gitlab',
  maxBytes: MAX_BYTES,
  eventOf: (delivery) => readerOf(header(delivery, 'x-gitlab-event'))?.event ?? 'other',
  async authenticate(delivery, environment) {
    verifySender(delivery, environment, systemClock.now());
  },
  read(delivery) {
    const event = header(delivery, 'x-gitlab-event');
    if (event === undefined) {
      throw badRequest('X-Gitlab-Event', 'X-Gitlab-Event: expected the header that GitLab sends, found none');
    }
    const payload = jsonObject(delivery.body);
    const reader = readerOf(event);
    if (reader === undefined) {
      return ignored(
        `event ${event.slice(0, 80)} says nothing about a pipeline; expected ${Object.keys(READERS).join(', ')}`,
      );
    }
    const heard = reader.read(payload);
    return heard.kind === 'reports' ? { ...heard, deliveryId: deliveryIdOf(delivery) } : heard;
  },
  found,
  complete,
};

function readerOf(event: string | undefined) {
  return event !== undefined && Object.hasOwn(READERS, event) ? READERS[event] : undefined;
}

function header(delivery: Delivery, name: string): string | undefined {
  const value = delivery.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
