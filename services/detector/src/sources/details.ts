import type { PipelineFinished, PipelineStarted } from '@prunella/contracts';
import { type RunDetails, runOf } from '@prunella/core';
import type { Reach, Report } from './source.ts';

/** A report about a run. */
export type RunReport = Report<'pipeline.started' | 'pipeline.finished'>;

export function isRunReport(report: Report): report is RunReport {
  return report.subject === 'pipeline.started' || report.subject === 'pipeline.finished';
}

/** What the platform's API says about the run of a report; undefined: nobody can be asked, or it does not know the run. Throws ProviderError. */
export async function detailsOf(report: RunReport, reach: Reach, signal: AbortSignal): Promise<RunDetails | undefined> {
  const reader = reach.reader(report.data.platform);
  return await reader?.details?.(runOf(report.data), report.newestJob ?? '', signal);
}

/** The report with what the API says about the run itself. */
export function withDetails(report: RunReport, { attempt, startedAt, headSha, branch }: RunDetails): RunReport {
  const known = {
    ...(attempt !== undefined && { attempt }),
    ...(startedAt !== undefined && { startedAt }),
    ...(headSha !== undefined && { headSha }),
    ...(branch !== undefined && { branch }),
  };
  return { ...report, data: { ...(report.data as PipelineStarted | PipelineFinished), ...known } } as RunReport;
}
