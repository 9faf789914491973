import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SelfSubjectAccessReview } from 'kubernetes-models/authorization.k8s.io/v1/SelfSubjectAccessReview';
import { type Answer, close, listen, send, textOf, urlOf } from '../github/http.ts';
import { type Target, targetOf } from './contract.ts';
import type { Controller, Ending, NewWorkload, PodCount } from './controller.ts';
import { addDaemonSet, daemonSet } from './daemon-set.ts';
import { addDeployment, deployment } from './deployment.ts';
import type { Json, Operation } from './json-patch.ts';
import { beginWatch, listOf } from './lists.ts';
import { abortRollout, addRollout, type NewRollout, rollout } from './rollout.ts';
import { addStatefulSet, statefulSet } from './stateful-set.ts';
import { type FakeObject, type Patch, Refusal, Store } from './store.ts';
import { Watches } from './watches.ts';

interface Fault {
  on: RegExp;
  status: number | 'hang';
  headers: Record<string, string>;
  afterEffect: boolean;
  always: boolean;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const CONTROLLERS: readonly Controller[] = [deployment, statefulSet, daemonSet, rollout];
const PARAMETERS = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'fieldManager', 'fieldValidation', 'dryRun'];

/**
 * The parts of an API server and its controllers that rollbacks, restarts and raises of resources and deadlines use. Written from the Kubernetes API
 * conventions; what is changed is checked against Kubernetes' published OpenAPI, and Argo's published custom resource.
 */
export class FakeKubernetes {
  /** All patches that took effect, e.g. `namespace/name -> image`. */
  readonly effects: string[] = [];
  /** Requests that do not fit the API. */
  readonly violations: string[] = [];
  private readonly watches = new Watches();
  private readonly store = new Store((change) => this.watches.note(change));
  private token = 'test';
  private readonly missing = new Set<string>();
  private readonly faults: Fault[] = [];
  private readonly denied: RegExp[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      this.handle(request, response).catch((error: unknown) => {
        this.violations.push(String(error));
        send(response, failure(500, String(error)));
      });
    });
    this.addNode('node-1', { cpu: '64', memory: '256Gi' });
  }

  static async start(): Promise<FakeKubernetes> {
    const server = createServer();
    const fake = new FakeKubernetes(server);
    await listen(server);
    return fake;
  }

  get url(): string {
    return urlOf(this.server);
  }

  /** A kubeconfig for it. */
  get kubeconfig(): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fake', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'fake', user: { token: this.token } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      'current-context': 'fake',
    });
  }

  async stop(): Promise<void> {
    await close(this.server);
  }

  /** A Deployment that was rolled out with one image after another; the last one is current, and hangs. So are the next ones. */
  addDeployment(name: string, images: string[], { paused, ...changes }: NewWorkload & { paused?: boolean } = {}): void {
    addDeployment(this.store, name, images, { ...changes, spec: { ...changes.spec, ...(paused && { paused }) } });
  }

  addStatefulSet(name: string, images: string[], changes?: NewWorkload): void {
    addStatefulSet(this.store, name, images, changes);
  }

  addDaemonSet(name: string, images: string[], changes?: NewWorkload): void {
    addDaemonSet(this.store, name, images, changes);
  }

  /** A Rollout that is Healthy, or brings in the last image. */
  addRollout(name: string, images: string[], changes?: NewRollout): void {
    addRollout(this.store, name, images, changes);
  }

  /** There is one already, which is large. @param allocatable what it can give to pods. */
  addNode(name: string, allocatable: { cpu: string; memory: string }, unschedulable = false): void {
    this.store.put('Node', name, { spec: { unschedulable }, status: { allocatable } });
  }

  removeNode(name: string): void {
    this.store.remove('Node', name);
  }

  /** Rolls out an image, as a person would. */
  rollOut(name: string, image: string): void {
    const { object, controller } = this.workload(name);
    const template = structuredClone(object.spec['template']) as { spec: { containers: { image: string }[] } };
    for (const container of template.spec.containers) container.image = image;
    object.spec['template'] = template;
    object.metadata.generation += 1;
    controller.reconcile(this.store, object);
  }

  /** Ends the rollout that is going on. */
  settle(name: string, how: Ending): void {
    const { object, controller } = this.workload(name);
    controller.settle(this.store, object, how);
  }

  /** The controller of a Rollout breaks its update off by itself. @param why the rest of its message. @param at default: now. */
  abort(name: string, why: string, at?: string): void {
    abortRollout(this.store, this.workload(name).object, why, at);
  }

  /** The image of the template that a workload has. */
  image(name: string): string | undefined {
    const { object } = this.workload(name);
    return imageIn(object.spec['template'] as Json);
  }

  spec(name: string): Json {
    return this.workload(name).object.spec;
  }

  annotations(name: string): Record<string, string> {
    return this.workload(name).object.metadata.annotations;
  }

  status(name: string): Json {
    return this.workload(name).object.status;
  }

  /** How many pods of a revision there are, and how many of them are ready. */
  scale(name: string, revision: number, pods: PodCount): void {
    const { object, controller } = this.workload(name);
    controller.scale(this.store, object, revision, pods);
  }

  /** A container of every pod of a workload was killed for want of memory, and runs again. */
  killForMemory(name: string): void {
    for (const pod of this.store.ownedBy('Pod', this.workload(name).object)) {
      const [status] = pod.status['containerStatuses'] as Json[];
      if (status !== undefined) status['lastState'] = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
      this.store.touch(pod);
    }
  }

  /** A container of every pod of a workload waits, and why, e.g. `CrashLoopBackOff`. */
  holdUp(name: string, reason: string): void {
    for (const pod of this.store.ownedBy('Pod', this.workload(name).object)) {
      const [status] = pod.status['containerStatuses'] as Json[];
      if (status !== undefined) status['state'] = { waiting: { reason } };
    }
  }

  /** Its controller lags behind: the newest change is not observed. */
  lag(name: string): void {
    this.workload(name).object.metadata.generation += 1;
  }

  /** The next matching `METHOD path` is answered with this status or not at all, before or after it took effect. */
  fault(on: RegExp, status: number | 'hang', afterEffect = false, headers: Record<string, string> = {}): void {
    this.faults.push({ on, status, headers, afterEffect, always: false });
  }

  /** From now on every matching `METHOD path` is forbidden, as without the right for it. */
  forbid(on: RegExp): void {
    this.faults.push({ on, status: 403, headers: {}, afterEffect: false, always: true });
  }

  /** From now on the account lacks these rights, as `patch apps/deployments shop` or, in all namespaces, `list nodes`: it is told so when it asks. */
  deny(on: RegExp): void {
    this.denied.push(on);
  }

  /** How many watches are open. */
  get openWatches(): number {
    return this.watches.size;
  }

  /** Forgets what happened so far, as an API server does some minutes later: watches end with 410, and lists that were begun. */
  forget(): void {
    this.watches.forget(this.store.resourceVersion);
  }

  /** Forgets all versions before the newest one; who follows is not told. */
  compact(): void {
    this.watches.compact(this.store.resourceVersion);
  }

  /** Tells who follows at which version they are. */
  bookmark(): void {
    this.watches.bookmark(this.store.resourceVersion);
  }

  /** Cuts off everybody who follows. */
  dropWatches(): void {
    this.watches.drop();
  }

  /** From now on the token in `kubeconfig` is another one, and the old one is refused. */
  rotateToken(): void {
    this.token = `${this.token}+`;
    this.watches.drop();
  }

  /** There is no such type in this cluster, e.g. `Rollout` without Argo Rollouts, or there is one by now. */
  without(kind: string, isMissing = true): void {
    if (isMissing) this.missing.add(kind);
    else this.missing.delete(kind);
  }

  /** Puts an object there, as its controller would. `status` and `spec` are checked against Kubernetes' OpenAPI. */
  put(
    kind: string,
    name: string,
    parts: Parameters<Store['put']>[2] & { ownedBy?: { kind: string; name: string } },
  ): void {
    const { ownedBy, ...rest } = parts;
    const owner = ownedBy && this.store.find(ownedBy.kind, ownedBy.name);
    if (ownedBy !== undefined && owner === undefined) throw new Error(`there is no ${ownedBy.kind} ${ownedBy.name}`);
    this.store.put(kind, name, { ...rest, ...(owner && { owner }) });
  }

  remove(kind: string, name: string): void {
    this.store.remove(kind, name);
  }

  /** Objects of a kind, by what they are owned; not to be changed. */
  objects(kind: string, owner?: { kind: string; name: string }): readonly FakeObject[] {
    const of = owner && this.store.find(owner.kind, owner.name);
    return of === undefined ? this.store.all(kind) : this.store.ownedBy(kind, of);
  }

  /** Changes the status of an object, as its controller would. */
  setStatus(kind: string, name: string, status: Json): void {
    const object = this.store.find(kind, name);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    object.status = { ...object.status, ...status };
    this.store.touch(object);
  }

  private workload(name: string): { object: FakeObject; controller: Controller } {
    for (const controller of CONTROLLERS) {
      const object = this.store.find(controller.kind, name);
      if (object !== undefined) return { object, controller };
    }
    throw new Error(`there is no workload ${name}`);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const { pathname: path, searchParams } = new URL(request.url ?? '/', this.url);
    const method = request.method ?? 'GET';
    const { authorization, 'content-type': type = '' } = request.headers;
    if (authorization !== `Bearer ${this.token}`) return send(response, failure(401, 'Unauthorized'));
    const isWatch = method === 'GET' && searchParams.get('watch') === 'true';
    const fault = this.faultOn(`${isWatch ? 'WATCH' : method} ${path}`);
    if (isWatch && fault === undefined) {
      const refused = beginWatch(this.watches, path, searchParams, response, (kind) => !this.missing.has(kind));
      if (refused?.isViolation) this.violations.push(refused.message);
      if (refused !== undefined) send(response, failure(refused.status, refused.message));
      return;
    }
    const takesEffect = fault === undefined || fault.afterEffect;
    const answer = takesEffect ? this.answer(method, path, searchParams, type, body) : undefined;
    if (fault?.status === 'hang') return;
    if (fault !== undefined) send(response, { ...failure(fault.status, 'as told'), headers: fault.headers });
    else if (answer !== undefined) send(response, answer);
  }

  private faultOn(call: string): Fault | undefined {
    const index = this.faults.findIndex(({ on }) => on.test(call));
    const fault = this.faults[index];
    if (fault?.always === false) this.faults.splice(index, 1);
    return fault;
  }

  private answer(method: string, path: string, query: URLSearchParams, type: string, body: string): Answer {
    if (path === REVIEWS) return method === 'POST' ? this.review(body) : this.violation(405, `${method} ${path}`);
    const target = targetOf(path);
    const unknown = [...query.keys()].filter((name) => !PARAMETERS.includes(name));
    if (target === undefined || unknown.length > 0) {
      return this.violation(404, `${method} ${path}?${query}: there is no such thing`);
    }
    const { resource, name, namespace } = target;
    if (this.missing.has(resource.kind)) return failure(404, 'the server could not find the requested resource');
    if (name === '') {
      if (method !== 'GET') return this.violation(405, `${method} of all ${resource.plural}`);
      const gone = 'The provided continue parameter is too old to display a consistent list result.';
      return listOf(this.store, this.watches, target, query) ?? failure(410, gone);
    }
    const object = this.store.find(resource.kind, name);
    if (object === undefined || (resource.namespaced && object.metadata.namespace !== namespace)) {
      return failure(404, `${resource.plural} "${name}" not found`);
    }
    if (method === 'GET') return { status: 200, body: object };
    if (method !== 'PATCH') return this.violation(405, `${method} of a ${resource.kind}`);
    if (!resource.patches.includes(type)) {
      return this.violation(
        415,
        `the body of the request was in an unknown format - accepted: ${resource.patches}; ${type}`,
      );
    }
    return this.patch(object, patchOf(type, body), target);
  }

  private patch(object: FakeObject, patch: Patch | undefined, { subresource }: Target): Answer {
    if (patch === undefined) return this.violation(400, `a patch of a ${object.kind} that can't be read`);
    try {
      const changed = this.store.patch(object, patch, subresource);
      const what = differenceOf(object, changed);
      if (what !== undefined) this.effects.push(`${changed.metadata.namespace}/${changed.metadata.name} -> ${what}`);
      this.reconcile(changed);
      return { status: 200, body: changed };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 422) this.violations.push(error.message);
      return failure(error.status, error.message);
    }
  }

  /** It and the Rollouts that take their template of it. */
  private reconcile(object: FakeObject): void {
    CONTROLLERS.find(({ kind }) => kind === object.kind)?.reconcile(this.store, object);
    for (const one of this.store.all('Rollout')) {
      const ref = one.spec['workloadRef'] as { name: string } | undefined;
      if (object.kind === 'Deployment' && ref?.name === object.metadata.name) rollout.reconcile(this.store, one);
    }
  }

  /** What the account may do. What is not said to be denied it may. */
  private review(body: string): Answer {
    const review = JSON.parse(body) as ConstructorParameters<typeof SelfSubjectAccessReview>[0];
    new SelfSubjectAccessReview(review).validate();
    const {
      verb = '',
      group = '',
      resource = '',
      subresource,
      namespace = '',
    } = review?.spec?.resourceAttributes ?? {};
    const path = [group, resource, subresource].filter(Boolean).join('/');
    const denied = this.denied.some((on) => on.test(`${verb} ${path} ${namespace}`.trimEnd()));
    return {
      status: 201,
      body: { ...review, status: { allowed: !denied, ...(denied && { reason: 'no RBAC policy matched' }) } },
    };
  }

  private violation(status: number, message: string): Answer {
    this.violations.push(message);
    return failure(status, message);
  }
}

function patchOf(type: string, body: string): Patch | undefined {
  const parsed = JSON.parse(body) as unknown;
  if (type.startsWith('application/json-patch')) {
    return Array.isArray(parsed) ? { type: 'json', operations: parsed as Operation[] } : undefined;
  }
  return Array.isArray(parsed) ? undefined : { type: 'merge', body: parsed as Json };
}

/** The first thing that is new, as text; undefined: nothing that counts. */
function differenceOf(before: FakeObject, after: FakeObject): string | undefined {
  const [was, is] = [before, after].map(({ spec, status }) => {
    const template = (spec['template'] ?? {}) as { metadata?: Json; spec?: { containers: Json[] } };
    const [container] = template.spec?.containers ?? [];
    const { abort } = status;
    const { restartAt, progressDeadlineSeconds } = spec;
    return [
      imageIn(template),
      container?.['resources'],
      template.metadata?.['annotations'],
      { abort },
      { restartAt },
      { progressDeadlineSeconds },
    ];
  }) as [unknown[], unknown[]];
  const found = is.find((part, index) => JSON.stringify(part) !== JSON.stringify(was[index]));
  return found === undefined || typeof found === 'string' ? found : JSON.stringify(found);
}

function imageIn(template: Json): string | undefined {
  return (template as { spec?: { containers: { image: string }[] } }).spec?.containers[0]?.image;
}

function failure(code: number, message: string): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code } };
}
