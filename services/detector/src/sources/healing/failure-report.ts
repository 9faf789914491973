import { parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { FreshId, Heard } from '../source.ts';
import { KINDS, kindOf, normalized, sourceOf, typesWith } from './kinds.ts';
import { progressTypes } from './progress-report.ts';

const ENDINGS = ['failed', 'failure', 'error'] as const;

/** `pipeline_failed`, `build_failure`, `deployment_error`, ... */
export const failureTypes: readonly string[] = typesWith(Object.keys(KINDS), ENDINGS);
const eventTypes: readonly string[] = [...failureTypes, ...progressTypes];

const FailureReport = z.looseObject({
  event_type: z.string().refine((type) => failureTypes.includes(normalized(type)), {
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
  const failed = parseData('pipeline.failed', { kind: kindOf(type), ...data });
  const id =
    key ?? (failed.runId === '' ? fresh() : `run/${failed.runId}/attempt/${Math.max(failed.attempt, 1)}/failed`);
  return {
    kind: 'reports',
    reports: [{ subject: 'pipeline.failed', id, source: sourceOf(failed.pipelineId), data: completed(failed, id) }],
  };
}
