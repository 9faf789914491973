import type {
  FileChange,
  GitLabJob,
  GitLabMergeRequest,
  GitLabNote,
  GitLabPipeline,
  GitLabRetry,
  NewGitLabJob,
  NewGitLabPipeline,
} from './model.ts';

/** What there is on a GitLab, and what other people do there. Knows nothing of HTTP. */
export class GitLabWorld {
  /** All writes that took effect: `project!iid note ...`, `project#pipeline retry`, `project#pipeline begun`. */
  readonly effects: string[] = [];
  /** Retries of pipelines that were asked for and began jobs, in order. */
  readonly retries: GitLabRetry[] = [];
  /** Whom the token is of. */
  readonly user = { id: 7, username: 'prunella-bot' };
  /** What the token may do; undefined: it is no access token, so that GitLab does not tell. */
  scopes: readonly string[] | undefined = ['api'];
  /** The day on which it ends, `2030-01-31`; null: it does not. */
  tokenEnds: string | null = null;
  /** The default branch of all projects. */
  defaultBranch = 'main';
  /** The newest commit by `project:branch`. */
  readonly branches = new Map<string, string>();
  /** What commits change, by their sha. */
  readonly changes = new Map<string, FileChange[]>();
  private readonly known = new Map<number, GitLabPipeline>();
  private readonly requestsToMerge: GitLabMergeRequest[] = [];
  private nextPipeline = 1_000;
  private nextJob = 50_000;
  private nextNote = 300;

  /** Adds a pipeline; by default it was pushed to `main` and failed with one job. */
  addPipeline({ jobs, ...pipeline }: NewGitLabPipeline = {}): GitLabPipeline {
    const whole: GitLabPipeline = {
      project: 'acme/web/shop',
      id: pipeline.id ?? this.nextPipeline++,
      sha: 'a'.repeat(40),
      ref: 'main',
      tag: false,
      source: 'push',
      status: 'failed',
      username: 'ada',
      variables: [],
      began: (jobs ?? [{}]).length > 0,
      createdAt: '2026-01-01T00:00:00.000Z',
      yamlErrors: '',
      bridges: [],
      tests: [],
      ...pipeline,
      jobs: (jobs ?? [{ name: 'build', log: 'npm error code ETIMEDOUT\n' }]).map((job) => this.jobOf(job)),
    };
    this.known.set(whole.id, whole);
    const place = `${whole.project}:${whole.ref}`;
    if (!whole.tag && !whole.ref.startsWith('refs/') && !this.branches.has(place)) this.branches.set(place, whole.sha);
    return whole;
  }

  /** Adds a try of a job. */
  addJob(pipeline: GitLabPipeline, job: NewGitLabJob): GitLabJob {
    const whole = this.jobOf(job);
    pipeline.jobs.push(whole);
    return whole;
  }

  /** Begins another try of every failed or cancelled job, as a person's click on Retry would. @returns whether there were any. */
  retry(pipeline: GitLabPipeline): boolean {
    const last = [...Map.groupBy(pipeline.jobs, ({ name }) => name).values()].map((tries) => tries.at(-1));
    const again = last.filter((job) => job?.status === 'failed' || job?.status === 'canceled');
    for (const job of again) {
      if (job !== undefined)
        this.addJob(pipeline, { name: job.name, status: 'pending', allowFailure: job.allowFailure });
    }
    // with nothing to retry GitLab says yes and does nothing
    if (again.length > 0) pipeline.status = 'running';
    return again.length > 0;
  }

  /** Ends the pipeline and the jobs that still ran. */
  complete(pipeline: GitLabPipeline, status: string, log = ''): void {
    pipeline.status = status;
    pipeline.updatedAt = new Date().toISOString();
    pipeline.began = true;
    for (const job of pipeline.jobs.filter((one) => one.status === 'pending')) {
      Object.assign(job, { status, log, failureReason: status === 'failed' ? 'script_failure' : '' });
    }
  }

  /** Moves a branch; without a sha it is deleted. */
  pushTo(project: string, branch: string, sha: string | undefined): void {
    if (sha === undefined) this.branches.delete(`${project}:${branch}`);
    else this.branches.set(`${project}:${branch}`, sha);
  }

  addMergeRequest(changes: Partial<GitLabMergeRequest> & { iid: number }): GitLabMergeRequest {
    const whole: GitLabMergeRequest = {
      project: 'acme/web/shop',
      state: 'opened',
      sourceBranch: 'feature/x',
      sha: 'a'.repeat(40),
      notes: [],
      ...changes,
    };
    this.requestsToMerge.push(whole);
    return whole;
  }

  /** Adds a note of somebody else. */
  addNote(request: GitLabMergeRequest, body: string, changes: Partial<GitLabNote> = {}): GitLabNote {
    const note = { id: this.nextNote++, body, system: false, authorId: 5, ...changes };
    request.notes.push(note);
    return note;
  }

  /** As after it was deleted: nobody knows it any more, nor its branch. */
  forget({ id, project, ref }: GitLabPipeline): void {
    this.known.delete(id);
    this.branches.delete(`${project}:${ref}`);
  }

  /** Says what a commit changes, against the commit before and against the default branch alike. */
  change(sha: string, files: FileChange[]): void {
    this.changes.set(sha, files);
  }

  /** The oldest first. */
  pipelinesOf(project: string): GitLabPipeline[] {
    return [...this.known.values()].filter((pipeline) => pipeline.project === project);
  }

  mergeRequestsOf(project: string): GitLabMergeRequest[] {
    return this.requestsToMerge.filter((one) => one.project === project);
  }

  jobBy(project: string, id: string | undefined): { pipeline: GitLabPipeline; job: GitLabJob } | undefined {
    for (const pipeline of this.known.values()) {
      const job = pipeline.project === project && pipeline.jobs.find((one) => String(one.id) === id);
      if (job) return { pipeline, job };
    }
    return undefined;
  }

  private jobOf(job: NewGitLabJob): GitLabJob {
    const status = job.status ?? 'failed';
    return {
      id: this.nextJob++,
      status,
      allowFailure: false,
      failureReason: status === 'failed' ? 'script_failure' : '',
      log: '',
      seconds: 60,
      ...job,
    };
  }
}

/** How often the job was tried that was tried most often. */
export function attemptOf({ jobs }: GitLabPipeline): number {
  return Math.max(1, ...[...Map.groupBy(jobs, ({ name }) => name).values()].map((tries) => tries.length));
}
