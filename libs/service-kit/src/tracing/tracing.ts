import { Inject, Injectable } from '@nestjs/common';
import { type Finding, messageOf, note, ok, recordSpans, systemClock } from '@prunella/core';
import { PinoLogger } from 'nestjs-pino';
import { Examiner } from '../doctor/examiner.ts';
import { Metrics } from '../metrics.ts';
import { SERVICE_NAME, VARIABLES } from '../tokens.ts';
import { VERSION } from '../version.ts';
import type { ExportLog } from './bounded-export.ts';
import type { RunningSdk } from './sdk.ts';
import { type TracingSettings, tracingOf } from './settings.ts';

/** The rest of stopping must not wait for a receiver that is away. */
const FLUSH_WITHIN_MS = 3_000;
/** How soon it is said again that spans are lost, while they are. */
const SAY_AGAIN_MS = 30 * 60_000;

/** Records and sends spans where that is wanted, and says what becomes of them. Trouble with it is nobody else's. */
@Injectable()
export class Tracing {
  private sdk: RunningSdk | undefined;
  private unrecord: () => void = () => undefined;
  private saidAt = Number.NEGATIVE_INFINITY;
  private problem: string | undefined;
  private lost = 0;
  private sent = 0;
  private readonly spans;

  constructor(
    @Inject(SERVICE_NAME) private readonly service: string,
    @Inject(VARIABLES) private readonly variables: NodeJS.ProcessEnv,
    metrics: Metrics,
    private readonly examiner: Examiner,
    private readonly logger: PinoLogger,
  ) {
    this.spans = metrics.counter('prunella_spans_total', 'Spans by what became of them: exported, dropped, failed.', [
      'result',
    ]);
  }

  /** Before anything is received. */
  async start(): Promise<void> {
    const { settings, problems } = tracingOf(this.service, this.variables);
    for (const problem of problems) this.logger.warn({ problem }, 'a setting of OpenTelemetry does not fit');
    if (settings === undefined) return;
    const receiver = new URL(settings.url).origin;
    const about = { version: VERSION };
    try {
      const { startSdk } = await import('./sdk.ts');
      this.sdk = startSdk(settings, about, this.logTo(receiver));
    } catch (error) {
      this.logger.warn({ error: messageOf(error) }, 'no spans are recorded: OpenTelemetry does not start');
      return;
    }
    this.unrecord = recordSpans(this.sdk.recorder);
    this.examiner.add({ name: 'traces', examine: async () => [this.finding(settings)] });
  }

  /** Sends what waits. */
  async stop(): Promise<void> {
    this.unrecord();
    await this.sdk?.stop(FLUSH_WITHIN_MS);
  }

  private logTo(receiver: string): ExportLog {
    const { spans } = this;
    return {
      exported: (count) => {
        spans.inc({ result: 'exported' }, count);
        this.sent += count;
        this.problem = undefined;
      },
      dropped: () => {
        spans.inc({ result: 'dropped' });
        this.lose(1, 'more spans than may wait (OTEL_BSP_MAX_QUEUE_SIZE)', receiver);
      },
      failed: (count, error) => {
        spans.inc({ result: 'failed' }, count);
        this.lose(count, error, receiver);
      },
    };
  }

  private lose(count: number, error: string, receiver: string): void {
    this.lost += count;
    this.problem = error;
    const now = systemClock.now();
    if (now - this.saidAt < SAY_AGAIN_MS) return;
    this.saidAt = now;
    this.logger.warn(
      { receiver, error: error.slice(0, 300), lost: this.lost },
      'spans are lost: what takes them does not; traces have gaps, and nothing else is the worse for it',
    );
  }

  private finding({ url }: TracingSettings): Finding {
    const { host } = new URL(url);
    const { problem, sent, lost } = this;
    if (problem === undefined) return ok('traces', `spans go to ${host}: ${sent} were taken, ${lost} lost`);
    return note(
      'traces',
      `spans to ${host} are lost (${lost} so far): ${problem.slice(0, 200)}`,
      'look whether it is up and takes OTLP over HTTP (port 4318 as a rule), or unset OTEL_EXPORTER_OTLP_ENDPOINT',
      'docs/guide/tracing.md',
    );
  }
}
