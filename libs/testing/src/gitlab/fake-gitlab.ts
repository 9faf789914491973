import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Answer, close, listen, send, textOf, urlOf } from '../github/http.ts';
import { type Asked, type EndpointName, endpointOf, endpoints, wrongWith } from './contract.ts';
import { jobsOf, listPipelines, page } from './lists.ts';
import type {
  FileChange,
  GitLabFault,
  GitLabJob,
  GitLabMergeRequest,
  GitLabNote,
  GitLabPipeline,
  NewGitLabJob,
  NewGitLabPipeline,
} from './model.ts';
import * as json from './payloads.ts';

const API = '/api/v4';

/**
 * The parts of GitLab CI that Prunella uses, written from GitLab's published REST reference; every request is checked against it: see `violations`.
 * What was made in it with `add...` is of other people; what is asked for over HTTP is of `user`.
 */
export class FakeGitLab {
  /** Where a request was not as the reference says; a test expects none. */
  readonly violations: string[] = [];
  /** `METHOD path?query` below the API, of all requests, in order. */
  readonly requests: string[] = [];
  /** All writes that took effect: `project!iid note ...`, `project#pipeline retry`, `project#pipeline begun`. */
  readonly effects: string[] = [];
  /** The only token that is taken. */
  readonly token = 'glpat-test';
  readonly user = { id: 7, username: 'prunella-bot' };
  /** What the token may do; undefined: it is no access token, so that GitLab does not tell. */
  scopes: readonly string[] | undefined = ['api'];
  /** The day on which it ends, `2030-01-31`; null: it does not. */
  tokenEnds: string | null = null;
  /** The default branch of all projects. */
  defaultBranch = 'main';
  /** How many requests are allowed and left, as the headers tell; undefined: they do not. Nothing is counted. */
  patience: { limit: number; left: number } | undefined;
  private readonly known = new Map<number, GitLabPipeline>();
  private readonly branches = new Map<string, string>();
  private readonly requestsToMerge: GitLabMergeRequest[] = [];
  private readonly changes = new Map<string, FileChange[]>();
  private readonly moved = new Map<string, string>();
  private readonly faults: GitLabFault[] = [];
  private nextPipeline = 1_000;
  private nextJob = 50_000;
  private nextNote = 300;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) =>
        send(response, { status: 500, body: { message: String(error) } }),
      );
    });
  }

  /** Listens on loopback; without a port on any that is free. */
  static async start(options: { port?: number } = {}): Promise<FakeGitLab> {
    const server = createServer();
    await listen(server, options.port);
    return new FakeGitLab(server);
  }

  /** For GITLAB_URL. */
  get url(): string {
    return urlOf(this.server);
  }

  async stop(): Promise<void> {
    await close(this.server);
  }

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

  /** Begins another try of every failed or cancelled job, as a person's click on Retry would. */
  retry(pipeline: GitLabPipeline): void {
    const last = [...Map.groupBy(pipeline.jobs, ({ name }) => name).values()].map((tries) => tries.at(-1));
    const again = last.filter((job) => job?.status === 'failed' || job?.status === 'canceled');
    for (const job of again) {
      if (job !== undefined)
        this.addJob(pipeline, { name: job.name, status: 'pending', allowFailure: job.allowFailure });
    }
    // with nothing to retry GitLab says yes and does nothing
    if (again.length > 0) pipeline.status = 'running';
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

  /** Says what a commit changes, against the commit before and against the default branch alike. */
  change(sha: string, files: FileChange[]): void {
    this.changes.set(sha, files);
  }

  /** Reading the old path leads to the new place: another path here, or an address elsewhere. */
  move(project: string, to: string): void {
    this.moved.set(project, to);
  }

  /** Lets the next matching request go wrong. */
  fault(fault: GitLabFault): void {
    this.faults.push(fault);
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

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const text = await textOf(request);
    const asked: Asked = {
      method: request.method ?? 'GET',
      path: url.pathname.startsWith(API) ? url.pathname.slice(API.length) : url.pathname,
      query: url.searchParams,
      contentType: request.headers['content-type'],
      body: text === '' ? undefined : JSON.parse(text),
    };
    const what = `${asked.method} ${asked.path}${url.search}`;
    this.requests.push(what);
    if (!url.pathname.startsWith(API)) this.violations.push(`${what}: is not below ${API}`);
    this.violations.push(...wrongWith(asked));

    const fault = this.takeFault(what);
    if (fault === undefined || fault.afterEffect) {
      const answer = this.admitted(asked, request.headers['private-token']);
      if (fault === undefined) return send(response, { ...answer, headers: { ...this.limits(), ...answer.headers } });
    }
    if (fault.answer === 'hang') return;
    if (fault.answer === 'cut') response.destroy();
    else send(response, fault.answer);
  }

  private takeFault(request: string): GitLabFault | undefined {
    const index = this.faults.findIndex((fault) => fault.on.test(request));
    return index < 0 ? undefined : this.faults.splice(index, 1)[0];
  }

  private limits(): Record<string, string> {
    if (this.patience === undefined) return {};
    const { limit, left } = this.patience;
    return { 'ratelimit-limit': String(limit), 'ratelimit-remaining': String(left) };
  }

  private admitted(asked: Asked, token: string | string[] | undefined): Answer {
    const name = endpointOf(asked);
    if (name === undefined) return missing('404 Not Found');
    const isOpen = 'open' in endpoints[name];
    if (token === undefined ? !isOpen : token !== this.token)
      return { status: 401, body: { message: '401 Unauthorized' } };
    const project = decodeURIComponent(asked.path.split('/')[2] ?? '');
    const place = this.moved.get(project);
    if (place !== undefined) {
      if (asked.method !== 'GET') {
        return { status: 405, body: { message: 'Non GET methods are not allowed for moved projects' } };
      }
      const location = place.startsWith('http')
        ? `${place}${asked.path}`
        : `${this.url}${API}${asked.path.replace(encodeURIComponent(project), encodeURIComponent(place))}?${asked.query}`;
      return { status: 301, headers: { location }, body: { message: 'This resource has been moved permanently' } };
    }
    return this.answers[name](asked, project, asked.path.split('/').slice(3).map(decodeURIComponent));
  }

  /** By endpoint: `rest` are the segments after the project. */
  private readonly answers: Record<EndpointName, (asked: Asked, project: string, rest: string[]) => Answer> = {
    self: () =>
      this.scopes === undefined
        ? missing('404 Not Found')
        : { status: 200, body: json.tokenJson(this.user.id, this.scopes, this.tokenEnds) },
    user: () => ({ status: 200, body: json.currentUserJson(this.user.id, this.user.username) }),
    project: (_, project) =>
      [...this.known.values()].some((pipeline) => pipeline.project === project)
        ? { status: 200, body: json.projectJson(project, this.defaultBranch) }
        : missing('404 Project Not Found'),
    pipelines: ({ query }, project) =>
      page(listPipelines(this.known.values(), project, query).map(json.pipelineBasicJson), query),
    pipeline: (_, project, [, id]) =>
      this.ofPipeline(project, id, (found) => ({ status: 200, body: json.pipelineJson(found) })),
    jobs: ({ query }, project, [, id]) =>
      this.ofPipeline(project, id, (found) =>
        page(
          jobsOf(found, query).map((job) => json.jobJson(found, job)),
          query,
        ),
      ),
    bridges: ({ query }, project, [, id]) =>
      this.ofPipeline(project, id, (found) => {
        const scope = query.getAll('scope[]');
        const wanted = found.bridges.filter(({ status }) => scope.length === 0 || scope.includes(status));
        return page(
          wanted.map((bridge, index) => json.bridgeJson(found, bridge, index)),
          query,
        );
      }),
    testReport: (_, project, [, id]) =>
      this.ofPipeline(project, id, ({ tests }) => ({ status: 200, body: { total_count: 0, test_suites: tests } })),
    variables: ({ query }, project, [, id]) =>
      this.ofPipeline(project, id, ({ variables }) =>
        page(
          variables.map((variable) => ({ variable_type: 'env_var', ...variable, raw: false })),
          query,
        ),
      ),
    trace: (_, project, [, id]) => {
      const log = this.jobBy(project, id)?.job.log;
      return log === undefined ? missing('404 Not Found') : { status: 200, text: log };
    },
    branch: (_, project, [, , name = '']) => {
      const sha = this.branches.get(`${project}:${name}`);
      return sha === undefined ? missing('404 Branch Not Found') : { status: 200, body: json.branchJson(name, sha) };
    },
    compare: ({ query }, _project) => {
      const files = this.changes.get(query.get('to') ?? '');
      return files === undefined
        ? missing('404 Ref Not Found')
        : { status: 200, body: json.comparisonJson(query.get('to') ?? '', files) };
    },
    commitDiff: ({ query }, _project, [, , sha = '']) => {
      const files = this.changes.get(sha);
      return files === undefined ? missing('404 Commit Not Found') : page(files.map(json.diffJson), query);
    },
    commitMergeRequests: ({ query }, project, [, , sha]) => {
      if (![...this.known.values()].some((pipeline) => pipeline.project === project && pipeline.sha === sha)) {
        return missing('404 Commit Not Found');
      }
      return page(
        this.mergeRequestsOf(project)
          .filter((one) => one.sha === sha)
          .map(json.mergeRequestJson),
        query,
      );
    },
    mergeRequests: ({ query }, project) => {
      const [state, branch] = [query.get('state') ?? 'all', query.get('source_branch')];
      const found = this.mergeRequestsOf(project)
        .filter((one) => state === 'all' || one.state === state)
        .filter((one) => branch === null || one.sourceBranch === branch);
      return page(found.map(json.mergeRequestJson), query);
    },
    mergeRequest: (_, project, [, iid]) =>
      this.ofMergeRequest(project, iid, (found) => ({ status: 200, body: json.mergeRequestJson(found) })),
    notes: ({ query }, project, [, iid]) =>
      this.ofMergeRequest(project, iid, (found) => {
        const notes = query.get('sort') === 'asc' ? found.notes : found.notes.toReversed();
        return page(
          notes.map((note) => json.noteJson(found, note)),
          query,
        );
      }),
    createPipeline: ({ body }, project) => {
      const { ref, variables = [] } = body as { ref: string; variables?: { key: string; value: string }[] };
      const sha = this.branches.get(`${project}:${ref}`);
      if (sha === undefined) return { status: 400, body: { message: { base: ['Reference not found'] } } };
      return this.begin({ project, ref, sha, variables, source: 'api' });
    },
    createMergeRequestPipeline: (_, project, [, iid]) =>
      this.ofMergeRequest(project, iid, ({ sha }) =>
        this.begin({ project, ref: `refs/merge-requests/${iid}/head`, sha, source: 'merge_request_event' }),
      ),
    retryPipeline: (_, project, [, id]) =>
      this.ofPipeline(project, id, (found) => {
        this.retry(found);
        this.effects.push(`${project}#${found.id} retry`);
        return { status: 201, body: json.pipelineJson(found) };
      }),
    retryJob: (_, project, [, id]) => {
      const found = this.jobBy(project, id);
      if (found === undefined) return missing('404 Not Found');
      const { job, pipeline } = found;
      const isLast = pipeline.jobs.filter(({ name }) => name === job.name).at(-1) === job;
      if (!isLast || !['failed', 'canceled', 'success'].includes(job.status)) {
        return { status: 403, body: { message: '403 Forbidden - Job is not retryable' } };
      }
      const again = this.addJob(pipeline, { name: job.name, status: 'pending', allowFailure: job.allowFailure });
      pipeline.status = 'running';
      this.effects.push(`${project}#${pipeline.id} retry ${job.name}`);
      return { status: 201, body: json.jobJson(pipeline, again) };
    },
    createNote: ({ body }, project, [, iid]) =>
      this.ofMergeRequest(project, iid, (found) => {
        const note = this.addNote(found, (body as { body: string }).body, { authorId: this.user.id });
        this.effects.push(`${project}!${iid} note written`);
        return { status: 201, body: json.noteJson(found, note) };
      }),
    updateNote: ({ body }, project, [, iid, , id]) =>
      this.ofMergeRequest(project, iid, (found) => {
        const note = found.notes.find((one) => String(one.id) === id);
        if (note === undefined) return missing('404 Not found');
        if (note.authorId !== this.user.id) return { status: 403, body: { message: '403 Forbidden' } };
        note.body = (body as { body: string }).body;
        this.effects.push(`${project}!${iid} note rewritten`);
        return { status: 200, body: json.noteJson(found, note) };
      }),
  };

  private begin(pipeline: NewGitLabPipeline): Answer {
    const begun = this.addPipeline({
      status: 'pending',
      username: this.user.username,
      createdAt: new Date().toISOString(),
      jobs: [{ name: 'build', status: 'pending' }],
      began: false,
      ...pipeline,
    });
    this.effects.push(`${begun.project}#${begun.id} begun`);
    return { status: 201, body: json.pipelineJson(begun) };
  }

  private mergeRequestsOf(project: string): GitLabMergeRequest[] {
    return this.requestsToMerge.filter((one) => one.project === project);
  }

  private ofPipeline(project: string, id: string | undefined, act: (found: GitLabPipeline) => Answer): Answer {
    const found = this.known.get(Number(id));
    return found?.project === project ? act(found) : missing('404 Pipeline Not Found');
  }

  private ofMergeRequest(project: string, iid: string | undefined, act: (found: GitLabMergeRequest) => Answer): Answer {
    const found = this.mergeRequestsOf(project).find((one) => String(one.iid) === iid);
    return found === undefined ? missing('404 Not Found') : act(found);
  }

  private jobBy(project: string, id: string | undefined): { pipeline: GitLabPipeline; job: GitLabJob } | undefined {
    for (const pipeline of this.known.values()) {
      const job = pipeline.project === project && pipeline.jobs.find((one) => String(one.id) === id);
      if (job) return { pipeline, job };
    }
    return undefined;
  }
}

function missing(message: string): Answer {
  return { status: 404, body: { message } };
}
