import type { Publishable } from './draft.ts';

/** What makes one event the same as another. */
export interface Told {
  pipelineId: string;
  repository?: string | undefined;
  /** The platform's id of the run; without it there is no telling one run from the next. */
  runId?: string | undefined;
  /** Counts from 1. Default: 1. */
  attempt?: number | undefined;
  /** Default: `run`. */
  kind?: string | undefined;
  /** Tells the jobs of one run apart. */
  name?: string | undefined;
}

/**
 * An id that is always the same for the same beginning or ending of the same attempt of the same run, whichever process tells it: a step
 * that is run again, or a second publisher, tells nothing twice. Unique together with the publisher's `source`.
 *
 * @returns undefined where the event names no run: then the caller must know what makes it unique.
 */
export function eventId(subject: Publishable, told: Told): string | undefined {
  const { pipelineId, repository = '', runId = '', attempt = 1, kind = 'run', name = '' } = told;
  if (runId === '') return undefined;
  const what = kind === 'run' ? [] : [kind, name];
  const parts = [
    repository,
    pipelineId,
    runId,
    String(Math.max(attempt, 1)),
    ...what,
    subject.slice('pipeline.'.length),
  ];
  // encoded, so that no two lists of parts are the same text
  return parts.map(encodeURIComponent).join('/');
}
