import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { messageOf } from '@prunella/core';

/** Hears what becomes of spans. */
export interface ExportLog {
  exported(spans: number): void;
  /** There was no room for one: nothing could be sent for too long, or too many came. */
  dropped(): void;
  /** So many were not taken by the receiver, and are lost. */
  failed(spans: number, error: string): void;
}

const SUCCESS = 0;

/**
 * Counts what the SDK's batches and exporters do silently. It lets in as many spans as may wait, those that are being sent included, so that what is
 * behind it never has to drop any.
 */
export class BoundedExport {
  private waiting = 0;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly queue: { size: number },
    private readonly log: ExportLog,
  ) {}

  /** The processor that `make` makes for the exporter that it gets, behind the bound. */
  before(make: (exporter: SpanExporter) => SpanProcessor): SpanProcessor {
    const behind = make(this.counted());
    return {
      onStart: (span, context) => behind.onStart(span, context),
      onEnd: (span) => this.letIn(span, behind),
      forceFlush: () => behind.forceFlush(),
      shutdown: () => behind.shutdown(),
    };
  }

  private letIn(span: ReadableSpan, behind: SpanProcessor): void {
    // What is not sampled does not wait for anything.
    if ((span.spanContext().traceFlags & 1) === 0) return;
    if (this.waiting >= this.queue.size) {
      this.log.dropped();
      return;
    }
    this.waiting += 1;
    behind.onEnd(span);
  }

  private counted(): SpanExporter {
    const { exporter, log } = this;
    return {
      export: (spans, done) => {
        exporter.export(spans, (result) => {
          this.waiting -= spans.length;
          if (result.code === SUCCESS) log.exported(spans.length);
          else log.failed(spans.length, messageOf(result.error ?? 'the receiver did not take them'));
          done(result);
        });
      },
      shutdown: () => exporter.shutdown(),
      ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
    };
  }
}
