import { problemOf, RESOURCES, type Resource } from './contract.ts';
import { type Json, jsonPatched, mergePatched, type Operation, PatchError } from './json-patch.ts';

export interface FakeObject extends Json {
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp?: string;
    generation: number;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    ownerReferences?: { uid: string }[];
  };
  spec: Json;
  status: Json;
}

/** What may be said of a new object beside its spec and status. */
export interface NewParts {
  labels?: Json;
  annotations?: Json;
  owner?: FakeObject;
  /** Default: its owner's, or `default`. */
  namespace?: string;
  /** Default: as before, or now. */
  createdAt?: string;
}

export type Patch = { type: 'json'; operations: Operation[] } | { type: 'merge'; body: Json };

/** What an API server says no with. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Objects, and the rules by which an API server changes them. */
export class Store {
  private readonly objects = new Map<string, FakeObject>();
  private readonly seen = new Map<string, FakeObject>();
  private version = 0;

  /** @param changed told of every change; what it is given never changes. */
  constructor(
    private readonly changed: (change: {
      version: number;
      type: 'ADDED' | 'MODIFIED' | 'DELETED';
      object: FakeObject;
      before: FakeObject | undefined;
    }) => void = () => undefined,
  ) {}

  /** Of the last change. */
  get resourceVersion(): number {
    return this.version;
  }

  /** Puts an object there, as its controller or a test would. Without a namespace where the kind has none. */
  put(kind: string, name: string, parts: NewParts & Json): FakeObject {
    const resource = resourceOf(kind);
    const { labels = {}, annotations = {}, owner, namespace, createdAt, ...rest } = parts;
    this.version += 1;
    const before = this.find(kind, name);
    const object = {
      apiVersion: resource.apiVersion,
      kind,
      ...rest,
      metadata: {
        name,
        ...(resource.namespaced && { namespace: namespace ?? owner?.metadata.namespace ?? 'default' }),
        uid: before?.metadata.uid ?? `uid-${kind}-${name}`,
        creationTimestamp: createdAt ?? before?.metadata.creationTimestamp ?? seconds(new Date()),
        resourceVersion: String(this.version),
        generation: before?.metadata.generation ?? 1,
        labels,
        annotations,
        ...(owner && {
          ownerReferences: [
            {
              apiVersion: owner['apiVersion'],
              kind: owner.kind,
              name: owner.metadata.name,
              uid: owner.metadata.uid,
              controller: true,
            },
          ],
        }),
      },
    } as unknown as FakeObject;
    this.keep(resource, object);
    return object;
  }

  find(kind: string, name: string): FakeObject | undefined {
    return this.objects.get(`${kind}/${name}`);
  }

  remove(kind: string, name: string): void {
    const object = this.find(kind, name);
    if (object === undefined) return;
    this.version += 1;
    this.objects.delete(`${kind}/${name}`);
    const last = structuredClone({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.version) },
    }) as FakeObject;
    const before = this.seen.get(`${kind}/${name}`);
    this.seen.delete(`${kind}/${name}`);
    this.changed({ version: this.version, type: 'DELETED', object: last, before });
  }

  all(kind: string): FakeObject[] {
    return [...this.objects.values()].filter((one) => one.kind === kind);
  }

  /** Also what is owned by something that it owns: the pods of the ReplicaSets of a Deployment. */
  ownedBy(kind: string, owner: FakeObject): FakeObject[] {
    const isOwnedBy = (uids: ReadonlySet<string>) => (object: FakeObject) =>
      object.metadata.ownerReferences?.some(({ uid }) => uids.has(uid)) === true;
    const direct = [...this.objects.values()].filter(isOwnedBy(new Set([owner.metadata.uid])));
    const uids = new Set([owner, ...direct].map(({ metadata }) => metadata.uid));
    return this.all(kind).filter(isOwnedBy(uids));
  }

  /** Writes what a controller changed in place. */
  touch(object: FakeObject): void {
    this.version += 1;
    object.metadata.resourceVersion = String(this.version);
    this.keep(resourceOf(object.kind), object);
  }

  /**
   * What a client's patch makes of an object. @param subresource only this is changed; empty: everything but the status, changes of which are
   * dropped without a word. Throws Refusal.
   */
  patch(object: FakeObject, patch: Patch, subresource: '' | 'status'): FakeObject {
    const patched = patchedBy(object, patch);
    if (patched.metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw new Refusal(
        409,
        `Operation cannot be fulfilled on ${object.kind} "${object.metadata.name}": the object has been modified; please apply your changes to the latest version and try again`,
      );
    }
    const next: FakeObject =
      subresource === 'status' ? { ...object, status: patched.status } : { ...patched, status: object.status };
    const resource = resourceOf(object.kind);
    const problem = problemOf(resource, next) ?? immutable(object, next);
    if (problem !== undefined)
      throw new Refusal(422, `${object.kind} "${object.metadata.name}" is invalid: ${problem}`);
    const isNew = JSON.stringify(next.spec) !== JSON.stringify(object.spec);
    next.metadata = { ...next.metadata, generation: object.metadata.generation + (isNew ? 1 : 0) };
    this.touch(next);
    return next;
  }

  private keep(resource: Resource, object: FakeObject): void {
    const problem = problemOf(resource, object);
    if (problem !== undefined) throw new Error(`the fake made a ${object.kind} that is none: ${problem}`);
    const key = `${object.kind}/${object.metadata.name}`;
    this.objects.set(key, object);
    const before = this.seen.get(key);
    const now = structuredClone(object);
    this.seen.set(key, now);
    this.changed({ version: this.version, type: before === undefined ? 'ADDED' : 'MODIFIED', object: now, before });
  }
}

function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function patchedBy(object: FakeObject, patch: Patch): FakeObject {
  try {
    return (
      patch.type === 'json' ? jsonPatched(object, patch.operations) : mergePatched(object, patch.body)
    ) as FakeObject;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new Refusal(422, `the server rejected our request due to an error in our request: ${error.message}`);
  }
}

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function immutable(before: FakeObject, { spec }: FakeObject): string | undefined {
  const fixed =
    before.kind === 'StatefulSet' ? Object.keys(spec).filter((key) => !MUTABLE.includes(key)) : ['selector'];
  const changed = fixed.find((key) => JSON.stringify(before.spec[key]) !== JSON.stringify(spec[key]));
  return changed === undefined ? undefined : `spec.${changed}: Forbidden: field is immutable`;
}

export function resourceOf(kind: string): Resource {
  const resource = RESOURCES.find((one) => one.kind === kind);
  if (resource === undefined) throw new Error(`the fake knows no ${kind}`);
  return resource;
}

/** Whether labels fit a selector as a query gives it: `a=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. */
export function isSelected(labels: Record<string, string>, selector: string): boolean {
  return selector
    .split(/,(?![^(]*\))/)
    .filter((part) => part !== '')
    .every((part) => {
      const [, key = '', operator = '', values = ''] =
        /^(!?[\w./-]+)(?:\s*(==?|!=| in | notin )\s*\(?([^)]*)\)?)?$/.exec(part) ?? [];
      const is = (labels[key] ?? '') as string;
      const wanted = values.split(',');
      switch (operator.trim()) {
        case '=':
        case '==':
        case 'in':
          return key in labels && wanted.includes(is);
        case '!=':
        case 'notin':
          return !wanted.includes(is);
        default:
          return key.startsWith('!') ? !(key.slice(1) in labels) : key in labels;
      }
    });
}
