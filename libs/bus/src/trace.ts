import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

const current = new AsyncLocalStorage<string>();

/** Runs `work` as part of the trace that `parent` names, or of a new one when it names none. */
export function withTrace<T>(parent: string | undefined, work: () => T): T {
  return current.run(childOf(parent), work);
}

/** The `traceparent` to send along with what is published or requested now. */
export function traceparent(): string {
  return childOf(current.getStore());
}

/** Id of the trace that runs now, for log lines; undefined outside of any. */
export function traceId(): string | undefined {
  return TRACEPARENT.exec(current.getStore() ?? '')?.[1];
}

function childOf(parent: string | undefined): string {
  const match = TRACEPARENT.exec(parent ?? '');
  const trace = match?.[1] ?? randomHex();
  return `00-${trace}-${randomHex().slice(16)}-${match?.[3] ?? '01'}`;
}

/** 32 digits, never all zero in either half. Node keeps random bytes in stock for these, and asks the system each time for any other. */
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
