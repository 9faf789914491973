import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { mayHaveReports } from '../../reports/ended-run.ts';
import { jsonObject } from '../body.ts';
import { deliveryIdOf } from '../delivery-id.ts';
import type { Delivery, Source } from '../source.ts';
import { checkRun } from './check-run.ts';
import { deploymentStatus } from './deployment-status.ts';
import { type EventReader, ignored } from './reading.ts';
import { verifySignature } from './signature.ts';
import { workflowJob } from './workflow-job.ts';
import { workflowRun } from './workflow-run.ts';

const READERS: Readonly<Record<string, EventReader>> = {
  workflow_run: workflowRun,
  workflow_job: workflowJob,
  check_run: checkRun,
  deployment_status: deploymentStatus,
  ping: () => ignored('pong: the webhook reaches Prunella'),
};

/** GitHub caps its payloads at 25 MB. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const MAX_BYTES = 25 * 1024 ** 2;

/** Webhooks of github.com and GitHub Enterprise Server, signed with GITHUB_WEBHOOK_SECRET. */
export const github: Source = {
  name: 'github',
  path: '/webhooks/github',
  maxBytes: MAX_BYTES,
  eventOf(delivery) {
    const event = header(delivery, 'x-github-event') ?? '';
    return Object.hasOwn(READERS, event) ? event : 'other';
  },
  authenticate: verifySignature,
  read(delivery) {
    const event = header(delivery, 'x-github-event');
    if (event === undefined) {
      throw badRequest('X-GitHub-Event', 'X-GitHub-Event: expected the header that GitHub sends, found none');
    }
    const payload = jsonObject(delivery.body);
    const reader = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
    if (reader === undefined) {
      return ignored(
        `event ${event.slice(0, 80)} says nothing about a pipeline; expected ${Object.keys(READERS).join(', ')}`,
      );
    }
    const heard = reader(payload);
    return heard.kind === 'reports' ? { ...heard, deliveryId: deliveryIdOf(delivery) } : heard;
  },
  found(record) {
    const run = parseInput(FoundRun, record);
    return workflowRun({ action: 'completed', repository: run.repository, workflow_run: run });
  },
  // A message says all of a run, but the run may have left test reports behind.
  complete: async (report) => report,
  completes: mayHaveReports,
};

/** The API's workflow run is the webhook's, with its repository in it. */
const FoundRun = z.looseObject({ repository: z.unknown() });

function header(delivery: Delivery, name: string): string | undefined {
  const value = delivery.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
