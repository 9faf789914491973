import { createHash } from 'node:crypto';
import type { FakeRun } from './model.ts';

const API = 'https://api.github.com';

/** An account as GitHub's `simple-user`. */
export function userJson(login: string) {
  return {
    login,
    id: 1,
    node_id: 'U_1',
    avatar_url: '',
    gravatar_id: '',
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
    url: `${API}/users/${login}`,
    html_url: `https://github.com/${login}`,
    followers_url: '',
    following_url: '',
    gists_url: '',
    starred_url: '',
    subscriptions_url: '',
    organizations_url: '',
    repos_url: '',
    events_url: '',
    received_events_url: '',
  };
}

/** The same as GitHub's `public-user`. */
export function publicUserJson(login: string) {
  const at = '2026-01-01T00:00:00Z';
  return {
    ...userJson(login),
    name: null,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: at,
    updated_at: at,
  };
}

/** A repository as GitHub's `minimal-repository`. */
export function repositoryJson(fullName: string) {
  const [login = '', name = ''] = fullName.split('/');
  const url = `${API}/repos/${fullName}`;
  const links = Object.fromEntries(
    [
      'archive',
      'assignees',
      'blobs',
      'branches',
      'collaborators',
      'comments',
      'commits',
      'compare',
      'contents',
      'contributors',
      'deployments',
      'downloads',
      'events',
      'forks',
      'git_commits',
      'git_refs',
      'git_tags',
      'hooks',
      'issue_comment',
      'issue_events',
      'issues',
      'keys',
      'labels',
      'languages',
      'merges',
      'milestones',
      'notifications',
      'pulls',
      'releases',
      'stargazers',
      'statuses',
      'subscribers',
      'subscription',
      'tags',
      'teams',
      'trees',
    ].map((link) => [`${link}_url`, `${url}/${link}`]),
  );
  return {
    id: 100,
    node_id: 'R_1',
    name,
    full_name: fullName,
    private: false,
    owner: { ...userJson(login), type: 'Organization' },
    description: null,
    fork: false,
    url,
    html_url: `https://github.com/${fullName}`,
    ...links,
  };
}

/** The same repository as GitHub's `full-repository`. */
export function fullRepositoryJson(fullName: string, defaultBranch: string) {
  const host = `github.com/${fullName}`;
  const at = '2026-01-01T00:00:00Z';
  return {
    ...repositoryJson(fullName),
    clone_url: `https://${host}.git`,
    git_url: `git://${host}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    svn_url: `https://${host}`,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: defaultBranch,
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    forks: 0,
    forks_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    stargazers_count: 0,
    subscribers_count: 0,
    watchers: 0,
    watchers_count: 0,
    network_count: 0,
    size: 1,
    pushed_at: at,
    created_at: at,
    updated_at: at,
  };
}

/** GitHub's number of the workflow that a run is of: the same for the same file of a repository. */
export function workflowIdOf({ repository, path }: Pick<FakeRun, 'repository' | 'path'>): number {
  const digest = createHash('sha256').update(`${repository}:${path}`).digest();
  return digest.readUInt32BE(0);
}

/** A run as GitHub's `workflow-run`. */
export function runJson(run: FakeRun) {
  const url = `${API}/repos/${run.repository}/actions/runs/${run.id}`;
  const at = run.createdAt;
  const workflowId = workflowIdOf(run);
  const person = { name: 'Ada', email: 'ada@example.com' };
  return {
    id: run.id,
    name: run.workflow,
    node_id: 'WFR_1',
    check_suite_id: 7,
    check_suite_node_id: 'CS_7',
    head_branch: run.branch || null,
    head_sha: run.headSha,
    path: run.path,
    run_number: 5,
    run_attempt: run.attempt,
    event: run.event ?? 'push',
    ...(run.actor !== undefined && { actor: userJson(run.actor) }),
    display_title: 'A change',
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowId,
    url,
    html_url: `https://github.com/${run.repository}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: at,
    updated_at: run.updatedAt ?? at,
    run_started_at: run.startedAt ?? at,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${API}/repos/${run.repository}/check-suites/7`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${API}/repos/${run.repository}/actions/workflows/${workflowId}`,
    head_commit: {
      id: run.headSha,
      tree_id: run.headSha,
      message: 'A change',
      timestamp: at,
      author: person,
      committer: person,
    },
    repository: repositoryJson(run.repository),
    head_repository: run.headRepository === null ? null : repositoryJson(run.headRepository ?? run.repository),
  };
}

/** A job as GitHub's `job`. */
export function jobJson(run: FakeRun, attempt: number, index: number) {
  const job = run.jobs[attempt - 1]?.[index];
  if (job === undefined) throw new Error(`run ${run.id} has no job ${index} in attempt ${attempt}`);
  const id = jobId(run, attempt, index);
  const at = '2026-01-01T00:00:00Z';
  const step = (name: string, number: number, conclusion: string) => ({
    name,
    number,
    status: 'completed',
    conclusion,
    started_at: at,
    completed_at: at,
  });
  return {
    id,
    run_id: run.id,
    run_attempt: attempt,
    run_url: `${API}/repos/${run.repository}/actions/runs/${run.id}`,
    node_id: 'CR_1',
    head_sha: run.headSha,
    url: `${API}/repos/${run.repository}/actions/jobs/${id}`,
    html_url: `https://github.com/${run.repository}/actions/runs/${run.id}/job/${id}`,
    status: 'completed',
    conclusion: job.conclusion,
    created_at: at,
    started_at: at,
    completed_at: at,
    name: job.name,
    steps: [
      step('Set up job', 1, 'success'),
      ...(job.failedStep === undefined ? [] : [step(job.failedStep, 2, job.conclusion)]),
      step('Complete job', 3, 'success'),
    ],
    check_run_url: `${API}/repos/${run.repository}/check-runs/${id}`,
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'GitHub Actions 1',
    runner_group_id: 2,
    runner_group_name: 'GitHub Actions',
    workflow_name: run.workflow,
    head_branch: run.branch || null,
  };
}

/** GitHub's number of a job; each attempt has its own. Room for 99 attempts of 1,000 jobs. */
export function jobId(run: FakeRun, attempt: number, index: number): number {
  return run.id * 100_000 + attempt * 1_000 + index;
}

/** The run, attempt and index that a job's number was made of. */
export function jobOfId(id: number): { runId: number; attempt: number; index: number } {
  return { runId: Math.floor(id / 100_000), attempt: Math.floor(id / 1_000) % 100, index: id % 1_000 };
}

/** A commit, without the files that it changed. */
function commitJson(repository: string, sha: string) {
  const commitUrl = `${API}/repos/${repository}/commits/${sha}`;
  const person = { name: 'Ada', email: 'ada@example.com', date: '2026-01-01T00:00:00Z' };
  return {
    url: commitUrl,
    sha,
    node_id: 'C_1',
    html_url: `https://github.com/${repository}/commit/${sha}`,
    comments_url: `${commitUrl}/comments`,
    commit: {
      url: commitUrl,
      author: person,
      committer: person,
      message: 'A change',
      comment_count: 0,
      tree: { sha, url: `${API}/repos/${repository}/git/trees/${sha}` },
    },
    author: null,
    committer: null,
    parents: [],
  };
}

/** A commit with the files that it changed, as GitHub's `commit`. */
export function changeJson(repository: string, sha: string, files: readonly string[]) {
  return { ...commitJson(repository, sha), files: files.map((path) => fileJson(repository, sha, path)) };
}

/** What a commit has more than a base, as GitHub's `commit-comparison`. */
export function comparisonJson(repository: string, base: string, sha: string, files: readonly string[]) {
  const page = `https://github.com/${repository}/compare/${base}...${sha}`;
  return {
    url: `${API}/repos/${repository}/compare/${base}...${sha}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: commitJson(repository, 'b'.repeat(40)),
    merge_base_commit: commitJson(repository, 'b'.repeat(40)),
    status: 'ahead',
    ahead_by: 1,
    behind_by: 0,
    total_commits: 1,
    commits: [commitJson(repository, sha)],
    files: files.map((path) => fileJson(repository, sha, path)),
  };
}

function fileJson(repository: string, sha: string, filename: string) {
  const url = `https://github.com/${repository}`;
  return {
    sha,
    filename,
    status: 'modified',
    additions: 1,
    deletions: 1,
    changes: 2,
    blob_url: `${url}/blob/${sha}/${filename}`,
    raw_url: `${url}/raw/${sha}/${filename}`,
    contents_url: `${API}/repos/${repository}/contents/${filename}?ref=${sha}`,
  };
}

/** A branch as GitHub's `branch-with-protection`. */
export function branchJson(repository: string, name: string, sha: string) {
  return {
    name,
    commit: commitJson(repository, sha),
    _links: {
      html: `https://github.com/${repository}/tree/${name}`,
      self: `${API}/repos/${repository}/branches/${name}`,
    },
    protected: false,
    protection: {},
    protection_url: `${API}/repos/${repository}/branches/${name}/protection`,
  };
}

/** What GitHub says about a job, as its `check-annotation`. */
export function annotationJson(message: string) {
  return {
    path: '.github',
    start_line: 1,
    end_line: 1,
    start_column: null,
    end_column: null,
    annotation_level: 'failure',
    title: '',
    message,
    raw_details: '',
    blob_href: `${API}/blob`,
  };
}
