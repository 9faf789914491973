import { Injectable } from '@nestjs/common';
import type { Run } from '@prunella/contracts';
import { systemClock } from '@prunella/core';
import { Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { AskedPlatform } from './platforms.ts';
import type { RoundLog, Step } from './round.ts';

/** One lost webhook is lost on its way; from so many in a row on none arrives. */
const NONE_ARRIVES = 3;

/** Counts and logs what the backfill does. */
@Injectable()
export class BackfillTelemetry implements RoundLog {
  private readonly runs;
  private readonly polls;
  private readonly lastSuccess;

  constructor(
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    this.runs = metrics.counter(
      'detector_backfill_runs_total',
      'Runs of which no webhook told, found by asking: told now, or unreadable.',
      ['platform', 'result'],
    );
    this.polls = metrics.counter(
      'detector_backfill_polls_total',
      'Questions of the backfill, one for each repository and round, by how they ended.',
      ['platform', 'result'],
    );
    this.lastSuccess = metrics.labelledGauge(
      'detector_backfill_last_success_timestamp_seconds',
      'When a round of the backfill last came to its end, in seconds since the epoch.',
      ['platform'],
    );
  }

  asked(platform: string, step: Step, result: string, error?: string): void {
    this.polls.inc({ platform, result });
    if (result === 'ok') return;
    const place = 'place' in step ? step.place : 'runs that are waited for';
    this.logger.warn({ platform, place, result, error }, 'a platform could not be asked what ended');
  }

  ended(platform: string, tookMs: number): void {
    this.lastSuccess.set({ platform }, systemClock.now() / 1_000);
    this.logger.debug({ platform, tookMs }, 'a platform was asked what ended');
  }

  found({ id: platform }: AskedPlatform, place: string, count: number, missed: number): void {
    this.runs.inc({ platform, result: 'told' }, count);
    const about = { platform, place, runs: count, inARow: missed };
    if (missed < NONE_ARRIVES) {
      this.logger.warn(about, 'runs ended and no webhook told of them');
      return;
    }
    const hint = `look at the deliveries of the webhook at ${platform}, and at detector_webhooks_total{source="${platform}"}`;
    this.logger.error({ ...about, hint }, 'webhooks do not reach Prunella: runs are only found by asking');
  }

  unreadable({ id: platform }: AskedPlatform, place: string, run: { runId: string }, error: string): void {
    this.runs.inc({ platform, result: 'unreadable' });
    this.logger.warn({ platform, place, run: run.runId, error }, 'a run that was found can not be read');
  }

  cut({ id: platform }: AskedPlatform, place: string): void {
    this.logger.warn({ platform, place }, 'more runs ended than the platform gives out: the oldest are not looked at');
  }

  unknown({ platform, repository, runId }: Run, error: string): void {
    this.logger.warn({ platform, repository, run: runId, error }, 'a run that is waited for can not be asked for');
  }
}
