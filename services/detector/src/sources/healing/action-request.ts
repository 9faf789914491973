import { type ActionType, actionTypes, parseData } from '@prunella/contracts';
import { completed, runOf, stableId } from '@prunella/core';
import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { FreshId, Heard } from '../source.ts';

/** Stands for the pipeline where a request names none. */
const NO_PIPELINE = 'unnamed';

const ActionRequest = z.looseObject({
  action: z.preprocess(
    (value) => (typeof value === 'string' ? value.toLowerCase().replace(/[\s-]/g, '_') : value),
    z.enum(actionTypes, `expected one of ${actionTypes.join(', ')}`),
  ),
  reason: z.string().min(1).max(4_096),
  requested_by: z.string().min(1).max(128).default('webhook'),
  parameters: z.record(z.string(), z.json()).default({}),
});

/**
 * `{action, reason}` becomes a diagnosis that somebody else made: the cause is unknown to us, the action is the one asked for,
 * decided by `request:<requested_by>`, and sure of itself. It is a wish, not an order: the remediator's policy decides about it
 * as about any other diagnosis (mode, risk, budgets), and says why.
 *
 * `pipeline_id`, `platform`, `repository`, `run_id`, `attempt`, `head_sha`, `workload`, ... say what to act on. Without them there
 * is nothing that could be rerun or rolled back: the request then goes to people, and its `gaps` say so.
 */
export function actionRequest(body: Record<string, unknown>, key: string | undefined, fresh: FreshId): Heard {
  const { action, reason, requested_by: by, parameters } = parseInput(ActionRequest, body);
  const id = key ?? fresh();
  const named = hasText(body['pipeline_id']) || hasText(body['pipelineId']);
  const target = completed(
    parseData('pipeline.failed', named ? body : { ...targetless(body), pipelineId: NO_PIPELINE }),
    id,
  );
  const data = parseData('diagnosis.made', {
    incidentId: target.incidentId,
    run: runOf(target),
    cause: 'unknown',
    domain: 'unknown',
    confidence: 1,
    prior: 1,
    action: { type: action satisfies ActionType, parameters },
    decidedBy: `request:${by}`,
    explanation: reason,
    fingerprint: stableId('fp', 'request', action, target.pipelineId),
    metrics: target.metrics,
    ...(!named && { gaps: ['the request names no pipeline, so there is nothing to act on'] }),
  });
  return {
    kind: 'reports',
    reports: [{ subject: 'diagnosis.made', id: `request/${id}`, source: 'webhook/healing', data }],
  };
}

function targetless({ pipeline_id: _, pipelineId: __, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

function hasText(value: unknown): boolean {
  // A wrong type is left for the contract to refuse.
  return value !== undefined && value !== null && value !== '';
}
