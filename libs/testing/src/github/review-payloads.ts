import type { FakeApp, FakeComment, FakePull } from './model.ts';
import { fullRepositoryJson, userJson } from './payloads.ts';

const API = 'https://api.github.com';
const AT = '2026-01-01T00:00:00Z';

/** An App's installation, as GitHub's `installation`. */
export function installationJson(app: FakeApp, repository: string) {
  const url = `${API}/app/installations/${app.installationId}`;
  return {
    id: app.installationId,
    app_id: app.id,
    app_slug: app.slug,
    target_id: 1,
    target_type: 'Organization',
    single_file_name: null,
    repository_selection: 'all',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${API}/installation/repositories`,
    html_url: `https://github.com/settings/installations/${app.installationId}`,
    events: ['workflow_run'],
    account: userJson(repository.split('/')[0] ?? ''),
    permissions: { actions: 'write', contents: 'read', metadata: 'read', pull_requests: 'write' },
    created_at: AT,
    updated_at: AT,
    suspended_by: null,
    suspended_at: null,
  };
}

/** A pull request, as GitHub's `pull-request-simple`. */
export function pullJson({ repository, number, branch, headRepository, headSha, state }: FakePull, main: string) {
  const url = `${API}/repos/${repository}/pulls/${number}`;
  const issue = `${API}/repos/${repository}/issues/${number}`;
  const html = `https://github.com/${repository}/pull/${number}`;
  const side = (full: string, ref: string, sha: string) => {
    const owner = full.split('/')[0] ?? '';
    const repo = { ...fullRepositoryJson(full, main), has_downloads: true };
    return { label: `${owner}:${ref}`, ref, sha, repo, user: userJson(owner) };
  };
  const links = {
    comments: `${issue}/comments`,
    commits: `${url}/commits`,
    statuses: `${API}/repos/${repository}/statuses/${headSha}`,
    html,
    issue,
    review_comments: `${url}/comments`,
    review_comment: `${url}/comments{/number}`,
    self: url,
  };
  return {
    url,
    id: number,
    node_id: 'PR_1',
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number,
    state,
    locked: false,
    title: 'A change',
    user: userJson('ada'),
    body: null,
    labels: [],
    milestone: null,
    created_at: AT,
    updated_at: AT,
    closed_at: null,
    merged_at: null,
    merge_commit_sha: null,
    assignee: null,
    head: side(headRepository, branch, headSha),
    base: side(repository, main, 'f'.repeat(40)),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: 'MEMBER',
    auto_merge: null,
  };
}

/** A comment on a pull request, as GitHub's `issue-comment`. */
export function commentJson({ repository, number, id, body, login }: FakeComment) {
  return {
    id,
    node_id: 'IC_1',
    url: `${API}/repos/${repository}/issues/comments/${id}`,
    body,
    html_url: `https://github.com/${repository}/pull/${number}#issuecomment-${id}`,
    user: userJson(login),
    created_at: AT,
    updated_at: AT,
    issue_url: `${API}/repos/${repository}/issues/${number}`,
    author_association: 'MEMBER',
  };
}
