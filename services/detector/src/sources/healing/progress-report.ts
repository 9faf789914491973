import { type Events, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { FreshId, Heard, Report } from '../source.ts';
import { kindOf, normalized, sourceOf, typesWith } from './kinds.ts';

/** A part of a run says nothing about how the run goes: only the whole and deployments begin and end. */
const WHOLES = ['pipeline', 'workflow', 'run', 'build', 'deployment', 'deploy'] as const;

const SUBJECTS = { started: 'pipeline.started', finished: 'pipeline.finished' } as const;

/** `pipeline_started`, `deployment_finished`, ... */
export const progressTypes: readonly string[] = typesWith(WHOLES, Object.keys(SUBJECTS));

const Started = z.looseObject({ event_type: z.string(), pipeline_id: z.string().min(1) });
const Finished = Started.extend({
  conclusion: z.string({ error: 'expected how it ended: success, failure, cancelled, skipped, timed_out, ...' }).min(1),
});

/** Whether the body says that something began or ended. */
export function isProgress({ event_type: type }: Record<string, unknown>): boolean {
  return typeof type === 'string' && progressTypes.includes(normalized(type));
}

/**
 * `{event_type: "deployment_finished", pipeline_id, conclusion}` becomes `pipeline.finished`, `..._started` becomes `pipeline.started`: what the platform's
 * own webhook can't say, such as the workload that was deployed. Every other field of those contracts may stand beside them. What is told again is
 * recognised by the Idempotency-Key, or by `run_id` and `attempt`.
 */
export function progressReport(body: Record<string, unknown>, key: string | undefined, fresh: FreshId): Heard {
  const { event_type: type, ...data } = body;
  const ending = normalized(String(type)).endsWith('_started') ? 'started' : 'finished';
  const subject = SUBJECTS[ending];
  parseInput(ending === 'started' ? Started : Finished, body);
  const told = parseData(subject, { kind: kindOf(String(type)), ...data });
  const { runId, attempt, kind, pipelineId } = told;
  const id = key ?? (runId === '' ? fresh() : `${kind}/${runId}/attempt/${Math.max(attempt, 1)}/${ending}`);
  const report = {
    ...{ subject, id, source: sourceOf(pipelineId) },
    data: completed<Events['pipeline.started' | 'pipeline.finished']>(told, id),
  };
  return { kind: 'reports', reports: [report as Report] };
}
