import type { RunDetails } from '@prunella/core';
import { detailsOf, isRunReport, type RunReport, withDetails } from '../details.ts';
import type { Reach, Report } from '../source.ts';

/** Longest text of an error in the contract. */
const LONGEST = 60_000;
const MOST_NAMED = 5;

/**
 * Asks the API for what the hook leaves out: the attempt (GitLab counts none), the ref of a merge request's pipeline, what is wrong with a configuration.
 * undefined: the pipeline only failed because of pipelines of the same project that it began and waited for; those tell it. Throws ProviderError.
 */
export async function complete(report: Report, reach: Reach, signal: AbortSignal): Promise<Report | undefined> {
  if (!isRunReport(report) || report.newestJob === undefined) return report;
  const details = await detailsOf(report, reach, signal);
  if (details === undefined) return report;
  const { failedDownstream: others = [], problem, startedAt, ...known } = details;
  // a job began when it did, not with the attempt
  const began = startedAt !== undefined && report.data.kind !== 'job';
  const whole = withDetails(report, { ...known, ...(began && { startedAt }) });
  if (!hasFailed(report) || report.data.jobs.length > 0) return whole;
  if (others.length === 0) return withProblem(whole, problem);
  // two incidents for one failure would be healed twice
  if (others.every(({ repository }) => repository === report.data.repository)) return undefined;
  return withError(whole, `failed downstream: ${named(others)}`, 'downstream_pipeline');
}

function hasFailed(report: RunReport): report is Extract<RunReport, { subject: 'pipeline.finished' }> {
  return (
    report.subject === 'pipeline.finished' &&
    report.data.kind === 'run' &&
    (report.data.conclusion === 'failure' || report.data.conclusion === 'startup_failure')
  );
}

function named(others: NonNullable<RunDetails['failedDownstream']>): string {
  return others
    .slice(0, MOST_NAMED)
    .map(({ repository, runId }) => `pipeline ${runId} of ${repository}`)
    .join(', ');
}

function withProblem(report: RunReport, problem: string | undefined): RunReport {
  return problem === undefined
    ? report
    : withError(report, `Found errors in your .gitlab-ci.yml:\n${problem}`, 'config_error');
}

function withError(report: RunReport, message: string, type: string): RunReport {
  return {
    ...report,
    data: { ...report.data, error: { message: message.slice(0, LONGEST), type, stack: '' } },
  } as RunReport;
}
