import type { Conclusion, PipelineFinished } from '@prunella/contracts';
import { cicdResultOf } from '@prunella/core';
import { FAILED } from './failure-of.ts';

/** `error.type` of those that failed; it has to be one of few, so it is not what the publisher wrote. */
const ERRORS: Readonly<Partial<Record<Conclusion, string>>> = {
  failure: '_OTHER',
  timed_out: 'timeout',
  startup_failure: 'startup_failure',
};

/** An ending in the words of OpenTelemetry. */
export interface CicdEnding {
  /** `cicd.pipeline.result` */
  result: string;
  /** `error.type`; empty: it did not fail. */
  errorType: string;
}

export function endingOf(conclusion: Conclusion): CicdEnding {
  return {
    result: cicdResultOf(conclusion),
    errorType: FAILED.has(conclusion) ? (ERRORS[conclusion] ?? '_OTHER') : '',
  };
}

/** How long it took; undefined: not known, or the clocks of the reporter disagree. */
export function secondsOf({ startedAt, finishedAt }: Pick<PipelineFinished, 'startedAt' | 'finishedAt'>) {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return seconds >= 0 ? seconds : undefined;
}

/**
 * What makes two endings the same one, whoever tells them: a run that its webhook and its own steps report, or an event that is delivered
 * again. An ending that names no run is its event.
 */
export function endingKey(finished: PipelineFinished, event: { id: string; source: string }): string {
  const { platform, repository, runId, attempt, kind, pipelineId, name } = finished;
  if (runId === '') return JSON.stringify([event.source, event.id]);
  // A run is known by its id, whatever its pipeline is called; the jobs of one run are told apart by their names.
  const what = kind === 'run' ? [repository === '' ? pipelineId : ''] : [kind, pipelineId, name];
  return JSON.stringify([platform, repository, runId, attempt, ...what]);
}
