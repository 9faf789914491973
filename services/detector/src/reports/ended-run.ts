import type { Conclusion } from '@prunella/contracts';
import type { Reach, Report } from '../sources/source.ts';

/** A run that ended, as it is going to be told. */
export type EndedRun = Extract<Report, { subject: 'pipeline.finished' }>;

/** The others ran no tests. */
const MAY_HAVE_TESTS: ReadonlySet<Conclusion> = new Set(['success', 'failure', 'timed_out', 'cancelled']);
/** Whether its platform may know of test reports of what this tells. Pure. */
export function mayHaveReports(report: Report, reach: Reach): report is EndedRun {
  return (
    report.subject === 'pipeline.finished' &&
    report.data.kind === 'run' &&
    MAY_HAVE_TESTS.has(report.data.conclusion) &&
    reach.reader(report.data.platform)?.testReports !== undefined
  );
}
