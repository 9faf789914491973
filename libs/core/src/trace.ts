import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header; ids of nothing but zeros are none. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A `traceparent` in its parts. */
export interface TraceContext {
  traceId: string;
  spanId: string;
  /** Whether its spans are recorded. */
  isSampled: boolean;
}

/** undefined: it is none. */
export function traceContextOf(traceparent: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const current = new AsyncLocalStorage<string | undefined>();

/** Runs `work` as part of the trace that `parent` names, or of a new one when it names none. */
export function withTrace<T>(parent: string | undefined, work: () => T): T {
  return current.run(traceContextOf(parent) === undefined ? newTrace() : parent, work);
}

/** Runs `work`, which others began and which serves everybody, as part of no trace. */
export function outsideTraces<T>(work: () => T): T {
  return current.run(undefined, work);
}

/** The `traceparent` of what runs now; undefined: outside of any. */
export function currentTrace(): string | undefined {
  return current.getStore();
}

/** The `traceparent` to send along with what is published or requested now: that of what runs now, or of a new trace. */
export function traceparent(): string {
  return current.getStore() ?? newTrace();
}

/** Id of the trace that runs now, for log lines; undefined outside of any. */
export function traceId(): string | undefined {
  return traceContextOf(current.getStore())?.traceId;
}

/** That it is sampled is up to those who record it. */
function newTrace(): string {
  return `00-${randomHex()}-${randomHex().slice(16)}-01`;
}

/** 32 digits, never all zero in either half. Node keeps random bytes in stock for these, and asks the system each time for any other. */
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
