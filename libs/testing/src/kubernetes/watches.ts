import type { ServerResponse } from 'node:http';
import { type FakeObject, isSelected } from './store.ts';

/** A change as the API server remembers it. */
export interface StoredEvent {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: FakeObject;
  /** Before the change; undefined: it was not there. */
  before: FakeObject | undefined;
}

/** What a client follows. */
export interface Followed {
  kind: string;
  apiVersion: string;
  /** Empty: all. */
  namespace: string;
  selector: string;
  bookmarks: boolean;
}

interface Open extends Followed {
  response: ServerResponse;
}

/** Watches as an API server serves them: one JSON object a line, from a version on that it still remembers. */
export class Watches {
  private readonly history: StoredEvent[] = [];
  private readonly open = new Set<Open>();
  /** Older changes than this are forgotten. */
  private forgotten = 0;

  /** How many are open. */
  get size(): number {
    return this.open.size;
  }

  note(event: StoredEvent): void {
    this.history.push(event);
    for (const one of this.open) tell(one, event);
  }

  /** Whether a list or watch that begins at this version is answered with 410. */
  isForgotten(version: number): boolean {
    return version < this.forgotten;
  }

  begin(followed: Followed, version: number, response: ServerResponse): void {
    const one: Open = { ...followed, response };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.open.add(one);
    response.on('close', () => this.open.delete(one));
    for (const event of this.history) if (event.version > version) tell(one, event);
  }

  /** Forgets everything up to this version: who asks for it is told 410, and so is everybody who follows. */
  forget(version: number): void {
    this.forgotten = version + 1;
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `too old resource version: (${version})`,
      reason: 'Expired',
      code: 410,
    };
    for (const { response } of this.open) response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    this.open.clear();
  }

  /** Forgets what was before this version; who follows already goes on. */
  compact(version: number): void {
    this.forgotten = version;
  }

  bookmark(version: number): void {
    for (const { response, bookmarks, kind, apiVersion } of this.open) {
      const object = { kind, apiVersion, metadata: { resourceVersion: String(version), creationTimestamp: null } };
      if (bookmarks) response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    }
  }

  /** Cuts all connections off, in the middle of a line. */
  drop(): void {
    for (const { response } of this.open) {
      response.write('{"type":"MODI');
      response.destroy();
    }
    this.open.clear();
  }
}

/** An object that comes into the selection is added for who follows it, and one that leaves it is deleted. */
function tell(one: Open, { type, object, before }: StoredEvent): void {
  if (object.kind !== one.kind) return;
  if (one.namespace !== '' && object.metadata.namespace !== one.namespace) return;
  const is = type !== 'DELETED' && isSelected(object.metadata.labels, one.selector);
  const was = before !== undefined && isSelected(before.metadata.labels, one.selector);
  if (!is && !was) return;
  const seen = is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED';
  one.response.write(`${JSON.stringify({ type: seen, object })}\n`);
}
