import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Accounts } from './accounts.ts';
import { Artifacts } from './artifacts.ts';
import { GitHubContract } from './contract.ts';
import { type Controlled, control } from './control.ts';
import { type Delivery, workflowRunDelivery } from './delivery.ts';
import { Faults } from './faults.ts';
import { type Answer, close, listen, missing, pageOf, send, textOf, unlessUnchanged, urlOf } from './http.ts';
import type { FakeComment, FakeJob, FakePull, FakeRun, Fault, NewRun } from './model.ts';
import {
  annotationJson,
  branchJson,
  changeJson,
  comparisonJson,
  fullRepositoryJson,
  jobJson,
  jobOfId,
  runJson,
} from './payloads.ts';
import { Pulls } from './pulls.ts';
import { isOf, listRuns } from './run-list.ts';

const MOST_RERUNS = 50;
const RERUN_FOR_MS = 30 * 86_400_000;

/**
 * The parts of GitHub Actions that Prunella uses, written from GitHub's published API description and checked against it at
 * every request and answer: see `violations`. Logs are on a host of their own, as GitHub's are.
 */
export class FakeGitHub implements Controlled {
  /** Where a request or an answer was not as GitHub's description says; a test expects none. */
  readonly violations: string[] = [];
  /** `METHOD path` of all requests, in order. */
  readonly requests: string[] = [];
  /** All reruns that took effect: `owner/repo#run -> attempt`. */
  readonly effects: string[] = [];
  /** How a new attempt begins; `begin` takes it from `queued` to `in_progress`. */
  attemptsStart: 'queued' | 'in_progress' = 'in_progress';
  /** How many requests are allowed and left, as the headers tell; undefined: they do not. Nothing is counted. */
  patience: { limit: number; left: number } | undefined;
  /** The default branch of all repositories. */
  defaultBranch = 'main';
  /** Who may ask, by which token. */
  readonly accounts = new Accounts();
  readonly pulls = new Pulls();
  /** What runs left behind. */
  readonly artifacts = new Artifacts();
  /** As GitHub Enterprise Server before 2026: it does not know `return_run_details`. */
  isOld = false;
  /** Runs that were dispatched, in order, with their inputs. */
  readonly dispatched: { run: FakeRun; inputs: Record<string, unknown> }[] = [];
  private readonly known = new Map<string, FakeRun>();
  private readonly branches = new Map<string, string>();
  private readonly faults = new Faults();
  private nextRun = 1_000;

  private constructor(
    private readonly server: Server,
    private readonly storage: Server,
    private readonly contract: GitHubContract,
  ) {
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) =>
        send(response, { status: 400, body: { message: String(error) } }),
      );
    });
    storage.on('request', (request, response) => this.download(request, response));
  }

  /** Listens on loopback; without a port on any that is free. */
  static async start(options: { port?: number } = {}): Promise<FakeGitHub> {
    const [server, storage] = [createServer(), createServer()];
    const fake = new FakeGitHub(server, storage, await GitHubContract.load());
    await Promise.all([listen(server, options.port), listen(storage)]);
    return fake;
  }

  /** For GITHUB_API_URL. */
  get url(): string {
    return urlOf(this.server);
  }

  async stop(): Promise<void> {
    await Promise.all([close(this.server), close(this.storage)]);
  }

  /** All runs, the oldest first. */
  get runs(): readonly FakeRun[] {
    return [...this.known.values()];
  }

  /** undefined: there is none of that number in the repository. */
  find(repository: string, id: number | string): FakeRun | undefined {
    return this.known.get(`${repository}#${id}`);
  }

  /** Adds a run; by default it has failed in attempt 1 with one job. */
  addRun(run: NewRun = {}): FakeRun {
    const id = run.id ?? this.nextRun++;
    const whole: FakeRun = {
      repository: 'acme/shop',
      workflow: 'ci',
      path: '.github/workflows/ci.yml',
      headSha: 'a'.repeat(40),
      branch: 'main',
      attempt: 1,
      status: 'completed',
      conclusion: 'failure',
      createdAt: now(),
      reruns: 0,
      ...run,
      id,
      jobs: [
        run.jobs ?? [
          { name: 'build', conclusion: 'failure', failedStep: 'Install', log: 'npm error code ETIMEDOUT\n' },
        ],
      ],
    };
    this.known.set(`${whole.repository}#${id}`, whole);
    const home = whole.headRepository ?? whole.repository;
    if (!this.branches.has(`${home}:${whole.branch}`)) this.pushTo(home, whole.branch, whole.headSha);
    return whole;
  }

  /** As after the time that it keeps runs for: it does not know it any more, nor its branch. */
  forget(run: FakeRun): void {
    this.known.delete(`${run.repository}#${run.id}`);
    this.branches.delete(`${run.headRepository ?? run.repository}:${run.branch}`);
  }

  /** Starts the next attempt, as a person's click would. */
  rerun(run: FakeRun): void {
    run.attempt += 1;
    run.reruns += 1;
    run.status = this.attemptsStart;
    run.conclusion = null;
    run.startedAt = now();
    run.updatedAt = run.startedAt;
    run.jobs[run.attempt - 1] = [];
  }

  /** A runner takes up the newest attempt. */
  begin(run: FakeRun): void {
    run.status = 'in_progress';
  }

  /** Ends the newest attempt. */
  completeRun(run: FakeRun, conclusion: string, jobs?: FakeJob[]): void {
    run.status = 'completed';
    run.conclusion = conclusion;
    run.updatedAt = now();
    run.jobs[run.attempt - 1] = jobs ?? [
      { name: 'build', conclusion: conclusion === 'success' ? 'success' : 'failure', log: '' },
    ];
  }

  /** Moves a branch. */
  pushTo(repository: string, branch: string, sha: string): void {
    this.branches.set(`${repository}:${branch}`, sha);
  }

  addPull(pull: Partial<FakePull> & Pick<FakePull, 'branch'>): FakePull {
    return this.pulls.add(pull);
  }

  /** All comments on pull requests, the oldest first. */
  get comments(): readonly FakeComment[] {
    return this.pulls.comments;
  }

  /** Lets the next matching request go wrong. */
  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Nothing goes wrong any more: what hangs is cut. */
  heal(): void {
    this.faults.heal();
  }

  /** How many requests hang right now. */
  get hangingRequests(): number {
    return this.faults.hanging.size;
  }

  /** A signed `workflow_run` delivery about the run as it is now. */
  delivery(run: FakeRun, secret: string): Delivery {
    return workflowRunDelivery(run, secret);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const { pathname: path, searchParams } = new URL(request.url ?? '/', this.url);
    const text = await textOf(request);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (path.startsWith('/__control/')) return send(response, control(this, method, path, body));
    this.requests.push(`${method} ${path}`);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    this.violations.push(...this.contract.request(method, request.url ?? '/', headers, body));

    const fault = this.faults.take(`${method} ${path}`);
    if (fault === undefined || fault.afterEffect) {
      const answer = this.answer({ method, path, query: searchParams, body }, headers['authorization']);
      if (fault === undefined) {
        this.violations.push(...this.contract.response(method, path, answer.status, answer.body));
        const told = method === 'GET' ? unlessUnchanged(answer, headers['if-none-match']) : answer;
        return send(response, { ...told, headers: { ...this.limits(), ...told.headers } });
      }
    }
    this.faults.goWrong(fault.answer, response);
  }

  private answer(request: Asked, authorization: string | undefined): Answer {
    const { method, path } = request;
    if (method !== 'GET' && authorization === undefined) return unauthenticated;
    if (this.accounts.refuses(path, authorization)) return badCredentials;
    const login = this.accounts.loginOf(authorization) ?? 'nobody';
    return this.accounts.route(method, path, authorization) ?? this.route(request, login);
  }

  private limits(): Record<string, string> {
    if (this.patience === undefined) return {};
    const { limit, left } = this.patience;
    return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(left) };
  }

  private route({ method, path, query, body }: Asked, login: string): Answer {
    const [, owner, repo, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const repository = `${owner}/${repo}`;
    if (method === 'GET' && owner !== undefined && rest === '') return this.repository(repository);
    const ofPull = this.pulls.route({ method, repository, rest, query, body }, login, this.defaultBranch);
    if (ofPull !== undefined) return ofPull;
    const ofArtifact = this.artifacts.route(`${method} ${rest}`, repository, query, urlOf(this.storage));
    if (ofArtifact !== undefined) return ofArtifact;
    const dispatched = /^actions\/workflows\/([^/]+)\/dispatches$/.exec(rest)?.[1];
    if (method === 'POST' && dispatched !== undefined) return this.dispatch(repository, dispatched, body, login);
    const job = /^actions\/jobs\/(\d+)\/rerun$/.exec(rest)?.[1];
    if (method === 'POST' && job !== undefined) return this.rerunJob(repository, Number(job));
    const workflow = /^actions\/workflows\/([^/]+)\/runs$/.exec(rest)?.[1];
    if (method === 'GET' && workflow !== undefined) return this.runsOf(repository, workflow, query);
    if (method === 'GET' && rest === 'actions/runs') return this.runsOf(repository, undefined, query);
    const branch = /^branches\/(.+)$/.exec(rest)?.[1];
    if (method === 'GET' && branch !== undefined) return this.branch(repository, decodeURIComponent(branch));
    const commit = /^commits\/([^/]+)$/.exec(rest)?.[1];
    if (method === 'GET' && commit !== undefined) return this.commit(repository, commit);
    const [, base, head] = /^compare\/(.+)\.\.\.([^/]+)$/.exec(rest) ?? [];
    if (method === 'GET' && base !== undefined && head !== undefined)
      return this.comparison(repository, decodeURIComponent(base), head);
    const jobs = /^actions\/runs\/(\d+)\/attempts\/(\d+)\/jobs$/.exec(rest);
    if (method === 'GET' && jobs !== null)
      return this.jobs(this.find(repository, jobs[1] ?? ''), Number(jobs[2]), query);
    const log = /^actions\/jobs\/(\d+)\/logs$/.exec(rest)?.[1];
    if (method === 'GET' && log !== undefined) return this.log(Number(log));
    const check = /^check-runs\/(\d+)\/annotations$/.exec(rest)?.[1];
    if (method === 'GET' && check !== undefined) return this.annotations(Number(check), query);
    const [, id = '', what = ''] = /^actions\/runs\/(\d+)(\/rerun-failed-jobs|\/rerun)?$/.exec(rest) ?? [];
    const run = this.find(repository, id);
    if (run === undefined) return missing;
    if (method === 'GET' && what === '') return { status: 200, body: runJson(run) };
    if (method === 'POST' && what !== '') return this.rerunOnRequest(run, what === '/rerun-failed-jobs');
    return missing;
  }

  private rerunOnRequest(run: FakeRun, failedJobsOnly: boolean): Answer {
    if (run.status !== 'completed') return refused('This workflow is already running');
    const failed = run.jobs[run.attempt - 1]?.some(({ conclusion }) => conclusion !== 'success');
    if (failedJobsOnly && (run.conclusion === 'success' || !failed))
      return refused('This workflow run cannot be rerun because it has no failed jobs');
    if (run.reruns >= MOST_RERUNS)
      return refused('Unable to rerun this workflow run because it has reached the rerun limit');
    if (Date.now() - Date.parse(run.createdAt) > RERUN_FOR_MS)
      return refused('Unable to retry this workflow run because it was created over a month ago');
    this.rerun(run);
    this.effects.push(`${run.repository}#${run.id} -> ${run.attempt}`);
    return { status: 201, body: {} };
  }

  private rerunJob(repository: string, id: number): Answer {
    const { runId, attempt, index } = jobOfId(id);
    const run = this.find(repository, runId);
    if (run?.jobs[attempt - 1]?.[index] === undefined) return missing;
    return this.rerunOnRequest(run, false);
  }

  private dispatch(repository: string, workflow: string, body: unknown, login: string): Answer {
    const { ref, inputs = {}, return_run_details } = body as { ref: string; inputs?: object } & Record<string, unknown>;
    if (this.isOld && return_run_details !== undefined)
      return unprocessable('Invalid request.\n\n"return_run_details" is not a permitted key.');
    const same = this.runs.find((run) => run.repository === repository && isOf(run, workflow));
    if (same === undefined) return missing;
    const headSha = this.branches.get(`${repository}:${ref}`);
    if (headSha === undefined) return unprocessable(`No ref found for: ${ref}`);
    const run = this.addRun({
      ...{ repository, workflow: same.workflow, path: same.path, branch: ref, headSha },
      ...{ status: 'queued', conclusion: null, jobs: [], event: 'workflow_dispatch', actor: login },
    });
    this.dispatched.push({ run, inputs: { ...inputs } });
    if (return_run_details !== true) return { status: 204 };
    const { url: run_url, html_url } = runJson(run);
    return { status: 200, body: { workflow_run_id: run.id, run_url, html_url } };
  }

  private repository(fullName: string): Answer {
    if (!this.runs.some(({ repository }) => repository === fullName)) return missing;
    return { status: 200, body: fullRepositoryJson(fullName, this.defaultBranch) };
  }

  /** The runs of a repository, or of one of its workflows, by its number or the name of its file. */
  private runsOf(repository: string, workflow: string | undefined, query: URLSearchParams): Answer {
    const runs = this.runs.filter(
      (run) => run.repository === repository && (workflow === undefined || isOf(run, workflow)),
    );
    return runs.length === 0 ? missing : listRuns(runs, query);
  }

  private branch(repository: string, name: string): Answer {
    const sha = this.branches.get(`${repository}:${name}`);
    return sha === undefined ? missing : { status: 200, body: branchJson(repository, name, sha) };
  }

  private commit(repository: string, sha: string): Answer {
    const run = this.runs.find((one) => one.repository === repository && one.headSha === sha);
    return run === undefined ? missing : { status: 200, body: changeJson(repository, sha, run.changedFiles ?? []) };
  }

  private comparison(repository: string, base: string, sha: string): Answer {
    const run = this.runs.find((one) => one.repository === repository && one.headSha === sha);
    if (run === undefined || base !== this.defaultBranch) return missing;
    return { status: 200, body: comparisonJson(repository, base, sha, run.changedFiles ?? []) };
  }

  private jobs(run: FakeRun | undefined, attempt: number, query: URLSearchParams): Answer {
    const jobs = run?.jobs[attempt - 1];
    if (run === undefined || jobs === undefined) return missing;
    const all = jobs.map((_, index) => jobJson(run, attempt, index));
    return { status: 200, body: { total_count: jobs.length, jobs: pageOf(all, query) } };
  }

  private log(id: number): Answer {
    if (this.logText(id) === undefined) return missing;
    return { status: 302, headers: { location: `${urlOf(this.storage)}/logs/${id}?sig=once` } };
  }

  private annotations(id: number, query: URLSearchParams): Answer {
    const { runId, attempt, index } = jobOfId(id);
    const job = this.runs.find((run) => run.id === runId)?.jobs[attempt - 1]?.[index];
    if (job === undefined) return missing;
    return { status: 200, body: pageOf(job.annotations ?? [], query).map(annotationJson) };
  }

  private logText(id: number): string | undefined {
    const { runId, attempt, index } = jobOfId(id);
    return this.runs.find((run) => run.id === runId)?.jobs[attempt - 1]?.[index]?.log;
  }

  /** The host of the logs. It refuses whoever brings GitHub's token along, as the real one does. */
  private download(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://storage');
    const fault = this.faults.take(`${request.method} ${pathname}`);
    if (fault !== undefined) {
      this.faults.goWrong(fault.answer, response);
      return;
    }
    if (request.headers.authorization !== undefined) {
      this.violations.push(`${request.method} ${pathname}: the token was sent to the storage host`);
      send(response, { status: 403, text: 'AuthenticationFailed' });
      return;
    }
    const bytes = this.artifacts.contentAt(pathname);
    const text = this.logText(Number(pathname.slice('/logs/'.length)));
    if (bytes !== undefined) send(response, { status: 200, bytes });
    else send(response, text === undefined ? missing : { status: 200, text });
  }
}

/** What is asked. */
interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** GitHub's times have no parts of seconds. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

const unauthenticated: Answer = {
  status: 401,
  body: { message: 'Requires authentication', documentation_url: 'https://docs.github.com/rest', status: '401' },
};

const badCredentials: Answer = {
  status: 401,
  body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
};

function unprocessable(message: string): Answer {
  return { status: 422, body: { message, documentation_url: 'https://docs.github.com/rest', status: '422' } };
}

function refused(message: string): Answer {
  return { status: 403, body: { message, documentation_url: 'https://docs.github.com/rest', status: '403' } };
}
