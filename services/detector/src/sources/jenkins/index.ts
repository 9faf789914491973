import { cdEventIn } from '@prunella/contracts';
import { jsonObject } from '../body.ts';
import { detailsOf, isRunReport, withDetails } from '../details.ts';
import type { Delivery, Reach, Report, Source } from '../source.ts';
import { cdEvent } from './cdevent.ts';
import { found } from './found.ts';
import { notification } from './notification.ts';
import { verifyToken } from './token.ts';

/** A notification may carry a log. */
const MAX_BYTES = 10 * 1024 ** 2;

/** What Jenkins tells of its builds: the Notification plugin, and the CDEvents plugin as CloudEvents over HTTP, in either mode. */
export const jenkins: Source = {
  name: 'jenkins',
  path: '/webhooks/jenkins',
  maxBytes: MAX_BYTES,
  // The body is not read before the sender is known.
  eventOf: (delivery) => (isCloudEvent(delivery) ? 'cdevent' : 'notification'),
  async authenticate(delivery, environment) {
    verifyToken(delivery, environment);
  },
  read(delivery) {
    const body = jsonObject(delivery.body);
    const event = cdEventIn(body);
    return event === undefined ? notification(body) : cdEvent(event);
  },
  found,
  complete,
};

/** Asks for commit and branch where the notification has no commit, as for most pipelines. Throws ProviderError. */
async function complete(report: Report, reach: Reach, signal: AbortSignal): Promise<Report> {
  // before its checkout a build has neither
  if (!isRunReport(report) || report.subject === 'pipeline.started' || report.data.headSha !== '') return report;
  const details = await detailsOf(report, reach, signal);
  return details === undefined ? report : withDetails(report, details);
}

function isCloudEvent({ headers }: Delivery): boolean {
  return headers['ce-type'] !== undefined || /^application\/cloudevents\b/i.test(headers['content-type'] ?? '');
}
