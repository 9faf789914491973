import type { Failure } from '@prunella/contracts';
import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { buildAt, finished, ignored, Scm, Status, started, Text } from './reading.ts';

/** As much of a log as fits beside the rest: its end. In UTF-16 code units. */
const MOST_LOG = 48_000;
const MOST_TESTS = 20;
/** Of a test's name. */
const LONGEST_NAME = 300;

/** Milliseconds since the epoch, of the years that a Date knows. */
const Millis = z.number().min(0).max(8.64e15);
/** `2024-05-01T10:00:00.12+00:00`, or milliseconds since the epoch in older versions. */
const Moment = z
  .union([Millis, z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))], {
    error: 'expected a time',
  })
  .nullish();

const TestSummary = z.object({
  total: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  failed_tests: z.array(z.string()).nullish(),
});

const NotificationPayload = z.object({
  build: z.object({
    full_url: Text,
    url: Text,
    number: z.int().positive(),
    phase: z.string().min(1),
    // Not before it has ended.
    status: Status.nullish(),
    timestamp: Moment,
    /** In milliseconds; 0 while it runs. */
    duration: Millis.nullish(),
    scm: Scm,
    log: Text,
    test_summary: TestSummary.nullish(),
  }),
});
type Build = z.infer<typeof NotificationPayload>['build'];

/**
 * What the Notification plugin tells. A build is COMPLETED when its result is there and FINALIZED when all is stored: both say the same, and whichever
 * comes first counts.
 */
export function notification(json: Record<string, unknown>): Heard {
  const { build } = parseInput(NotificationPayload, json);
  const url = build.full_url || build.url;
  const told = { id: buildAt(url, build.full_url ? 'build.full_url' : 'build.url'), url, scm: build.scm };
  const at = build.timestamp ?? undefined;
  switch (build.phase) {
    case 'STARTED':
      return started({ ...told, ...(at !== undefined && { startedAt: iso(at) }) });
    case 'COMPLETED':
    case 'FINALIZED': {
      const { status } = build;
      if (!status) return ignored(`${build.phase} without a status: the build has no result yet`);
      return finished({
        ...told,
        status,
        ...(at !== undefined && { startedAt: iso(Math.max(at - (build.duration ?? 0), 0)), finishedAt: iso(at) }),
        error: errorOf(status, build),
      });
    }
    default:
      return ignored(`phase ${build.phase.slice(0, 80)}: only STARTED, COMPLETED and FINALIZED say something new`);
  }
}

/** What the notification itself says about a failure: the tests, and the end of the log where the job sends it along. undefined: nothing. */
function errorOf(status: string, { test_summary: tests, log }: Build): Failure | undefined {
  if (status !== 'FAILURE' && status !== 'UNSTABLE') return undefined;
  const summary = tests && tests.failed > 0 ? testsIn(tests) : '';
  const message = [summary, log.slice(-MOST_LOG)].filter(Boolean).join('\n');
  const type = status === 'UNSTABLE' ? typeOfUnstable(tests) : '';
  return message === '' && type === '' ? undefined : { message, type, stack: '' };
}

/** A build is UNSTABLE because of its tests, unless they say that none failed: then some other threshold was passed. */
function typeOfUnstable(tests: Build['test_summary']): string {
  return tests?.failed === 0 ? 'unstable' : 'test_failure';
}

function testsIn({ total, failed, failed_tests: names }: z.infer<typeof TestSummary>): string {
  const named = (names ?? []).slice(0, MOST_TESTS).map((name) => `FAILED ${name.slice(0, LONGEST_NAME)}`);
  return [`${failed} of ${total} tests failed`, ...named].join('\n');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
