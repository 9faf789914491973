import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Delivery } from '../github/delivery.ts';
import { Faults } from '../github/faults.ts';
import { type Answer, close, listen, send, textOf, urlOf } from '../github/http.ts';
import type { Fault } from '../github/model.ts';
import { type Answers, missing } from './answers/answer.ts';
import { mergeRequestAnswers } from './answers/merge-requests.ts';
import { pipelineAnswers } from './answers/pipelines.ts';
import { projectAnswers } from './answers/projects.ts';
import { type Asked, type EndpointName, endpointOf, endpoints, wrongWith } from './contract.ts';
import { jobDelivery, pipelineDelivery } from './deliveries.ts';
import type { GitLabJob, GitLabPipeline } from './model.ts';
import { GitLabWorld } from './world.ts';

const API = '/api/v4';

/**
 * The parts of GitLab CI that Prunella uses, written from GitLab's published REST reference; every request is checked against it: see `violations`.
 * What was made in it with `add...` is of other people; what is asked for over HTTP is of `user`.
 */
export class FakeGitLab extends GitLabWorld {
  /** Where a request was not as the reference says; a test expects none. */
  readonly violations: string[] = [];
  /** `METHOD path?query` below the API, of all requests, in order. */
  readonly requests: string[] = [];
  /** The only token that is taken. */
  readonly token = 'glpat-test';
  /** How many requests are allowed and left, as the headers tell; undefined: they do not. Nothing is counted. */
  patience: { limit: number; left: number } | undefined;
  private readonly moved = new Map<string, string>();
  private readonly faults = new Faults();
  private readonly answers: Answers<EndpointName> = {
    ...projectAnswers(this),
    ...pipelineAnswers(this),
    ...mergeRequestAnswers(this),
  };

  private constructor(private readonly server: Server) {
    super();
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

  /** Reading the old path leads to the new place: another path here, or an address elsewhere. */
  move(project: string, to: string): void {
    this.moved.set(project, to);
  }

  /** Lets the next matching request go wrong; `on` is held against `METHOD path?query`, the path as it was sent. */
  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  /** Nothing goes wrong any more: what hangs is cut. */
  heal(): void {
    this.faults.heal();
  }

  /** A Pipeline Hook about the pipeline as it is now. @param token the secret token of the webhook. */
  pipelineDelivery(pipeline: GitLabPipeline, token: string): Delivery {
    return pipelineDelivery(pipeline, token);
  }

  /** A Job Hook about a try of a job as it is now. */
  jobDelivery(pipeline: GitLabPipeline, job: GitLabJob, token: string): Delivery {
    return jobDelivery(pipeline, job, token);
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

    const fault = this.faults.take(what);
    if (fault === undefined || fault.afterEffect) {
      const answer = this.admitted(asked, request.headers['private-token']);
      if (fault === undefined) return send(response, { ...answer, headers: { ...this.limits(), ...answer.headers } });
    }
    this.faults.goWrong(fault.answer, response);
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
}
