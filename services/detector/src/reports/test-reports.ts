import { Injectable } from '@nestjs/common';
import { type CiReader, ProviderError, runOf } from '@prunella/core';
import { mayBeTestReport } from '@prunella/policy';
import { Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../detector-policy.ts';
import { Outbox } from '../intake/outbox.ts';
import { Seen } from '../seen.ts';
import type { Reach, Report } from '../sources/source.ts';
import { type EndedRun, mayHaveReports } from './ended-run.ts';
import { readReport, type TestsReport } from './read-report.ts';
import { SentTests } from './sent-tests.ts';

/** So many different complaints are remembered, so as to be logged once. */
const MOST_SEEN = 2_000;

/** What asking for test reports came to: all were told, or it is worth trying again after so long, in milliseconds. */
export type Told = 'all' | { again: number | undefined };

/** Tells the test reports that runs left behind on their platform. */
@Injectable()
export class TestReports {
  private readonly counted;
  private readonly seen = new Seen(MOST_SEEN);

  constructor(
    private readonly policy: DetectorPolicy,
    private readonly outbox: Outbox,
    private readonly sent: SentTests,
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter(
      'detector_test_reports_total',
      'Files that runs left behind and that may be test reports, by what became of them.',
      ['platform', 'result'],
    );
  }

  /** Publishes all that the run left behind; again changes nothing. Throws UnreachableError, and no ProviderError. */
  async tell(report: Report, reach: Reach, signal: AbortSignal): Promise<Told> {
    if (!mayHaveReports(report, reach) || this.policy.current.tests.artifacts.length === 0) return 'all';
    try {
      await this.read(report, reach.reader(report.data.platform), signal);
      return 'all';
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.retryable) return { again: error.options.retryAfterMs };
      this.complain(report, 'unreadable', error.detail);
      return 'all';
    }
  }

  /** It is not tried again. */
  giveUp(report: Report): void {
    if (report.subject === 'pipeline.finished') this.complain(report, 'given_up', 'the platform was away for too long');
  }

  private async read(ended: EndedRun, reader: CiReader | undefined, signal: AbortSignal): Promise<void> {
    const { startedAt, finishedAt, platform } = ended.data;
    const files = reader?.testReports?.(runOf(ended.data), {
      isReport: (name) => mayBeTestReport(this.policy.current.tests, name),
      ...(startedAt !== undefined && { startedAt }),
      ...(finishedAt !== undefined && { finishedAt }),
      signal,
    });
    for await (const found of files ?? []) {
      // Reading them takes a while, too, and no signal ends that.
      if (signal.aborted) throw new ProviderError(platform, 'unavailable', 'not all could be read in time');
      const read = readReport(ended, found);
      if ('result' in read) this.complain(ended, read.result, read.says);
      else this.counted.inc({ platform, result: await this.publish(read.reports, 'tests' in found) });
    }
  }

  /** @param merged what is merged by its platform is not what its steps have sent: where they have sent anything, theirs holds. */
  private async publish(reports: readonly TestsReport[], merged: boolean): Promise<'told' | 'sent_before'> {
    const sent = await Promise.all(reports.map(({ data }) => (merged ? this.sent.hasAny(data) : this.sent.has(data))));
    if (sent.every(Boolean)) return 'sent_before';
    for (const report of reports) await this.outbox.publish(report);
    return 'told';
  }

  private complain({ data: { platform, repository, runId } }: EndedRun, result: string, says: string): void {
    this.counted.inc({ platform, result });
    // A coverage report beside the tests is nothing to complain of.
    if (result === 'not_junit' || !this.seen.isNew(JSON.stringify([platform, repository, result, says]))) return;
    this.logger.warn(
      { platform, repository, runId, result, says },
      'test reports that a run left behind could not be read',
    );
  }
}
