/** The one place that knows OpenTelemetry's SDK. Imported only when spans are wanted: it is 10 MB of memory. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes as Values,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { errorTypeOf, messageOf, type Span, type SpanRecorder, traceContextOf } from '@prunella/core';
import { BoundedExport, type ExportLog } from './bounded-export.ts';
import type { TracingSettings } from './settings.ts';

/** So much of a value is kept, in UTF-16 code units, whoever forgot to bound it. */
const LONGEST_VALUE = 1_024;

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

export interface RunningSdk {
  recorder: SpanRecorder;
  /** Sends what waits. Resolves in any case, at the latest after `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

/** Records spans and sends them. */
export function startSdk(settings: TracingSettings, about: { version: string }, log: ExportLog): RunningSdk {
  const { url, headers, queue, serviceName, resource } = settings;
  const exported = new BoundedExport(
    new OTLPTraceExporter({ url, headers, timeoutMillis: queue.timeoutMs }),
    queue,
    log,
  );
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'prunella',
      'service.version': about.version,
      'service.instance.id': randomUUID(),
      'host.name': hostname(),
      ...resource,
      'service.name': serviceName,
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
    }),
    sampler: samplerOf(settings.sampler),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [
      exported.before(
        (exporter) =>
          new BatchSpanProcessor({
            exporter,
            maxQueueSize: queue.size,
            maxExportBatchSize: queue.batch,
            scheduledDelayMillis: queue.delayMs,
            exportTimeoutMillis: queue.timeoutMs,
          }),
      ),
    ],
  });
  return {
    recorder: recorderOf(provider, about.version),
    async stop(withinMs) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref());
      await Promise.race([provider.shutdown().catch((error: unknown) => log.failed(0, messageOf(error))), late]);
    },
  };
}

function samplerOf({ root, ratio, parentBased }: TracingSettings['sampler']): Sampler {
  const own =
    root === 'always_off'
      ? new AlwaysOffSampler()
      : root === 'always_on'
        ? new AlwaysOnSampler()
        : new TraceIdRatioBasedSampler(ratio);
  return parentBased ? new ParentBasedSampler({ root: own }) : own;
}

function recorderOf(provider: TracerProvider, version: string): SpanRecorder {
  const tracer = provider.getTracer('prunella', version);
  return {
    start(name, parent, { kind = 'internal', attributes = {}, links = [], startedAt }) {
      const above = spanContextOf(parent);
      const span = tracer.startSpan(
        name,
        {
          kind: KINDS[kind],
          attributes: attributes as Values,
          links: links.flatMap(linkTo),
          ...(startedAt !== undefined && Number.isFinite(startedAt) && { startTime: new Date(startedAt) }),
        },
        above === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, above),
      );
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        isRecorded: span.isRecording(),
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        set: (more) => void span.setAttributes(more as Values),
        fail(error) {
          span.setAttribute('error.type', errorTypeOf(error));
          // Without its message: that may hold what others wrote.
          span.setStatus({ code: SpanStatusCode.ERROR });
        },
        end: () => span.end(),
      } satisfies Span;
    },
  };
}

function linkTo(traceparent: string | undefined): Link[] {
  const context = spanContextOf(traceparent);
  return context === undefined ? [] : [{ context }];
}

function spanContextOf(traceparent: string | undefined) {
  const context = traceContextOf(traceparent);
  if (context === undefined) return undefined;
  const { traceId, spanId, isSampled } = context;
  return { traceId, spanId, traceFlags: isSampled ? 1 : 0, isRemote: true };
}
