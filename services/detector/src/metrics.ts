import { Injectable } from '@nestjs/common';
import type { Job, PipelineFinished, TestsReported } from '@prunella/contracts';
import { Metrics } from '@prunella/service-kit';
import { endingKey, endingOf, secondsOf } from './cicd.ts';
import { FAILED } from './failure-of.ts';
import { LabelCap } from './label-cap.ts';
import { Seen } from './seen.ts';

/** A Prometheus server copes with some hundreds of series for each metric; the rest is counted together. */
const MOST_PIPELINES = 500;
/** A histogram is a dozen series for each result. */
const MOST_IN_HISTOGRAMS = 100;
/** Endings that are remembered, so as not to be counted again. */
const MOST_SEEN = 20_000;
/** A job has a dozen of them. */
const MOST_STEPS = 200;
/** Seconds; most steps are short. */
const STEP_BUCKETS = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600];
/** Seconds. */
const BUCKETS = [15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];

const BUILD = ['platform', 'repository', 'pipeline'] as const;

/** The detector's own metrics. docs/reference/metrics.md lists them. */
@Injectable()
export class DetectorMetrics {
  readonly webhooks;
  private readonly builds;
  private readonly successes;
  private readonly failures;
  private readonly newest;
  private readonly newestAt;
  private readonly runs;
  private readonly errors;
  private readonly jobs;
  private readonly steps;
  private readonly tests;
  private readonly pipelines = new LabelCap(MOST_PIPELINES);
  private readonly runLabels = new LabelCap(MOST_IN_HISTOGRAMS);
  private readonly jobLabels = new LabelCap(MOST_IN_HISTOGRAMS);
  private readonly stepLabels = new LabelCap(MOST_STEPS);
  private readonly testLabels = new LabelCap(MOST_IN_HISTOGRAMS);
  private readonly reports = new Seen(MOST_SEEN);
  private readonly seen = new Seen(MOST_SEEN);
  /** When the newest build of each pipeline ended, in seconds since the epoch. As many as there are labels. */
  private readonly ends = new Map<string, number>();

  constructor(metrics: Metrics) {
    this.webhooks = metrics.counter('detector_webhooks_total', 'Webhook deliveries by what became of them.', [
      'source',
      'event',
      'result',
    ]);
    this.builds = metrics.counter('cicd_build_total', 'Builds that ended.', BUILD);
    this.successes = metrics.counter('cicd_build_success_total', 'Builds that succeeded.', BUILD);
    this.failures = metrics.counter('cicd_build_failures_total', 'Builds that failed or timed out.', BUILD);
    this.newest = metrics.labelledGauge('cicd_build_duration_seconds', 'How long the newest build took.', BUILD);
    this.newestAt = metrics.labelledGauge(
      'cicd_build_finished_timestamp_seconds',
      'When the newest build ended, in seconds since the epoch.',
      BUILD,
    );
    this.runs = metrics.seconds(
      'cicd_pipeline_run_duration_seconds',
      'Duration of pipeline runs by result: cicd.pipeline.run.duration of OpenTelemetry.',
      ['cicd_pipeline_name', 'vcs_repository_name', 'cicd_pipeline_run_state', 'cicd_pipeline_result', 'error_type'],
      BUCKETS,
    );
    this.errors = metrics.counter(
      'cicd_pipeline_run_errors_total',
      'Pipeline runs that failed, by kind of error: cicd.pipeline.run.errors of OpenTelemetry.',
      ['cicd_pipeline_name', 'vcs_repository_name', 'error_type'],
    );
    this.jobs = metrics.seconds(
      'cicd_job_duration_seconds',
      'Duration of jobs by result.',
      ['repository', 'job', 'result'],
      BUCKETS,
    );
    this.steps = metrics.seconds(
      'cicd_step_duration_seconds',
      'Duration of the steps of jobs by result.',
      ['repository', 'job', 'step', 'result'],
      STEP_BUCKETS,
    );
    this.tests = metrics.seconds(
      'cicd_tests_duration_seconds',
      'Duration of all tests of a report together.',
      ['repository', 'job'],
      STEP_BUCKETS,
    );
  }

  /** Counts what ended, once: whole runs as builds, and jobs by themselves. Checks and deployments are neither. */
  ended(finished: PipelineFinished, event: { id: string; source: string }): void {
    if (finished.kind !== 'run' && finished.kind !== 'job') return;
    if (!this.seen.isNew(endingKey(finished, event))) return;
    if (finished.kind === 'job') {
      this.jobEnded(finished);
      return;
    }
    this.buildEnded(finished);
    this.runEnded(finished);
  }

  /** Counts a test report, once. */
  tested({ reportId, run: { repository }, job, totals }: TestsReported): void {
    if (!this.reports.isNew(reportId)) return;
    this.tests.observe(this.testLabels.labels({ repository, job }), totals.durationMs / 1_000);
  }

  private buildEnded(finished: PipelineFinished): void {
    const { platform, repository, pipelineId, conclusion } = finished;
    const labels = this.pipelines.labels({ platform, repository, pipeline: pipelineId });
    this.builds.inc(labels);
    // Also those that are zero: the rate of a series that begins at 1 does not know of the first.
    this.successes.inc(labels, conclusion === 'success' ? 1 : 0);
    this.failures.inc(labels, FAILED.has(conclusion) ? 1 : 0);
    const end = Date.parse(finished.finishedAt ?? '') / 1_000;
    const seconds = secondsOf(finished);
    const key = JSON.stringify(labels);
    // Events come out of order; "newest" is by the clock of who reported it.
    if (seconds === undefined || end < (this.ends.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    this.ends.set(key, end);
    this.newest.set(labels, seconds);
    this.newestAt.set(labels, end);
  }

  private runEnded(finished: PipelineFinished): void {
    const labels = this.runLabels.labels({
      cicd_pipeline_name: finished.name || finished.pipelineId,
      vcs_repository_name: finished.repository,
    });
    const { result, errorType } = endingOf(finished.conclusion);
    if (errorType !== '') this.errors.inc({ ...labels, error_type: errorType });
    const seconds = secondsOf(finished);
    if (seconds === undefined) return;
    const ending = { cicd_pipeline_run_state: 'executing', cicd_pipeline_result: result, error_type: errorType };
    this.runs.observe({ ...labels, ...ending }, seconds);
  }

  private jobEnded(finished: PipelineFinished): void {
    for (const job of finished.jobs) this.stepsEnded(finished, job);
    const seconds = secondsOf(finished);
    if (seconds === undefined) return;
    const labels = this.jobLabels.labels({
      repository: finished.repository,
      job: finished.name || finished.pipelineId,
    });
    this.jobs.observe({ ...labels, result: endingOf(finished.conclusion).result }, seconds);
  }

  private stepsEnded({ repository }: PipelineFinished, { name: job, steps = [] }: Job): void {
    for (const step of steps) {
      const seconds = secondsOf(step);
      if (seconds === undefined || step.conclusion === 'conclusion_unspecified') continue;
      const labels = this.stepLabels.labels({ repository, job, step: step.name });
      this.steps.observe({ ...labels, result: endingOf(step.conclusion).result }, seconds);
    }
  }
}
