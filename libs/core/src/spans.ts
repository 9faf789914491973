import { codeOf, ProviderError } from './errors.ts';
import { currentTrace, outsideTraces, withTrace } from './trace.ts';

/**
 * Spans, without knowing who records them: nobody, unless `recordSpans` was called. Then only the context of the trace is passed on, as it came.
 */

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** By the names of OpenTelemetry's semantic conventions, or `prunella.*`. Never text that others wrote. undefined: left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** Default: `internal`. */
  kind?: SpanKind;
  attributes?: Attributes;
  /** `traceparent` of what it has to do with in other traces. */
  links?: readonly (string | undefined)[];
  /** Milliseconds since the epoch. Default: now. */
  startedAt?: number;
}

/** Something that is being done. */
export interface Span {
  /** False: what is set is lost, so it need not be found out. */
  readonly isRecorded: boolean;
  /** For those who continue it; undefined: nobody records spans. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** It ended badly. Of the error only its type is told. */
  fail(error: unknown): void;
  end(): void;
}

/** Whoever makes and exports spans. Its methods never throw. */
export interface SpanRecorder {
  /** @param parent `traceparent`; undefined: it begins a trace. */
  start(name: string, parent: string | undefined, options: SpanOptions): Span;
}

const NOT_RECORDED: Span = { isRecorded: false, traceparent: undefined, set() {}, fail() {}, end() {} };

let recorder: SpanRecorder | undefined;

/** From now on spans are recorded, in all of this process, until the function that it returns is called. */
export function recordSpans(by: SpanRecorder): () => void {
  recorder = by;
  return () => {
    if (recorder === by) recorder = undefined;
  };
}

/** Does a part of what runs now. What serves no trace gets no span, unless it is sent (`producer`): that begins one. */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => T): T {
  const parent = currentTrace();
  if (recorder === undefined || (parent === undefined && options.kind !== 'producer')) return work(NOT_RECORDED);
  return during(recorder.start(name, parent, options), work);
}

/** Does what somebody else asked for, maybe long ago and in another process: as part of the trace of `parent`, or of a new one. */
export function continueTrace<T>(
  parent: string | undefined,
  name: string,
  options: SpanOptions,
  work: (span: Span) => T,
): T {
  if (recorder === undefined) return withTrace(parent, () => work(NOT_RECORDED));
  return during(recorder.start(name, parent, options), work);
}

/** A span of what is over already, e.g. a wait: from `options.startedAt` until now, as part of the trace of `parent`. */
export function tellSpan(
  parent: string | undefined,
  name: string,
  options: SpanOptions,
  attributes: () => Attributes,
  failure?: unknown,
): void {
  if (recorder === undefined) return;
  const span = recorder.start(name, parent, options);
  if (span.isRecorded) span.set(attributes());
  if (failure !== undefined) span.fail(failure);
  span.end();
}

/** Whether anybody records spans. */
export function isTraced(): boolean {
  return recorder !== undefined;
}

function during<T>(span: Span, work: (span: Span) => T): T {
  let result: T;
  try {
    const run = () => work(span);
    result = span.traceparent === undefined ? outsideTraces(run) : withTrace(span.traceparent, run);
  } catch (error) {
    throw failed(span, error);
  }
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  return result.then(
    (value: unknown) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      throw failed(span, error);
    },
  ) as T;
}

function failed(span: Span, error: unknown): unknown {
  span.fail(error);
  span.end();
  return error;
}

/** `error.type`: one of few, and never what somebody wrote. */
export function errorTypeOf(error: unknown): string {
  if (error instanceof ProviderError) return error.problem;
  return codeOf(error) ?? (error instanceof Error ? error.name : '_OTHER');
}
