import type { TestsReported } from '@prunella/contracts';
import { CROWD, type TestName, testId } from '@prunella/test-history';

/** A test that a report tells of, with the id that it has in the history of tests. */
export interface NamedTest extends TestName {
  id: string;
  job: string;
}

/** What was reported of one attempt of a run so far. */
export interface FailedTests {
  /** How many parts each report has, and which of them came, by its id. */
  reports: Record<string, { parts: number; came: number[] }>;
  failed: NamedTest[];
  flaky: NamedTest[];
  /** There are more than are kept. */
  more: boolean;
}

/** More than these are no matter of single tests. */
const MOST = 4 * CROWD;
const MOST_REPORTS = 2_000;

export const NO_TESTS: FailedTests = { reports: {}, failed: [], flaky: [], more: false };

/** What is known after one more event; the same object where it says nothing new. Pure. */
export function withReport(known: FailedTests, event: TestsReported): FailedTests {
  const { reportId, part, parts, notable, job } = event;
  const came = known.reports[reportId]?.came ?? [];
  if (came.includes(part)) return known;
  const { repository, pipelineId } = event.run;
  const named = notable.map(({ status, classname, name, file }) => ({
    isFlaky: status === 'flaky',
    test: { id: testId({ repository, pipelineId, job }, { classname, name, file }), classname, name, file, job },
  }));
  const failed = distinct([...known.failed, ...named.filter(({ isFlaky }) => !isFlaky).map(({ test }) => test)]);
  const flaky = distinct([...known.flaky, ...named.filter(({ isFlaky }) => isFlaky).map(({ test }) => test)]);
  const reports = { ...known.reports, [reportId]: { parts, came: [...came, part].sort((a, b) => a - b) } };
  const tooMany = failed.length > MOST || flaky.length > MOST || Object.keys(reports).length > MOST_REPORTS;
  return {
    reports: Object.keys(reports).length > MOST_REPORTS ? known.reports : reports,
    failed: failed.slice(0, MOST),
    flaky: flaky.slice(0, MOST),
    more: known.more || tooMany,
  };
}

/** Whether all parts of all reports that were begun are there, and nothing was left out. */
export function isComplete({ reports, more }: FailedTests): boolean {
  return !more && Object.values(reports).every(({ parts, came }) => came.length === parts);
}

function distinct(tests: readonly NamedTest[]): NamedTest[] {
  return [...new Map(tests.map((test) => [test.id, test])).values()];
}
