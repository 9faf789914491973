import { createHash } from 'node:crypto';
import type { Delivery } from '../github/delivery.ts';
import type { GitLabJob, GitLabPipeline } from './model.ts';
import { ENDED } from './payloads.ts';

const HOST = 'https://gitlab.example.com';
const USER = { id: 5, name: 'Ada', username: 'ada' };

/** A Pipeline Hook about a pipeline as it is now. https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events */
export function pipelineDelivery(pipeline: GitLabPipeline, token: string): Delivery {
  const { id, project, ref, tag, sha, source, status, createdAt, updatedAt } = pipeline;
  const hasEnded = ENDED.includes(status);
  const last = [...Map.groupBy(pipeline.jobs, ({ name }) => name).values()].flatMap((tries) => tries.slice(-1));
  return hook('Pipeline', token, {
    object_kind: 'pipeline',
    object_attributes: {
      ...{
        id,
        iid: id,
        name: null,
        ref,
        tag,
        sha,
        before_sha: '0'.repeat(40),
        source,
        status,
        detailed_status: status,
      },
      ...{ stages: last.length === 0 ? [] : ['test'], created_at: spoken(createdAt), variables: pipeline.variables },
      ...{ finished_at: hasEnded ? spoken(updatedAt ?? createdAt) : null, duration: hasEnded ? 60 : null },
      url: `${HOST}/${project}/-/pipelines/${id}`,
    },
    ...{ merge_request: null, user: USER, project: projectOf(pipeline), commit: { id: sha, message: 'A change' } },
    builds: last.map((job) => buildOf(job, createdAt)),
  });
}

/** A Job Hook about a try of a job. https://docs.gitlab.com/user/project/integrations/webhook_events/#job-events */
export function jobDelivery(pipeline: GitLabPipeline, job: GitLabJob, token: string): Delivery {
  const { id, project, ref, tag, sha, createdAt, updatedAt = createdAt } = pipeline;
  const tries = pipeline.jobs.filter(({ name }) => name === job.name);
  const hasEnded = ENDED.includes(job.status);
  return hook('Job', token, {
    ...{ object_kind: 'build', ref, tag, before_sha: '0'.repeat(40), sha, retries_count: tries.indexOf(job) },
    ...{ build_id: job.id, build_name: job.name, build_stage: 'test', build_status: job.status },
    ...{ build_created_at: createdAt, build_started_at: createdAt, build_finished_at: hasEnded ? updatedAt : null },
    ...{ build_allow_failure: job.allowFailure, build_failure_reason: job.failureReason || 'unknown_failure' },
    ...{ pipeline_id: id, runner: null, project_id: 1, project_name: project, user: USER },
    commit: { id, name: null, sha, message: 'A change', status: pipeline.status },
    repository: { name: project, homepage: `${HOST}/${project}`, visibility_level: 0 },
    ...{ project: projectOf(pipeline), environment: null },
  });
}

function buildOf(job: GitLabJob, at: string) {
  const hasEnded = ENDED.includes(job.status);
  return {
    ...{ id: job.id, stage: 'test', name: job.name, status: job.status, created_at: spoken(at) },
    ...{ started_at: hasEnded ? spoken(at) : null, finished_at: hasEnded ? spoken(at) : null },
    ...{
      failure_reason: job.failureReason || null,
      when: 'on_success',
      manual: false,
      allow_failure: job.allowFailure,
    },
    ...{ user: USER, runner: null, environment: null },
  };
}

function projectOf({ project }: GitLabPipeline) {
  const web_url = `${HOST}/${project}`;
  return { id: 1, name: project, web_url, path_with_namespace: project, visibility_level: 0, default_branch: 'main' };
}

function hook(event: string, token: string, payload: object): Delivery {
  const body = JSON.stringify(payload);
  const headers = {
    ...{ 'content-type': 'application/json', 'user-agent': 'GitLab/18.0.0', 'x-gitlab-event': `${event} Hook` },
    ...{ 'x-gitlab-token': token, 'x-gitlab-instance': HOST },
    // The same for what is sent again.
    'idempotency-key': createHash('sha256').update(body).digest('hex').slice(0, 32),
  };
  return { body, headers };
}

/** `2026-01-01T00:00:00.000Z` as hooks write it: `2026-01-01 00:00:00 UTC`. */
function spoken(time: string): string {
  return time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}
