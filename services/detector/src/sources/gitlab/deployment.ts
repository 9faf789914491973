import type { Conclusion } from '@prunella/contracts';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, Id, ignored, Project, reported, Text, Time } from './reading.ts';

/** How a deployment ended; the other words are on the way there. */
const CONCLUSIONS: Readonly<Record<string, Conclusion>> = {
  success: 'success',
  failed: 'failure',
  canceled: 'cancelled',
  skipped: 'skipped',
};

const DeploymentPayload = z.object({
  status: z.string().min(1),
  status_changed_at: Time.nullish(),
  // Older ones only name the job.
  deployment_id: Id.nullish(),
  /** The job that deployed it; absent: another tool did, over the API. */
  deployable_id: Id.nullish(),
  deployable_url: Text,
  environment: z.string().min(1),
  project: Project,
  short_sha: z.string().regex(/^[0-9a-f]{7,64}$/, 'expected a commit'),
  commit_url: Text,
  ref: Text,
});
type DeploymentPayload = z.infer<typeof DeploymentPayload>;

/** How a deployment to an environment began and ended. */
export function deployment(json: Record<string, unknown>): Heard {
  const payload = parseInput(DeploymentPayload, json);
  const { status, project, environment, deployable_id: jobId } = payload;
  const conclusion = Object.hasOwn(CONCLUSIONS, status) ? CONCLUSIONS[status] : undefined;
  if (conclusion === undefined && status !== 'running') {
    return ignored(`deployment ${cut(status, 80)}: it has not ended`);
  }
  if (conclusion === 'failure' && jobId) {
    // Two incidents for one failed job would be healed twice.
    return ignored(`job ${jobId} deployed it: its pipeline tells of the failure`);
  }
  const runId = runIdOf(payload);
  const time = payload.status_changed_at ?? undefined;
  const common = {
    pipelineId: cut(`${project.path_with_namespace}/deploy/${environment}`, 512),
    runId,
    headSha: commitOf(payload),
    branch: payload.ref,
    environment,
    url: payload.deployable_url,
    name: cut(`deploy ${environment}`, 512),
    kind: 'deployment' as const,
  };
  const about = { project, id: `${runId}/${status}`, time };
  if (conclusion === undefined) {
    return reported('pipeline.started', about, { ...common, ...(time !== undefined && { startedAt: time }) });
  }
  return reported('pipeline.finished', about, {
    ...common,
    conclusion,
    ...(time !== undefined && { finishedAt: time }),
    ...(conclusion === 'failure' && {
      error: { message: `deployment to ${environment} failed`, type: 'deployment', stack: '' },
    }),
  });
}

function runIdOf({ deployment_id: id, deployable_id: jobId }: DeploymentPayload): string {
  if (id) return `deployment/${id}`;
  if (jobId) return `deployment/job/${jobId}`;
  throw badRequest('deployment_id', 'deployment_id: expected a number, found nothing');
}

/** The whole commit stands in its address only. */
function commitOf({ short_sha: short, commit_url: url }: DeploymentPayload): string {
  const whole = /\/commit\/([0-9a-f]{40,64})$/.exec(url)?.[1];
  return whole?.startsWith(short) ? whole : short;
}
