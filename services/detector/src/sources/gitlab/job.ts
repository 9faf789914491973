import { gitlabJobConclusion } from '@prunella/ci';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { cut, Id, ignored, Project, reported, Sha, Text, Time } from './reading.ts';

const ENDED: readonly string[] = ['success', 'failed', 'canceled', 'skipped'];

const JobPayload = z.object({
  build_id: Id,
  build_name: z.string().min(1),
  build_status: z.string().min(1),
  build_allow_failure: z
    .boolean()
    .nullish()
    .transform((allowed) => allowed ?? false),
  // Jobs that passed carry `unknown_failure`.
  build_failure_reason: Text,
  build_started_at: Time.nullish(),
  build_finished_at: Time.nullish(),
  build_created_at: Time.nullish(),
  // Older ones do not count.
  retries_count: z.int().nonnegative().max(99_999).nullish(),
  // Not `commit.id`, which is the pipeline's as well.
  pipeline_id: Id,
  ref: z.string().min(1),
  sha: Sha,
  runner: z.object({ description: Text }).nullish(),
  project: Project.nullish(),
  // Where older ones have no `project`.
  repository: z.object({ homepage: z.url({ protocol: /^https?$/ }), git_ssh_url: Text }).nullish(),
  environment: z.object({ name: Text }).nullish(),
});
type JobPayload = z.infer<typeof JobPayload>;

/** A job that has ended is told as a job of its pipeline; whether anything failed is for the pipeline to say. */
export function job(json: Record<string, unknown>): Heard {
  const payload = parseInput(JobPayload, json);
  const { build_id: id, build_status: status, pipeline_id: runId, build_failure_reason: reason } = payload;
  if (!ENDED.includes(status)) return ignored(`job ${cut(status, 80)}: only jobs that have ended say how they did`);
  const project = projectOf(payload);
  const name = cut(payload.build_name, 512);
  const conclusion = gitlabJobConclusion({
    status,
    allow_failure: payload.build_allow_failure,
    failure_reason: reason,
  });
  const url = cut(`${project.web_url}/-/jobs/${id}`, 2_048);
  const times = {
    ...(payload.build_started_at && { startedAt: payload.build_started_at }),
    ...(payload.build_finished_at && { finishedAt: payload.build_finished_at }),
  };
  const time = payload.build_finished_at ?? payload.build_created_at ?? undefined;
  const counted = payload.retries_count !== undefined && payload.retries_count !== null;
  return reported(
    'pipeline.finished',
    // each try of a job has an id of its own
    { project, id: `pipeline/${runId}/job/${id}/${status}`, time, ...(!counted && { newestJob: id }) },
    {
      runId,
      attempt: (payload.retries_count ?? 0) + 1,
      headSha: payload.sha,
      branch: payload.ref,
      environment: cut(payload.environment?.name ?? '', 256),
      url,
      name,
      kind: 'job',
      conclusion,
      ...times,
      ...(status === 'failed' && reason !== '' && { error: { type: cut(reason, 256), message: '', stack: '' } }),
      jobs: [
        { id, name, conclusion, url, failedStep: '', runner: cut(payload.runner?.description ?? '', 256), ...times },
      ],
    },
  );
}

/** Its full path, which older ones only show in addresses. GitLab itself may live below a path: SSH addresses do not have that. */
function projectOf({ project, repository }: JobPayload): Project {
  if (project) return project;
  if (!repository) throw badRequest('project', 'project: expected the project, found nothing');
  const { homepage, git_ssh_url: ssh } = repository;
  const path = pathOf(ssh) ?? pathOf(homepage);
  if (path === undefined) {
    throw badRequest('repository.homepage', 'repository.homepage: expected the address of a project group/project');
  }
  return { path_with_namespace: path, web_url: homepage };
}

/** `group/project` of `git@host:group/project.git`, `ssh://git@host:22/group/project.git` or `https://host/group/project`. */
function pathOf(address: string): string | undefined {
  const path = URL.parse(address)?.pathname ?? /^[^/\s:]+:(.+)$/.exec(address)?.[1] ?? '';
  const bare = path.replace(/^\/+/, '').replace(/\.git$/, '');
  return Project.shape.path_with_namespace.safeParse(bare).success ? bare : undefined;
}
