import { badRequest } from '@prunella/service-kit';
import { JUNIT_LIMITS, JunitError, type JunitReport, readJunit, reportEvents } from '@prunella/test-history';
import { verifyBearer } from '../bearer.ts';
import type { Report, Source } from '../source.ts';
import { aboutOf } from './about.ts';

/**
 * Test reports (JUnit XML) that steps of a pipeline post, with `Authorization: Bearer <PRUNELLA_API_TOKEN>`: the file as the body, as it is, and what it is about in headers (`Prunella-Pipeline`, ...).
 * The same report of the same attempt of a run is the same event, however often it is posted.
 */
export const junit: Source = {
  name: 'junit',
  path: '/webhooks/junit',
  maxBytes: JUNIT_LIMITS.maxBytes,
  // Reading and publishing the largest ones takes a while, and their senders are scripts.
  withinMs: 25_000,
  eventOf: () => 'report',
  authenticate: verifyBearer,
  read({ headers, body }) {
    const events = reportEvents(reportIn(body), aboutOf(headers));
    const reports = events.map(
      ({ id, data }): Report => ({ subject: 'tests.reported', id, source: 'webhook/junit', data }),
    );
    const [first, ...others] = reports;
    return first === undefined
      ? { kind: 'ignored', reason: 'the report is empty' }
      : { kind: 'reports', reports: [first, ...others] };
  },
};

function reportIn(body: Uint8Array): JunitReport {
  try {
    return readJunit(body);
  } catch (error) {
    if (error instanceof JunitError) throw badRequest('body', `body: ${error.message}`);
    throw error;
  }
}
