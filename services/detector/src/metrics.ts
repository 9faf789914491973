import { Injectable } from '@nestjs/common';
import type { PipelineFinished } from '@prunella/contracts';
import { Metrics } from '@prunella/service-kit';
import { LabelCap } from './label-cap.ts';

/** A Prometheus server copes with some hundreds of series for each metric; the rest is counted together. */
const MOST_REPOSITORIES = 500;

/** The detector's own metrics. */
@Injectable()
export class DetectorMetrics {
  readonly webhooks;
  private readonly builds;
  private readonly successes;
  private readonly failures;
  private readonly duration;
  private readonly repositories = new LabelCap(MOST_REPOSITORIES);

  constructor(metrics: Metrics) {
    this.webhooks = metrics.counter('detector_webhooks_total', 'Webhook deliveries by what became of them.', [
      'source',
      'event',
      'result',
    ]);
    const labels = ['platform', 'repository'] as const;
    this.builds = metrics.counter('cicd_build_total', 'Builds that ended.', labels);
    this.successes = metrics.counter('cicd_build_success_total', 'Builds that succeeded.', labels);
    this.failures = metrics.counter('cicd_build_failures_total', 'Builds that failed or timed out.', labels);
    this.duration = metrics.labelledGauge('cicd_build_duration_seconds', 'How long the newest build took.', labels);
  }

  /** Counts a build that ended. Only whole runs are builds; jobs, checks and deployments are not. */
  ended(finished: PipelineFinished): void {
    if (finished.kind !== 'run') return;
    const { platform, repository } = this.repositories.labels({
      platform: finished.platform,
      repository: finished.repository,
    });
    const labels = { platform, repository };
    this.builds.inc(labels);
    if (finished.conclusion === 'success') this.successes.inc(labels);
    if (
      finished.conclusion === 'failure' ||
      finished.conclusion === 'timed_out' ||
      finished.conclusion === 'startup_failure'
    ) {
      this.failures.inc(labels);
    }
    const seconds = secondsOf(finished);
    if (seconds !== undefined) this.duration.set(labels, seconds);
  }
}

/** undefined: not known, or the clocks of the reporter disagree. */
function secondsOf({ startedAt, finishedAt }: PipelineFinished): number | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return seconds >= 0 ? seconds : undefined;
}
