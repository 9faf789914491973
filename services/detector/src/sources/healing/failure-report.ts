import { type Kind, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { FreshId, Heard } from '../source.ts';

/** What can fail, and as what it is told. */
const KINDS: Readonly<Record<string, Kind>> = {
  pipeline: 'run',
  workflow: 'run',
  run: 'run',
  build: 'run',
  test: 'run',
  job: 'run',
  step: 'run',
  deployment: 'deployment',
  deploy: 'deployment',
};
const ENDINGS = ['failed', 'failure', 'error'] as const;

/** `pipeline_failed`, `build_failure`, `deployment_error`, ... */
export const eventTypes: readonly string[] = Object.keys(KINDS).flatMap((what) =>
  ENDINGS.map((ending) => `${what}_${ending}`),
);

const FailureReport = z.looseObject({
  event_type: z.string().refine((type) => eventTypes.includes(normalized(type)), {
    error: `expected one of ${eventTypes.join(', ')}`,
  }),
  pipeline_id: z.string().min(1),
  error: z.looseObject({ message: z.string().min(1), type: z.string().nullish() }),
});

/**
 * `{event_type, pipeline_id, error:{message,type}}` becomes `pipeline.failed`. Every other field of that contract
 * (`repository`, `run_id`, `metrics`, ...) may stand beside them. Sent again it is a new failure, unless it can be recognised:
 * by the Idempotency-Key, or by `run_id` and `attempt`.
 */
export function failureReport(body: Record<string, unknown>, key: string | undefined, fresh: FreshId): Heard {
  if (!('event_type' in body)) {
    throw badRequest(
      'event_type',
      `event_type: expected one of ${eventTypes.join(', ')}, or action for a request, found neither`,
    );
  }
  const { event_type: type } = parseInput(FailureReport, body);
  const { event_type: _, ...data } = body;
  const kind = KINDS[normalized(type).replace(/_[a-z]+$/, '')] as Kind;
  const failed = parseData('pipeline.failed', { kind, ...data });
  const id =
    key ?? (failed.runId === '' ? fresh() : `run/${failed.runId}/attempt/${Math.max(failed.attempt, 1)}/failed`);
  return {
    kind: 'reports',
    reports: [{ subject: 'pipeline.failed', id, source: sourceOf(failed.pipelineId), data: completed(failed, id) }],
  };
}

function normalized(type: string): string {
  return type.toLowerCase().replace(/[.\s-]/g, '_');
}

/** Two pipelines may use the same key: the stream tells messages apart by source and id together. */
function sourceOf(pipelineId: string): string {
  return `webhook/healing/${encodeURIComponent(pipelineId)}`;
}
