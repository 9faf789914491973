import type { Conclusion } from '@prunella/contracts';
import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, Id, ignored, Payload, reported, Text, Time } from './reading.ts';

const STATES = ['success', 'failure', 'error', 'inactive', 'in_progress', 'queued', 'pending', 'waiting'] as const;

/** How a deployment ended; the other states are on the way there. `inactive`: a newer one took its place. */
const CONCLUSIONS: { readonly [_ in (typeof STATES)[number]]?: Conclusion } = {
  success: 'success',
  failure: 'failure',
  error: 'failure',
  inactive: 'stale',
};

const DeploymentStatusPayload = Payload.extend({
  deployment_status: z.object({
    id: Id,
    state: z.enum(STATES),
    description: Text,
    environment: Text,
    target_url: Text,
    log_url: Text,
    created_at: Time,
    updated_at: Time,
  }),
  deployment: z.object({
    id: Id,
    sha: z.string().min(1),
    ref: Text,
    environment: z.string().min(1),
    task: Text,
    created_at: Time.nullish(),
  }),
  // There when a job of GitHub Actions deployed it.
  workflow_run: z.object({ id: Id }).nullish(),
});

/** How a deployment to an environment ended. */
export function deploymentStatus(json: Record<string, unknown>): Heard {
  const payload = parseInput(DeploymentStatusPayload, json);
  const { repository, deployment_status: status, deployment } = payload;
  const conclusion = CONCLUSIONS[status.state];
  if (conclusion === undefined) return ignored(`deployment_status ${status.state}: the deployment has not ended`);
  if (conclusion === 'failure' && payload.workflow_run) {
    // Two incidents for one failed job would be healed twice.
    return ignored(`a job of run ${payload.workflow_run.id} deployed it: its workflow_run tells of the failure`);
  }
  const environment = status.environment || deployment.environment;
  const task = deployment.task || 'deploy';
  const id = `deployment/${deployment.id}/status/${status.id}`;
  return reported('pipeline.finished', repository, id, status.updated_at, {
    pipelineId: cut(`${repository.full_name}/${task}/${environment}`, 512),
    runId: `deployment/${deployment.id}`,
    headSha: deployment.sha,
    branch: deployment.ref,
    environment,
    url: status.log_url || status.target_url,
    name: cut(`${task} ${environment}`, 512),
    kind: 'deployment',
    conclusion,
    ...(deployment.created_at && { startedAt: deployment.created_at }),
    finishedAt: status.updated_at,
    ...(conclusion === 'failure' && {
      error: { message: status.description || `deployment ${status.state}`, type: 'deployment', stack: '' },
    }),
  });
}
