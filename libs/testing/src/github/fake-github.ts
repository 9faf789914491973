import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Accounts } from './accounts.ts';
import { Artifacts } from './artifacts.ts';
import { GitHubContract } from './contract.ts';
import { type Controlled, control } from './control.ts';
import { type Delivery, workflowRunDelivery } from './delivery.ts';
import { Faults } from './faults.ts';
import { type Answer, close, listen, missing, send, textOf, unlessUnchanged, urlOf } from './http.ts';
import type { FakeComment, FakePull, FakeRun, Fault } from './model.ts';
import { Pulls } from './pulls.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { type Route, routed } from './routes/route.ts';
import { logText, runRoutes } from './routes/runs.ts';
import { GitHubWorld } from './world.ts';

/**
 * The parts of GitHub Actions that Prunella uses, written from GitHub's published API description and checked against it at
 * every request and answer: see `violations`. Logs are on a host of their own, as GitHub's are.
 */
export class FakeGitHub extends GitHubWorld implements Controlled {
  /** Where a request or an answer was not as GitHub's description says; a test expects none. */
  readonly violations: string[] = [];
  /** `METHOD path` of all requests, in order. */
  readonly requests: string[] = [];
  /** How many requests are allowed and left, as the headers tell; undefined: they do not. Nothing is counted. */
  patience: { limit: number; left: number } | undefined;
  /** Who may ask, by which token. */
  readonly accounts = new Accounts();
  readonly pulls = new Pulls();
  /** What runs left behind. */
  readonly artifacts = new Artifacts();
  private readonly faults = new Faults();
  private readonly routes: readonly Route[] = [
    ...repositoryRoutes(this),
    ...runRoutes(this, () => urlOf(this.storage)),
  ];

  private constructor(
    private readonly server: Server,
    private readonly storage: Server,
    private readonly contract: GitHubContract,
  ) {
    super();
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

  private answer(request: Request, authorization: string | undefined): Answer {
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

  private route({ method, path, query, body }: Request, login: string): Answer {
    const [, owner, repo, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    if (owner === undefined) return missing;
    const repository = `${owner}/${repo}`;
    return (
      this.pulls.route({ method, repository, rest, query, body }, login, this.defaultBranch) ??
      this.artifacts.route(`${method} ${rest}`, repository, query, urlOf(this.storage)) ??
      routed(this.routes, method, rest, { repository, query, body, login }) ??
      missing
    );
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
    const text = logText(this, Number(pathname.slice('/logs/'.length)));
    if (bytes !== undefined) send(response, { status: 200, bytes });
    else send(response, text === undefined ? missing : { status: 200, text });
  }
}

/** What is asked. */
interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

const unauthenticated: Answer = {
  status: 401,
  body: { message: 'Requires authentication', documentation_url: 'https://docs.github.com/rest', status: '401' },
};

const badCredentials: Answer = {
  status: 401,
  body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
};
