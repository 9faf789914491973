/** One try of a job. */
export interface GitLabJob {
  id: number;
  name: string;
  status: string;
  allowFailure: boolean;
  /** Empty: GitLab gives none. */
  failureReason: string;
  /** undefined: there is none (any more), 404. */
  log: string | undefined;
  /** How long it ran, in seconds. */
  seconds: number;
}

/** A pipeline of the fake. */
export interface GitLabPipeline {
  project: string;
  id: number;
  sha: string;
  /** A branch, a tag, or `refs/merge-requests/7/head`. */
  ref: string;
  tag: boolean;
  source: string;
  status: string;
  /** Who began it. */
  username: string;
  variables: { key: string; value: string }[];
  /** Whether any job of it ever began. */
  began: boolean;
  /** ISO 8601. */
  createdAt: string;
  /** When it last changed. Default: when it was created. */
  updatedAt?: string;
  /** What is wrong with its configuration; empty: nothing. */
  yamlErrors: string;
  /** All tries, the oldest first. */
  jobs: GitLabJob[];
  /** Jobs of it that began other pipelines and waited for them. */
  bridges: GitLabBridge[];
  /** What its jobs reported of tests, by job, as GitLab tells it. */
  tests: { name: string; test_cases: Record<string, unknown>[] }[];
}

export interface GitLabBridge {
  name: string;
  status: string;
  /** The pipeline that it began. */
  downstream: GitLabPipeline;
}

/** A job to be made; what is left out is usual: it failed with a script. */
export type NewGitLabJob = Partial<GitLabJob> & { name: string };
/** A pipeline to be made; what is left out is usual: it failed with one job. */
export type NewGitLabPipeline = Partial<Omit<GitLabPipeline, 'jobs'>> & { jobs?: NewGitLabJob[] };

export interface GitLabMergeRequest {
  project: string;
  iid: number;
  state: 'opened' | 'closed' | 'merged';
  sourceBranch: string;
  sha: string;
  /** The oldest first. */
  notes: GitLabNote[];
}

export interface GitLabNote {
  id: number;
  body: string;
  /** Written by GitLab itself, e.g. "changed the title". */
  system: boolean;
  authorId: number;
}

/** A retry of a pipeline that was asked for over HTTP and began jobs. */
export interface GitLabRetry {
  pipeline: GitLabPipeline;
  /** The try that it began, of the job that was tried most often. */
  attempt: number;
}

/** What a commit does to a file; without `from` the path stays. */
export interface FileChange {
  path: string;
  from?: string;
}
