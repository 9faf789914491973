import { type FoundReport, runOf } from '@prunella/core';
import { JunitError, type JunitReport, readJunit, reportEvents, reportOfPlatform } from '@prunella/test-history';
import type { Report } from '../sources/source.ts';
import type { EndedRun } from './ended-run.ts';

export type TestsReport = Extract<Report, { subject: 'tests.reported' }>;

/** What became of a file that a run left behind. */
export type ReadReport =
  | { reports: TestsReport[] }
  /** `not_junit`: an XML file of another kind, as it may lie beside reports. */
  | { result: 'not_junit' | 'unreadable' | 'expired' | 'forbidden' | 'too_large'; says: string };

/** Longest name of a job in the contract, in UTF-16 code units. */
const LONGEST = 512;

/**
 * The events of a file, with the ids that they would have if a step of the job had sent it, where the artefact is called as the job. Which job it was nobody
 * says: the artefact's name stands for it, since each job of a matrix uploads under a name of its own, and the same one in each run. Pure.
 */
export function readReport(ended: EndedRun, found: FoundReport): ReadReport {
  if ('tests' in found) return { reports: eventsOf(ended, found.from, reportOfPlatform(found.tests)) };
  if (!('xml' in found)) return { result: wordOf(found.problem), says: `${found.from}: ${found.gap}` };
  try {
    return { reports: eventsOf(ended, found.from, readJunit(found.xml)) };
  } catch (error) {
    if (!(error instanceof JunitError)) throw error;
    const result = /^expected <testsuites> or <testsuite>/.test(error.problem) ? 'not_junit' : 'unreadable';
    return { result, says: `${found.from}: ${found.file}: ${error.message}` };
  }
}

function eventsOf({ data, source, time }: EndedRun, job: string, report: JunitReport): TestsReport[] {
  const about = { run: runOf(data), job: job.slice(0, LONGEST) };
  const reportedAt = data.finishedAt === undefined ? {} : { reportedAt: data.finishedAt };
  return reportEvents(report, { ...about, ...reportedAt }).map((event) => ({
    ...{ subject: 'tests.reported', source, id: event.id, data: event.data },
    ...(time !== undefined && { time }),
  }));
}

function wordOf(problem: Extract<FoundReport, { problem: string }>['problem']) {
  return problem === 'too-large' ? 'too_large' : problem;
}
