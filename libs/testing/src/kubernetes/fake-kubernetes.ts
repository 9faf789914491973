import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = { [key: string]: unknown };

/** What a pod template says, as far as the fake knows templates. */
interface Template {
  image: string;
  /** Of its container. */
  resources: Json;
  annotations: Json;
}

interface Revision extends Template {
  revision: number;
  /** Pods of it that exist; undefined: the controller's usual, none but of the current one. */
  replicas?: number;
  ready?: number;
}

interface Fault {
  on: RegExp;
  status: number | 'hang';
  headers: Record<string, string>;
  afterEffect: boolean;
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

interface FakeDeployment {
  namespace: string;
  name: string;
  resourceVersion: number;
  generation: number;
  template: Template;
  annotations: Record<string, string>;
  labels: Record<string, string>;
  paused: boolean;
  replicaSets: Revision[];
  rollout: 'progressing' | 'complete' | 'failed';
}

const REVISION = 'deployment.kubernetes.io/revision';

/**
 * The parts of an API server and its Deployment controller that rollbacks, restarts and raises of resources use: reading Deployments and ReplicaSets, and a JSON patch with `test`
 * and optimistic locking. Written from the Kubernetes API conventions.
 */
export class FakeKubernetes {
  /** All patches that took effect: `namespace/name -> image`. */
  readonly effects: string[] = [];
  private readonly deployments = new Map<string, FakeDeployment>();
  private readonly faults: Fault[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) => send(response, failure(400, String(error))));
    });
  }

  static async start(): Promise<FakeKubernetes> {
    const server = createServer();
    const fake = new FakeKubernetes(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A kubeconfig for it. */
  get kubeconfig(): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fake', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'fake', user: { token: 'test' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      'current-context': 'fake',
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A Deployment that was rolled out with one image after another; the last one is current. */
  addDeployment(
    name: string,
    images: string[],
    {
      resources = {},
      ...changes
    }: Partial<Pick<FakeDeployment, 'annotations' | 'labels' | 'paused'>> & { resources?: Json } = {},
  ): void {
    const templateOf = (image: string): Template => ({ image, resources, annotations: {} });
    const replicaSets = images.map((image, index) => ({ revision: index + 1, ...templateOf(image) }));
    this.deployments.set(`default/${name}`, {
      namespace: 'default',
      name,
      resourceVersion: 1,
      generation: 1,
      template: templateOf(images.at(-1) ?? ''),
      annotations: {},
      labels: {},
      paused: false,
      replicaSets,
      rollout: 'failed',
      ...changes,
    });
  }

  /** Rolls out an image, as a person would. */
  rollOut(name: string, image: string): void {
    const deployment = this.deployments.get(`default/${name}`);
    if (deployment !== undefined) apply(deployment, { ...deployment.template, image });
  }

  /** Ends the rollout that is going on. */
  settle(name: string, how: 'complete' | 'failed'): void {
    const deployment = this.deployments.get(`default/${name}`);
    if (deployment !== undefined) deployment.rollout = how;
  }

  image(name: string): string | undefined {
    return this.deployments.get(`default/${name}`)?.template.image;
  }

  /** How many pods of a revision there are, and how many of them are ready. */
  scale(name: string, revision: number, pods: { replicas: number; ready: number }): void {
    const set = this.deployments.get(`default/${name}`)?.replicaSets.find((it) => it.revision === revision);
    if (set === undefined) throw new Error(`there is no revision ${revision} of ${name}`);
    Object.assign(set, pods);
  }

  /** The next matching `METHOD path` is answered with this status or not at all, before or after it took effect. */
  fault(on: RegExp, status: number | 'hang', afterEffect = false, headers: Record<string, string> = {}): void {
    this.faults.push({ on, status, headers, afterEffect });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const method = request.method ?? 'GET';
    const { authorization, 'content-type': type } = request.headers;
    if (authorization !== 'Bearer test') return send(response, failure(401, 'Unauthorized'));
    const index = this.faults.findIndex((fault) => fault.on.test(`${method} ${path}`));
    const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0];
    const takesEffect = fault === undefined || fault.afterEffect;
    const answer = takesEffect ? this.answer(method, path, Buffer.concat(chunks).toString(), type) : undefined;
    if (fault?.status === 'hang') return;
    if (fault !== undefined) send(response, { ...failure(fault.status, 'as told'), headers: fault.headers });
    else if (answer !== undefined) send(response, answer);
  }

  private answer(method: string, path: string, body: string, type: string | undefined): Answer {
    const [, namespace, kind, name = ''] =
      /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/(deployments|replicasets)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (kind === 'replicasets' && name === '') {
      const items = [...this.deployments.values()]
        .filter((deployment) => deployment.namespace === namespace)
        .flatMap(replicaSetsJson);
      return { status: 200, body: { apiVersion: 'apps/v1', kind: 'ReplicaSetList', metadata: {}, items } };
    }
    const deployment = this.deployments.get(`${namespace}/${name}`);
    if (kind !== 'deployments' || deployment === undefined) return failure(404, `deployments.apps "${name}" not found`);
    if (method === 'GET') return { status: 200, body: deploymentJson(deployment) };
    if (method !== 'PATCH') return failure(405, 'method not allowed');
    if (type !== 'application/json-patch+json')
      return failure(415, `the body of the request was in an unknown format: ${type}`);
    return this.patch(deployment, JSON.parse(body) as { op: string; path: string; value: unknown }[]);
  }

  /** All of it or nothing, as a JSON patch is. */
  private patch(deployment: FakeDeployment, operations: { op: string; path: string; value: unknown }[]): Answer {
    let template: Template | undefined;
    let annotations: Record<string, string> | undefined;
    for (const { op, path, value } of operations) {
      switch (`${op} ${path}`) {
        case 'test /metadata/resourceVersion':
          if (value !== String(deployment.resourceVersion)) return invalid('testing value failed');
          break;
        case 'replace /spec/template':
          template = templateOf(value as Json);
          break;
        case 'add /metadata/annotations':
        case 'replace /metadata/annotations':
          annotations = value as Record<string, string>;
          break;
        default:
          return invalid(`the fake knows no ${op} of ${path}`);
      }
    }
    if (annotations !== undefined) {
      const { [REVISION]: _revision, ...others } = annotations;
      deployment.annotations = others;
      deployment.resourceVersion += 1;
    }
    if (template !== undefined) {
      const what = differenceOf(deployment.template, template);
      apply(deployment, template);
      this.effects.push(`${deployment.namespace}/${deployment.name} -> ${what}`);
    }
    return { status: 200, body: deploymentJson(deployment) };
  }
}

/** What the Deployment controller does with a new template: a known one gets its ReplicaSet back under the next revision. */
function apply(deployment: FakeDeployment, template: Template): void {
  const next = Math.max(...deployment.replicaSets.map((set) => set.revision)) + 1;
  const others = deployment.replicaSets.filter((set) => !isSame(set, template));
  deployment.replicaSets = [...others, { revision: next, ...template }];
  deployment.template = template;
  deployment.resourceVersion += 1;
  deployment.generation += 1;
  deployment.rollout = 'progressing';
}

function isSame(a: Template, b: Template): boolean {
  const partsOf = ({ image, resources, annotations }: Template): string =>
    JSON.stringify([image, resources, annotations]);
  return partsOf(a) === partsOf(b);
}

/** The first thing that is new, as text. */
function differenceOf(before: Template, { image, resources, annotations }: Template): string {
  if (image !== before.image) return image;
  const isNew = JSON.stringify(resources) !== JSON.stringify(before.resources);
  return JSON.stringify(isNew ? resources : annotations);
}

function templateJson(name: string, { image, resources, annotations }: Template, hash?: string): Json {
  return {
    metadata: { labels: { app: name, ...(hash !== undefined && { 'pod-template-hash': hash }) }, annotations },
    spec: { containers: [{ name: 'app', image, resources }] },
  };
}

function templateOf(json: Json): Template {
  const { metadata, spec } = json as {
    metadata?: { annotations?: Json };
    spec: { containers: { image: string; resources?: Json }[] };
  };
  const [container] = spec.containers;
  return {
    image: container?.image ?? '',
    resources: container?.resources ?? {},
    annotations: metadata?.annotations ?? {},
  };
}

function deploymentJson(it: FakeDeployment): Json {
  const revision = it.replicaSets.find((set) => isSame(set, it.template))?.revision ?? 1;
  const progressing =
    it.rollout === 'failed'
      ? { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
      : {
          type: 'Progressing',
          status: 'True',
          reason: it.rollout === 'complete' ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
        };
  const ready = it.rollout === 'complete' ? 2 : 0;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: it.name,
      namespace: it.namespace,
      uid: `uid-${it.name}`,
      resourceVersion: String(it.resourceVersion),
      generation: it.generation,
      labels: it.labels,
      annotations: { ...it.annotations, [REVISION]: String(revision) },
    },
    spec: {
      replicas: 2,
      paused: it.paused,
      selector: { matchLabels: { app: it.name } },
      template: templateJson(it.name, it.template),
    },
    status: {
      observedGeneration: it.generation,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: ready,
      conditions: [progressing],
    },
  };
}

function replicaSetsJson(it: FakeDeployment): Json[] {
  return it.replicaSets.map((set) => {
    const { revision, replicas, ready } = set;
    const isCurrent = isSame(set, it.template);
    return {
      metadata: {
        name: `${it.name}-${revision}`,
        namespace: it.namespace,
        labels: { app: it.name },
        annotations: { [REVISION]: String(revision) },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: it.name, uid: `uid-${it.name}`, controller: true },
        ],
      },
      spec: { selector: { matchLabels: { app: it.name } }, template: templateJson(it.name, set, `h${revision}`) },
      status: {
        replicas: replicas ?? (isCurrent ? 2 : 0),
        readyReplicas: ready ?? (isCurrent && it.rollout === 'complete' ? 2 : 0),
      },
    };
  });
}

function invalid(reason: string): Answer {
  return failure(422, `the server rejected our request due to an error in our request: ${reason}`);
}

function failure(code: number, message: string): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code } };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
