import type { Conclusion, PipelineFailed, PipelineFinished } from '@prunella/contracts';

/** Cancelled, skipped, neutral, stale or waiting for somebody is no failure; and no data is no success either: it is nothing. */
export const FAILED: ReadonlySet<Conclusion> = new Set(['failure', 'timed_out', 'startup_failure']);

/** Longest `finishedEventId` of the contract, in UTF-16 code units. */
const LONGEST_ID = 512;

/** The failure that a finished run, check or deployment is; undefined: it is none. A job is none: its run decides. */
export function failureOf(finished: PipelineFinished, eventId: string): PipelineFailed | undefined {
  if (finished.kind === 'job' || !FAILED.has(finished.conclusion)) return undefined;
  return { ...finished, finishedEventId: finishedEventId(eventId) };
}

export function finishedEventId(eventId: string): string {
  return eventId.slice(0, LONGEST_ID);
}
