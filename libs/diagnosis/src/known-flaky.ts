import { domainOf } from '@prunella/core';
import { CROWD, isNamed, testNameIn } from '@prunella/test-history';
import type { Candidate } from './candidate.ts';
import type { DiagnosisInput } from './diagnosis.ts';
import type { Proposal } from './proposal.ts';
import type { JobReading } from './reading.ts';
import type { FailedTest, RunTests } from './run-tests.ts';
import { round } from './weigh.ts';

/** Another cause in the code that is at least so likely keeps the failure what it is. */
const LIKELY = 0.5;
/** Lines that name tests which failed say so. */
const SPEAKS = /FAIL|ERROR|RERUN|●|›|flaky test/i;
const MOST_NAMED = 3;

/**
 * Where tests alone failed, and all of them are known to be flaky, that is what happened. One failure that is not known, one job that failed for no known reason or
 * another one, one name in a log that no report has: then the failure stays a failure of the code. All or nothing, and pure.
 */
export function withKnownFlaky(
  proposals: readonly Proposal[],
  readings: readonly JobReading[],
  { jobs }: Pick<DiagnosisInput, 'jobs'>,
  tests: RunTests,
): Proposal[] {
  const unchanged = [...proposals];
  const { failed, complete } = tests;
  if (!complete || failed.length === 0 || failed.length >= CROWD) return unchanged;
  if (failed.some(({ known }) => known === undefined)) return unchanged;
  const suspects = proposals.filter((proposal) => surestOf(proposal)?.cause === 'test_failure');
  const unread = jobs.filter(
    ({ name, conclusion }) => isFailure(conclusion) && !readings.some(({ job }) => job === name),
  );
  const unknown = proposals.filter((proposal) => proposal.job !== undefined && surestOf(proposal) === undefined);
  if (suspects.length === 0 || unread.length > 0 || unknown.length > 0) return unchanged;
  const only = suspects.filter(({ job }) => job !== undefined).length <= 1;
  const explained = suspects.map((proposal) => explanationOf(proposal, readings, tests, only));
  if (explained.includes(undefined)) return unchanged;
  return proposals.map((proposal) => explained[suspects.indexOf(proposal)] ?? proposal);
}

/** The proposal without its test failures, which the history explains; undefined: it does not. */
function explanationOf(
  proposal: Proposal,
  readings: readonly JobReading[],
  { failed, flaky }: RunTests,
  only: boolean,
): Proposal | undefined {
  const { job, candidates } = proposal;
  const rival = candidates.find(
    ({ cause, confidence }) => cause !== 'test_failure' && domainOf(cause) === 'code' && confidence >= LIKELY,
  );
  if (rival !== undefined) return undefined;
  const named = namedIn(proposal, readings);
  if (named.some(({ name }) => ![...failed, ...flaky].some((test) => isNamed(name, test)))) return undefined;
  const speaking = named.filter(({ name }) => failed.some((test) => isNamed(name, test)));
  const isReported = job !== undefined && failed.some((test) => test.job === job);
  if (speaking.length === 0 && !isReported && !only) return undefined;
  const [first] = candidates.filter(({ cause }) => cause === 'test_failure');
  if (first === undefined) return undefined;
  const instead = flakyInstead(first, failed, speaking);
  return { job, candidates: [instead, ...candidates.filter(({ cause }) => cause !== 'test_failure')] };
}

interface NamedTest {
  name: string;
  line: Candidate['lines'][number];
}

/** The tests that a job's log, or what is said of the run as a whole, names as failed. */
function namedIn({ job, candidates }: Proposal, readings: readonly JobReading[]): NamedTest[] {
  const lines =
    job === undefined
      ? candidates.flatMap((candidate) => candidate.lines)
      : (readings.find((reading) => reading.job === job)?.lines ?? []).map((line) => ({
          ...line,
          job,
          source: 'log' as const,
        }));
  return lines.flatMap((line) => {
    const name = SPEAKS.test(line.text) ? testNameIn(line.text) : undefined;
    return name === undefined ? [] : [{ name, line }];
  });
}

/** The more often it was proven, the surer; never as sure as a line that says so. */
function flakyInstead(candidate: Candidate, failed: readonly FailedTest[], speaking: readonly NamedTest[]): Candidate {
  const proofs = Math.min(...failed.map(({ known }) => known?.proofs ?? 0));
  const confidence = round(Math.min(0.95, 0.75 + 0.05 * proofs));
  const lines = speaking.length > 0 ? speaking.map(({ line }) => line) : candidate.lines;
  const [first] = speaking;
  return {
    cause: 'flaky_test',
    action: {
      type: 'skip_test',
      parameters: { notify: '#flaky-tests', ...(first !== undefined && { test: first.name }) },
    },
    decidedBy: 'history:flaky-tests',
    says: saysOf(failed),
    transient: 0.8,
    prior: confidence,
    confidence,
    lines,
    count: lines.length,
    notes: [],
  };
}

function saysOf(failed: readonly FailedTest[]): string {
  const shown = failed
    .slice(0, MOST_NAMED)
    .map(
      ({ name, known }) =>
        `"${name}" (at ${known?.proofs ?? 0} commits, last ${known?.lastProofAt.slice(0, 10) ?? ''})`,
    );
  const more = failed.length > MOST_NAMED ? ` and ${failed.length - MOST_NAMED} more` : '';
  const what = failed.length === 1 ? 'The only test that failed is' : `All ${failed.length} tests that failed are`;
  return `${what} known to fail and pass at the same commit: ${shown.join(', ')}${more}.`;
}

function surestOf({ candidates }: Proposal): Candidate | undefined {
  return candidates.toSorted((a, b) => b.confidence - a.confidence)[0];
}

function isFailure(conclusion: string): boolean {
  return conclusion === 'failure' || conclusion === 'timed_out' || conclusion === 'startup_failure';
}
