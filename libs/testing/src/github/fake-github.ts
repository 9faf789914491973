import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GitHubContract } from './contract.ts';
import { branchJson, type FakeJob, type FakeRun, jobJson, repositoryJson, runJson } from './model.ts';

/** Something that goes wrong at a request, once. */
export interface Fault {
  /** On `METHOD path`. */
  on: RegExp;
  /** An answer, no answer at all, or a connection cut. */
  answer: { status: number; headers?: Record<string, string>; body?: unknown } | 'hang' | 'cut';
  /** Whether the request takes effect before that. */
  afterEffect?: boolean;
}

/** A run to be made; what is left out is usual. */
export type NewRun = Partial<Omit<FakeRun, 'jobs'>> & { jobs?: FakeJob[] };

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string;
}

const MOST_RERUNS = 50;

/**
 * The parts of GitHub Actions that Prunella uses, written from GitHub's published API description and checked against it at
 * every request and answer: see `violations`.
 */
export class FakeGitHub {
  /** Where a request or an answer was not as GitHub's description says; a test expects none. */
  readonly violations: string[] = [];
  /** `METHOD path` of all requests, in order. */
  readonly requests: string[] = [];
  /** All reruns that took effect: `owner/repo#run -> attempt`. */
  readonly effects: string[] = [];
  private readonly runs = new Map<string, FakeRun>();
  private readonly branches = new Map<string, string>();
  private readonly faults: Fault[] = [];
  private readonly hanging = new Set<ServerResponse>();
  private nextRun = 1_000;

  private constructor(
    private readonly server: Server,
    private readonly contract: GitHubContract,
  ) {
    server.on('request', (request, response) => void this.handle(request, response));
  }

  /** Listens on a free port of loopback. */
  static async start(): Promise<FakeGitHub> {
    const server = createServer();
    const fake = new FakeGitHub(server, await GitHubContract.load());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** For GITHUB_API_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
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
      reruns: 0,
      ...run,
      id,
      jobs: [
        run.jobs ?? [
          { name: 'build', conclusion: 'failure', failedStep: 'Install', log: 'npm error code ETIMEDOUT\n' },
        ],
      ],
    };
    this.runs.set(`${whole.repository}#${id}`, whole);
    if (!this.branches.has(`${whole.repository}:${whole.branch}`))
      this.pushTo(whole.repository, whole.branch, whole.headSha);
    return whole;
  }

  /** Ends the newest attempt. */
  completeRun(run: FakeRun, conclusion: string, jobs?: FakeJob[]): void {
    run.status = 'completed';
    run.conclusion = conclusion;
    run.jobs[run.attempt - 1] = jobs ?? [
      { name: 'build', conclusion: conclusion === 'success' ? 'success' : 'failure', log: '' },
    ];
  }

  /** Starts the next attempt, as a person's click would. */
  rerun(run: FakeRun): void {
    run.attempt += 1;
    run.reruns += 1;
    run.status = 'in_progress';
    run.conclusion = null;
    run.jobs[run.attempt - 1] = [];
  }

  /** Moves a branch. */
  pushTo(repository: string, branch: string, sha: string): void {
    this.branches.set(`${repository}:${branch}`, sha);
  }

  /** Lets the next matching request go wrong. */
  fault(fault: Fault): void {
    this.faults.push(fault);
  }

  /** How many requests hang right now. */
  get hangingRequests(): number {
    return this.hanging.size;
  }

  /** A signed `workflow_run` delivery about the run as it is now. */
  delivery(run: FakeRun, secret: string): { body: string; headers: Record<string, string> } {
    const action = run.status === 'completed' ? 'completed' : run.status === 'queued' ? 'requested' : 'in_progress';
    const { display_title: _title, ...workflow_run } = runJson(run);
    const workflow = { id: 11, node_id: 'W_11', name: run.workflow, path: run.path, state: 'active' };
    const repository = repositoryJson(run.repository);
    const body = JSON.stringify({ action, workflow_run, workflow, repository, sender: repository.owner });
    return { body, headers: signedHeaders('workflow_run', body, secret) };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push(`${method} ${path}`);
    if (path.startsWith('/_blob/')) return this.blob(request, response, path);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    this.violations.push(...this.contract.request(method, request.url ?? '/', headers, body));

    const index = this.faults.findIndex((fault) => fault.on.test(`${method} ${path}`));
    const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0];
    const answer = fault !== undefined && !fault.afterEffect ? undefined : this.route(method, path);
    if (fault === undefined && answer !== undefined) {
      this.violations.push(...this.contract.response(method, path, answer.status, answer.body));
      return send(response, answer);
    }
    if (fault?.answer === 'hang') {
      this.hanging.add(response);
      response.on('close', () => this.hanging.delete(response));
      return;
    }
    if (fault === undefined || fault.answer === 'cut') {
      response.destroy();
      return;
    }
    send(response, fault.answer);
  }

  private route(method: string, path: string): Answer {
    const [, owner, repo, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const repository = `${owner}/${repo}`;
    const branch = /^branches\/(.+)$/.exec(rest)?.[1];
    if (method === 'GET' && branch !== undefined) return this.branch(repository, decodeURIComponent(branch));
    const jobs = /^actions\/runs\/(\d+)\/attempts\/(\d+)\/jobs$/.exec(rest);
    if (method === 'GET' && jobs !== null) return this.jobs(this.runs.get(`${repository}#${jobs[1]}`), Number(jobs[2]));
    const log = /^actions\/jobs\/(\d+)\/logs$/.exec(rest)?.[1];
    if (method === 'GET' && log !== undefined) return this.log(Number(log));
    const [, id, what = ''] = /^actions\/runs\/(\d+)(\/rerun-failed-jobs)?$/.exec(rest) ?? [];
    const run = this.runs.get(`${repository}#${id}`);
    if (run === undefined) return missing;
    if (method === 'GET' && what === '') return { status: 200, body: runJson(run) };
    if (method === 'POST' && what !== '') return this.rerunFailedJobs(run);
    return missing;
  }

  private rerunFailedJobs(run: FakeRun): Answer {
    const no = (message: string): Answer => ({
      status: 403,
      body: { message, documentation_url: 'https://docs.github.com/rest' },
    });
    if (run.status !== 'completed') return no('This workflow is already running');
    if (run.conclusion === 'success') return no('This workflow run cannot be rerun because it has no failed jobs');
    if (run.reruns >= MOST_RERUNS)
      return no('Unable to rerun this workflow run because it has reached the rerun limit');
    this.rerun(run);
    this.effects.push(`${run.repository}#${run.id} -> ${run.attempt}`);
    return { status: 201, body: {} };
  }

  private branch(repository: string, name: string): Answer {
    const sha = this.branches.get(`${repository}:${name}`);
    return sha === undefined ? missing : { status: 200, body: branchJson(repository, name, sha) };
  }

  private jobs(run: FakeRun | undefined, attempt: number): Answer {
    const jobs = run?.jobs[attempt - 1];
    if (run === undefined || jobs === undefined) return missing;
    return {
      status: 200,
      body: { total_count: jobs.length, jobs: jobs.map((_, index) => jobJson(run, attempt, index)) },
    };
  }

  private log(id: number): Answer {
    return this.logText(id) === undefined ? missing : { status: 302, headers: { location: `${this.url}/_blob/${id}` } };
  }

  private logText(id: number): string | undefined {
    for (const run of this.runs.values()) {
      if (Math.floor(id / 10_000) === run.id) return run.jobs[Math.floor((id % 10_000) / 100) - 1]?.[id % 100]?.log;
    }
    return undefined;
  }

  private blob(_request: IncomingMessage, response: ServerResponse, path: string): void {
    const text = this.logText(Number(path.slice('/_blob/'.length)));
    send(response, text === undefined ? missing : { status: 200, text });
  }
}

const missing: Answer = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
};

/** Headers of a webhook delivery as GitHub sends it. */
export function signedHeaders(
  event: string,
  body: string,
  secret: string,
  delivery: string = randomUUID(),
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/1',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

function send(response: ServerResponse, { status, headers = {}, body, text }: Answer): void {
  const payload = text ?? (body === undefined ? '' : JSON.stringify(body));
  const type = text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers }).end(payload);
}
