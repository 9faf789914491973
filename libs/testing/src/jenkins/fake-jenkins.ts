import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeBuild, FakeJenkinsJob, FakeParameter, FakeQueueItem, JenkinsFault, NewBuild } from './model.ts';
import { buildJson, itemJson, jobJson, nameOf, stagesJson } from './payloads.ts';
import { treeOf } from './tree.ts';

interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
}

/** A request, read. */
interface Asked {
  method: string;
  /** Below Jenkins' own address. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  form: URLSearchParams;
}

const DELAY = /^\d+(?:sec|secs|s|min|mins|m)?$/;

/**
 * The parts of Jenkins that Prunella uses, written from its remote access API's documentation and what its own classes export: the JSON API with
 * `tree`, the queue, both ways to begin a build, crumbs, the console's text and the stages of a pipeline. A request that Jenkins would not
 * take, or would take otherwise than it is meant, is in `violations`.
 */
export class FakeJenkins {
  /** Where a request was not as Jenkins wants it; a test expects none. */
  readonly violations: string[] = [];
  /** `METHOD path` of all requests, in order. */
  readonly requests: string[] = [];
  /** What requests put in the queue, in order; one that met its like there is told again. */
  readonly begun: FakeQueueItem[] = [];
  readonly user = 'prunella';
  readonly token = '11aa22bb33cc44dd55ee66ff7788990011';
  /** Whether who is not signed in may read. */
  anonymousRead = true;
  /** Whether our user has the right to build. */
  mayBuild = true;
  /** Whether forms need a crumb even with an API token, as before Jenkins 2.96. */
  wantsCrumb = false;
  /** Whether an executor is free: else what is begun stays in the queue, until `run`. */
  executors: 'free' | 'busy' = 'free';
  readonly jobs = new Map<string, FakeJenkinsJob>();
  readonly builds: FakeBuild[] = [];
  readonly queue: FakeQueueItem[] = [];
  private readonly faults: JenkinsFault[] = [];
  private session = 0;
  private nextItem = 1;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) => send(response, { status: 400, text: String(error) }));
    });
  }

  /** Listens on loopback, below a path of its own as behind a proxy. */
  static async start(): Promise<FakeJenkins> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FakeJenkins(server);
  }

  /** For JENKINS_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jenkins`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Adds a job, or changes one. */
  addJob(path: string, job: Partial<FakeJenkinsJob> = {}): FakeJenkinsJob {
    const whole: FakeJenkinsJob = { kind: 'pipeline', disabled: false, ...this.jobs.get(path), ...job, path };
    this.jobs.set(path, whole);
    return whole;
  }

  /** Adds a build, by default the next of its job, started by a timer, that has failed. */
  addBuild(job: string, build: NewBuild = {}): FakeBuild {
    if (!this.jobs.has(job)) this.addJob(job);
    const whole: FakeBuild = {
      number: this.nextNumber(job),
      result: 'FAILURE',
      parameters: [],
      causes: [{ timer: true }],
      since: Date.now(),
      checkouts: [],
      log: 'ERROR: connect ETIMEDOUT\nFinished: FAILURE\n',
      ...build,
      job,
    };
    this.builds.push(whole);
    return whole;
  }

  /** Ends a build. */
  complete(build: FakeBuild, result: NonNullable<FakeBuild['result']>, log = `Finished: ${result}\n`): void {
    build.result = result;
    build.log = log;
  }

  /** Puts something in the queue, as a person's click or a trigger does; what waits there already with the same parameters is the same. */
  enqueue(begun: Omit<FakeQueueItem, 'id' | 'state' | 'since'>): FakeQueueItem {
    const same = this.queue.find(
      (item) =>
        item.state === 'waiting' &&
        item.job === begun.job &&
        JSON.stringify(item.parameters) === JSON.stringify(begun.parameters),
    );
    if (same !== undefined) {
      same.causes.push(...begun.causes);
      return same;
    }
    const item: FakeQueueItem = { ...begun, id: this.nextItem++, since: Date.now(), state: 'waiting' };
    this.queue.push(item);
    if (this.executors === 'free') this.run(item);
    return item;
  }

  /** An executor takes an item of the queue. */
  run(item: FakeQueueItem): FakeBuild {
    const { job, parameters, causes, since } = item;
    const build = this.addBuild(job, { parameters, causes, since, result: null, log: '' });
    item.state = { number: build.number };
    return build;
  }

  /** Somebody takes an item out of the queue. */
  cancel(item: FakeQueueItem): void {
    item.state = 'cancelled';
  }

  /** Lets the next matching request go wrong. */
  fault(fault: JenkinsFault): void {
    this.faults.push(fault);
  }

  find(job: string, number: number): FakeBuild | undefined {
    return this.builds.find((build) => build.job === job && build.number === number);
  }

  private nextNumber(job: string): number {
    return Math.max(0, ...this.builds.filter((build) => build.job === job).map(({ number }) => number)) + 1;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const { pathname, searchParams: query } = new URL(request.url ?? '/', this.url);
    const form = new URLSearchParams(await textOf(request));
    if (!pathname.startsWith('/jenkins/')) {
      this.violations.push(`${method} ${pathname}: not below the address of Jenkins`);
      return send(response, missing);
    }
    const path = pathname.slice('/jenkins'.length);
    this.requests.push(`${method} ${path}`);
    const asked: Asked = { method, path, query, headers: request.headers, form };
    const fault = this.takeFault(`${method} ${path}`);
    if (fault === undefined) return send(response, this.answer(asked));
    if (fault.afterEffect) this.answer(asked);
    if (fault.answer === 'cut') response.destroy();
    else if (fault.answer !== 'hang') send(response, fault.answer);
  }

  private takeFault(request: string): JenkinsFault | undefined {
    const index = this.faults.findIndex((fault) => fault.on.test(request));
    return index < 0 ? undefined : this.faults.splice(index, 1)[0];
  }

  private answer(asked: Asked): Answer {
    const { authorization } = asked.headers;
    const ours = `Basic ${Buffer.from(`${this.user}:${this.token}`).toString('base64')}`;
    if (authorization !== undefined && authorization !== ours) {
      return html(401, 'Invalid password/token for user: prunella');
    }
    const signedIn = authorization !== undefined;
    if (!signedIn && (asked.method !== 'GET' || !this.anonymousRead)) return html(403, 'Authentication required');
    if (asked.method === 'POST') return this.crumbMissing(asked) ?? this.begin(asked);
    if (asked.path === '/crumbIssuer/api/json') return this.crumb();
    if (asked.path === '/whoAmI/api/json') return whoAmI(signedIn ? this.user : undefined);
    return this.read(asked);
  }

  private crumb(): Answer {
    if (!this.wantsCrumb) return missing;
    this.session += 1;
    return {
      status: 200,
      headers: { 'set-cookie': `JSESSIONID.1=session${this.session}; Path=/jenkins; HttpOnly` },
      body: {
        _class: 'hudson.security.csrf.DefaultCrumbIssuer',
        crumb: `crumb${this.session}`,
        crumbRequestField: 'Jenkins-Crumb',
      },
    };
  }

  /** A crumb holds in the session that it was made in only. */
  private crumbMissing({ headers }: Asked): Answer | undefined {
    if (!this.wantsCrumb) return undefined;
    const valid =
      this.session > 0 &&
      headers['jenkins-crumb'] === `crumb${this.session}` &&
      headers.cookie?.includes(`JSESSIONID.1=session${this.session}`);
    return valid ? undefined : html(403, 'No valid crumb was included in the request');
  }

  private read({ path, query }: Asked): Answer {
    if (path === '/queue/api/json') {
      const waiting = this.queue.filter(({ state }) => state === 'waiting');
      return this.json(path, query, { _class: 'hudson.model.Queue', items: waiting.map((item) => this.item(item)) });
    }
    const itemId = /^\/queue\/item\/(\d+)\/api\/json$/.exec(path)?.[1];
    if (itemId !== undefined) {
      const item = this.queue.find(({ id }) => id === Number(itemId));
      return item === undefined ? missing : this.json(path, query, this.item(item));
    }
    const [, address = '', rest = ''] = /^((?:\/job\/[^/]+)+)(\/.+)$/.exec(path) ?? [];
    const job = this.jobs.get(address.split('/job/').slice(1).join('/'));
    const [, number, page] = /^(?:\/(\d+))?(\/.+)$/.exec(rest) ?? [];
    if (job === undefined) return this.unknown(path, address !== '');
    if (number === undefined) {
      const builds = this.builds.filter((build) => build.job === job.path);
      return page === '/api/json' ? this.json(path, query, jobJson(this.url, job, builds)) : this.unknown(path, false);
    }
    const build = this.find(job.path, Number(number));
    if (build === undefined) return missing;
    switch (page) {
      case '/api/json':
        return this.json(path, query, buildJson(this.url, job, build));
      case '/consoleText':
        return { status: 200, text: build.log };
      case '/wfapi/describe':
        return build.stages === undefined ? missing : { status: 200, body: stagesJson(build) };
      case '/testReport/api/json':
        return build.tests === undefined ? missing : this.json(path, query, { suites: build.tests });
      default:
        return this.unknown(path, false);
    }
  }

  private item(item: FakeQueueItem): unknown {
    return itemJson(this.url, this.jobs.get(item.job) ?? this.addJob(item.job), item);
  }

  private json(path: string, query: URLSearchParams, whole: unknown): Answer {
    const result = treeOf(whole, query.get('tree') ?? '');
    if ('value' in result) return { status: 200, body: result.value };
    this.violations.push(`GET ${path}: tree: ${result.wrong}`);
    return html(400, result.wrong);
  }

  private unknown(path: string, usual: boolean): Answer {
    if (!usual) this.violations.push(`${path}: no such page`);
    return missing;
  }

  private begin({ path, query, headers, form }: Asked): Answer {
    const [, address = '', how] = /^((?:\/job\/[^/]+)+)\/(build|buildWithParameters)$/.exec(path) ?? [];
    const job = this.jobs.get(address.split('/job/').slice(1).join('/'));
    if (job === undefined) return this.unknown(path, how !== undefined);
    if (!this.mayBuild) return html(403, `${this.user} is missing the Job/Build permission`);
    if (job.disabled) return html(409, `${nameOf(job)} is not buildable`);
    const problem = problemWith(job, how ?? '', query, headers, form);
    if (problem !== undefined) {
      this.violations.push(`POST ${path}: ${problem}`);
      return html(how === 'build' ? 400 : 500, problem);
    }
    const parameters = (job.parameters ?? []).map((one) => filledIn(one, form));
    const item = this.enqueue({ job: job.path, parameters, causes: [{ by: this.user }] });
    this.begun.push(item);
    return { status: 201, headers: { location: `${this.url}/queue/item/${item.id}/` } };
  }
}

/** What Jenkins refuses, or passes over without a word. */
function problemWith(
  job: FakeJenkinsJob,
  how: string,
  query: URLSearchParams,
  headers: IncomingMessage['headers'],
  form: URLSearchParams,
): string | undefined {
  const names = (job.parameters ?? []).map(({ name }) => name);
  if (how === 'build' && job.parameters !== undefined) return 'This page expects a form submission';
  if (how === 'buildWithParameters' && job.parameters === undefined) return 'This build is not parameterized!';
  const stray = [...form.keys()].find((name) => !names.includes(name));
  if (stray !== undefined) return `the job has no parameter ${stray}: it would be left out`;
  if (form.size > 0 && !headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return `parameters in a body of type ${headers['content-type']}`;
  }
  const delay = query.get('delay');
  return delay === null || DELAY.test(delay) ? undefined : `no such delay: ${delay}`;
}

function filledIn(parameter: FakeParameter, form: URLSearchParams): FakeParameter {
  const told = form.get(parameter.name);
  if (told === null) return parameter;
  return { ...parameter, value: parameter.kind === 'boolean' ? told === 'true' : told };
}

/** Jenkins' own page of who asks. @param user undefined: nobody signed in. */
function whoAmI(user: string | undefined): Answer {
  const authorities = user === undefined ? ['anonymous'] : ['authenticated'];
  return {
    status: 200,
    body: {
      _class: 'hudson.security.WhoAmI',
      ...{ anonymous: user === undefined, authenticated: true, authorities, details: null },
      ...{ name: user ?? 'anonymous', toString: 'as Java prints it' },
    },
  };
}

const missing: Answer = html(404, 'Not Found');

function html(status: number, says: string): Answer {
  const text = `<html><head><title>Error ${status} ${says}</title></head><body><h2>HTTP ERROR ${status} ${says}</h2></body></html>`;
  return { status, headers: { 'content-type': 'text/html;charset=utf-8' }, text };
}

function send(response: ServerResponse, { status, headers = {}, body, text }: Answer): void {
  const payload = text ?? (body === undefined ? '' : JSON.stringify(body));
  const type = text === undefined ? 'application/json;charset=utf-8' : 'text/plain;charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers }).end(payload);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
