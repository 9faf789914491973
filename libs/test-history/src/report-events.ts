import type { PassedTests, Run, TestOutcome, TestsReported } from '@prunella/contracts';
import { completed, runOf, stableId } from '@prunella/core';
import type { JunitReport } from './junit/read-junit.ts';
import type { TestResult } from './test-result.ts';

/** An event to publish; the same report has the same ids, whoever sends it and how often. */
export interface ReportEvent {
  id: string;
  data: TestsReported;
}

/** What a report is about. */
export interface ReportedRun {
  /** What is left out is completed as for any run. */
  run: Partial<Run> & Pick<Run, 'pipelineId'>;
  /** Empty: not said. */
  job: string;
  /** When the tests ran, ISO 8601. Absent: not known. */
  reportedAt?: string;
}

/** NATS takes messages of 1 MiB; redelivered and buried ones grow by their headers, and the ledger keeps each as it is. */
const MOST_BYTES = 400_000;
/** What a group and an entry cost beside their texts. */
const GROUP_BYTES = 60;
const ENTRY_BYTES = 14;
const OUTCOME_BYTES = 120;

const NO_RUN: Run = {
  pipelineId: '',
  platform: '',
  repository: '',
  runId: '',
  attempt: 0,
  headSha: '',
  branch: '',
  environment: '',
  url: '',
  name: '',
  kind: 'run',
};

/** The events (`tests.reported`) that tell a report: one, or several parts for a large one. Skipped tests are only counted. Pure. */
export function reportEvents(
  { results, totals }: JunitReport,
  about: ReportedRun,
  mostBytes = MOST_BYTES,
): ReportEvent[] {
  const { job, reportedAt } = about;
  const given = { ...NO_RUN, ...about.run };
  const told = JSON.stringify(results.map(({ classname, name, file, status }) => [classname, name, file, status]));
  const whole = completed({ ...given, incidentId: '' }, stableId('tests', given.pipelineId, given.headSha));
  const { platform, repository, pipelineId, runId, attempt, headSha } = whole;
  const reportId = stableId('rep', platform, repository, pipelineId, runId, attempt, headSha, job, told);
  const parts = partsOf(results, mostBytes);
  return parts.map((part, index) => ({
    id: `${reportId}/${index + 1}`,
    data: {
      incidentId: whole.incidentId,
      run: runOf(whole),
      reportId,
      part: index + 1,
      parts: parts.length,
      job,
      totals,
      ...part,
      ...(reportedAt !== undefined && { reportedAt }),
    },
  }));
}

type Part = Pick<TestsReported, 'notable' | 'passed'>;

/** Those that did not pass come first: whoever reads only the first part knows them, but for very many. */
function partsOf(results: readonly TestResult[], mostBytes: number): Part[] {
  const parts: Part[] = [{ notable: [], passed: [] }];
  let left = mostBytes;
  /** The part that has room for so much, a new one where the last one has not. */
  function room(bytes: number): Part {
    const last = parts.at(-1);
    if (last !== undefined && (bytes <= left || left === mostBytes)) {
      left -= bytes;
      return last;
    }
    const part: Part = { notable: [], passed: [] };
    parts.push(part);
    left = mostBytes - bytes;
    return part;
  }

  for (const result of results) {
    if (result.status === 'passed' || result.status === 'skipped') continue;
    const outcome = outcomeOf(result);
    room(OUTCOME_BYTES + bytesOf(JSON.stringify(outcome))).notable.push(outcome);
  }
  const passed = Map.groupBy(
    results.filter(({ status }) => status === 'passed'),
    ({ classname, file, suite }) => JSON.stringify([classname, file, suite]),
  );
  for (const [key, tests] of passed) {
    const head = GROUP_BYTES + bytesOf(key);
    let group: { part: Part; tests: PassedTests } | undefined;
    for (const { classname, file, suite, name, durationMs } of tests) {
      const entry = ENTRY_BYTES + bytesOf(JSON.stringify(name));
      const part = room(entry + (group === undefined || entry > left ? head : 0));
      if (group?.part !== part) {
        group = { part, tests: { classname, file, suite, names: [], durationMs: [] } };
        part.passed.push(group.tests);
      }
      group.tests.names.push(name);
      group.tests.durationMs.push(durationMs);
    }
  }
  return parts;
}

function outcomeOf({ classname, name, file, suite, status, durationMs, message }: TestResult): TestOutcome {
  return { classname, name, file, suite, status, durationMs, message };
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** A test with its result, out of an event. */
export interface ReportedTest
  extends Pick<TestOutcome, 'classname' | 'name' | 'file' | 'suite' | 'status' | 'durationMs' | 'message'> {}

/** All tests that an event tells of. */
export function testsIn({ notable, passed }: Pick<TestsReported, 'notable' | 'passed'>): ReportedTest[] {
  return [
    ...notable,
    ...passed.flatMap(({ classname, file, suite, names, durationMs }) =>
      names
        .filter((name) => name !== '')
        .map((name, index) => ({
          ...{ classname, file, suite, name, status: 'passed' as const, message: '' },
          durationMs: Math.max(0, durationMs[index] ?? 0),
        })),
    ),
  ];
}
