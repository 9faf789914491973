import type { FileChange, GitLabBridge, GitLabJob, GitLabMergeRequest, GitLabNote, GitLabPipeline } from './model.ts';

/** What `scope=finished` lists. */
export const ENDED: readonly string[] = ['success', 'failed', 'canceled', 'skipped'];

const AT = '2026-01-01T00:00:00.000Z';

function userJson(id: number, username: string) {
  return {
    id,
    username,
    name: username,
    state: 'active',
    avatar_url: null,
    web_url: `https://gitlab.example.com/${username}`,
  };
}

export function currentUserJson(id: number, username: string) {
  return { ...userJson(id, username), created_at: AT, bio: '', location: null, email: `${username}@example.com` };
}

export function projectJson(path: string, defaultBranch: string) {
  const name = path.split('/').at(-1) ?? '';
  return {
    id: 1,
    name,
    path: name,
    path_with_namespace: path,
    default_branch: defaultBranch,
    visibility: 'public',
    web_url: `https://gitlab.example.com/${path}`,
    created_at: AT,
  };
}

/** As the list of pipelines tells one. */
export function pipelineBasicJson(pipeline: GitLabPipeline) {
  const { id, project, status, source, ref, sha, createdAt } = pipeline;
  return {
    id,
    iid: id,
    project_id: 1,
    status,
    source,
    ref,
    sha,
    name: null,
    web_url: `https://gitlab.example.com/${project}/-/pipelines/${id}`,
    created_at: createdAt,
    updated_at: pipeline.updatedAt ?? createdAt,
  };
}

export function pipelineJson(pipeline: GitLabPipeline) {
  return {
    ...pipelineBasicJson(pipeline),
    before_sha: '0'.repeat(40),
    tag: pipeline.tag,
    yaml_errors: pipeline.yamlErrors || null,
    user: userJson(5, pipeline.username),
    started_at: pipeline.began ? pipeline.createdAt : null,
    finished_at: ENDED.includes(pipeline.status) ? (pipeline.updatedAt ?? pipeline.createdAt) : null,
    committed_at: null,
    duration: null,
    queued_duration: 0.01,
    coverage: null,
    archived: false,
  };
}

export function jobJson({ project, id: pipelineId, ref, sha, status, tag }: GitLabPipeline, job: GitLabJob) {
  const ended = ['success', 'failed', 'canceled'].includes(job.status);
  return {
    id: job.id,
    name: job.name,
    stage: 'test',
    status: job.status,
    allow_failure: job.allowFailure,
    ...(job.failureReason !== '' && { failure_reason: job.failureReason }),
    archived: false,
    ref,
    tag,
    coverage: null,
    created_at: AT,
    started_at: ended ? AT : null,
    finished_at: ended ? new Date(Date.parse(AT) + job.seconds * 1_000).toISOString() : null,
    erased_at: null,
    duration: ended ? job.seconds : null,
    queued_duration: 0.1,
    tag_list: [],
    artifacts: [],
    runner: null,
    runner_manager: null,
    user: null,
    commit: { id: sha, short_id: sha.slice(0, 8), title: 'A change', message: 'A change', created_at: AT },
    pipeline: { id: pipelineId, project_id: 1, ref, sha, status },
    project: { ci_job_token_scope_enabled: false },
    web_url: `https://gitlab.example.com/${project}/-/jobs/${job.id}`,
  };
}

export function bridgeJson(pipeline: GitLabPipeline, { name, status, downstream }: GitLabBridge, index: number) {
  const { id, project_id, sha, ref, status: state, created_at, updated_at, web_url } = pipelineBasicJson(downstream);
  return {
    id: 90_000 + index,
    name,
    stage: 'deploy',
    status,
    allow_failure: false,
    ref: pipeline.ref,
    tag: pipeline.tag,
    created_at: AT,
    pipeline: { id: pipeline.id, project_id: 1, ref: pipeline.ref, sha: pipeline.sha, status: pipeline.status },
    downstream_pipeline: { id, project_id, sha, ref, status: state, created_at, updated_at, web_url },
    web_url: `https://gitlab.example.com/${pipeline.project}/-/jobs/${90_000 + index}`,
  };
}

export function branchJson(name: string, sha: string) {
  return {
    name,
    merged: false,
    protected: true,
    default: false,
    web_url: `https://gitlab.example.com/-/tree/${name}`,
    commit: { id: sha, short_id: sha.slice(0, 8), title: 'A change', message: 'A change', created_at: AT },
  };
}

export function mergeRequestJson({ project, iid, state, sourceBranch, sha }: GitLabMergeRequest) {
  return {
    id: 100 + iid,
    iid,
    project_id: 1,
    title: 'A change',
    state,
    source_branch: sourceBranch,
    target_branch: 'main',
    sha,
    created_at: AT,
    updated_at: AT,
    web_url: `https://gitlab.example.com/${project}/-/merge_requests/${iid}`,
  };
}

export function noteJson({ iid }: GitLabMergeRequest, { id, body, system, authorId }: GitLabNote) {
  return {
    id,
    type: null,
    body,
    system,
    author: userJson(authorId, `user-${authorId}`),
    created_at: AT,
    updated_at: AT,
    noteable_id: 100 + iid,
    noteable_iid: iid,
    noteable_type: 'MergeRequest',
    resolvable: false,
    confidential: false,
    internal: false,
  };
}

export function diffJson({ path, from = path }: FileChange) {
  return {
    old_path: from,
    new_path: path,
    a_mode: '100644',
    b_mode: '100644',
    new_file: false,
    renamed_file: from !== path,
    deleted_file: false,
    diff: '@@ -1 +1 @@',
  };
}

export function comparisonJson(sha: string, files: readonly FileChange[]) {
  return {
    commit: { id: sha, short_id: sha.slice(0, 8), title: 'A change', created_at: AT },
    commits: [],
    diffs: files.map(diffJson),
    compare_timeout: false,
    compare_same_ref: false,
    web_url: 'https://gitlab.example.com/-/compare',
  };
}

/** `GET /personal_access_tokens/self`. https://docs.gitlab.com/api/personal_access_tokens/#self-inform */
export function tokenJson(userId: number, scopes: readonly string[], expiresAt: string | null) {
  return {
    ...{ id: 4, name: 'prunella', revoked: false, created_at: '2026-01-01T00:00:00.000Z', description: 'healer' },
    ...{ scopes, user_id: userId, last_used_at: '2026-11-01T00:00:00.000Z', active: true, expires_at: expiresAt },
  };
}
