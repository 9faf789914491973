/** Hooks of GitLab as its documentation describes them: https://docs.gitlab.com/user/project/integrations/webhook_events/ */

const project = {
  id: 7,
  name: 'Shop',
  web_url: 'https://gitlab.example.com/acme/web/shop',
  git_ssh_url: 'git@gitlab.example.com:acme/web/shop.git',
  git_http_url: 'https://gitlab.example.com/acme/web/shop.git',
  namespace: 'Web',
  visibility_level: 0,
  path_with_namespace: 'acme/web/shop',
  default_branch: 'main',
};
const user = { id: 5, name: 'Ada', username: 'ada', email: '[REDACTED]' };
const sha = 'bcbb5ec396a2c0f828686f14fac9b80b780504f2';

/** A job as a Pipeline Hook lists it. */
export function build(changes: Record<string, unknown> = {}) {
  return {
    id: 380,
    stage: 'test',
    name: 'unit',
    status: 'failed',
    created_at: '2026-03-01 10:00:00 UTC',
    started_at: '2026-03-01 10:00:10 UTC',
    finished_at: '2026-03-01 10:03:00 UTC',
    duration: 170.0,
    queued_duration: 3.5,
    failure_reason: 'script_failure',
    when: 'on_success',
    manual: false,
    allow_failure: false,
    user,
    runner: { id: 42, description: 'runner-1', runner_type: 'instance_type', active: true, tags: ['docker'] },
    artifacts_file: { filename: null, size: null },
    environment: null,
    ...changes,
  };
}

/** A pipeline that failed with one of two jobs. */
export function pipelineHook(changes: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: 31,
      iid: 3,
      name: null,
      ref: 'main',
      tag: false,
      sha,
      before_sha: '0'.repeat(40),
      source: 'push',
      status: 'failed',
      detailed_status: 'failed',
      stages: ['build', 'test'],
      created_at: '2026-03-01 10:00:00 UTC',
      finished_at: '2026-03-01 10:03:01 UTC',
      duration: 180,
      queued_duration: 12,
      variables: [{ key: 'REGION', value: 'eu' }],
      url: 'https://gitlab.example.com/acme/web/shop/-/pipelines/31',
      ...changes,
    },
    merge_request: null as unknown,
    user,
    project,
    commit: { id: sha, message: 'A change', timestamp: '2026-03-01T10:59:00+01:00', url: 'https://x', author: user },
    builds: [
      build({ id: 379, name: 'build', stage: 'build', status: 'success', failure_reason: null }),
      build(),
    ] as unknown[],
    ...more,
  };
}

/** A job that failed. Its `commit.id` is the pipeline's. */
export function jobHook(changes: Record<string, unknown> = {}) {
  return {
    object_kind: 'build',
    ref: 'main',
    tag: false,
    before_sha: '0'.repeat(40),
    sha,
    retries_count: 1,
    build_id: 381,
    build_name: 'unit',
    build_stage: 'test',
    build_status: 'failed',
    build_created_at: '2026-03-01T10:04:00.123Z',
    build_started_at: '2026-03-01T10:04:05.000Z',
    build_finished_at: '2026-03-01T10:05:00.500Z',
    build_duration: 55.5,
    build_queued_duration: 1.2,
    build_allow_failure: false,
    build_failure_reason: 'runner_system_failure',
    pipeline_id: 31,
    runner: { id: 42, description: 'runner-1', runner_type: 'instance_type', active: true, tags: ['docker'] },
    project_id: 7,
    project_name: 'Acme / Web / Shop',
    user,
    commit: { id: 31, name: null, sha, message: 'A change', status: 'running', duration: 55 },
    repository: {
      name: 'Shop',
      url: project.git_ssh_url,
      homepage: project.web_url,
      git_http_url: project.git_http_url,
      git_ssh_url: project.git_ssh_url,
      visibility_level: 0,
    } as unknown,
    project: project as unknown,
    environment: { name: 'production', action: 'start', deployment_tier: 'production' },
    ...changes,
  };
}

/** A deployment that went well. */
export function deploymentHook(changes: Record<string, unknown> = {}) {
  return {
    object_kind: 'deployment',
    status: 'success',
    status_changed_at: '2026-03-01 12:10:00 +0200',
    deployment_id: 15,
    deployable_id: 796,
    deployable_url: 'https://gitlab.example.com/acme/web/shop/-/jobs/796',
    environment: 'production',
    environment_tier: 'production',
    environment_slug: 'production',
    environment_external_url: 'https://shop.example.com',
    project,
    short_sha: sha.slice(0, 8),
    user,
    user_url: 'https://gitlab.example.com/ada',
    commit_url: `https://gitlab.example.com/acme/web/shop/-/commit/${sha}`,
    commit_title: 'A change',
    ref: 'main',
    ...changes,
  };
}
