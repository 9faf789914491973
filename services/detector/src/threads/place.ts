import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { PipelineFinished } from '@prunella/contracts';
import { systemClock } from '@prunella/core';
import { watchFor, workloadOf } from '@prunella/policy';
import { type Kept, Threads } from '@prunella/threads';
import { DetectorPolicy } from '../detector-policy.ts';
import { whileSenderWaits } from '../intake/while-sender-waits.ts';
import type { Report } from '../sources/source.ts';

/** Puts reports into the incidents that they belong to. */
@Injectable()
export class Places {
  private readonly threads: Threads;

  constructor(
    private readonly bus: Bus,
    private readonly policy: DetectorPolicy,
  ) {
    this.threads = new Threads({
      bucket: () => bus.bucket<Kept>('prunella_threads'),
      joinWithin: () => policy.current.incidents.joinWithin,
      clock: systemClock,
    });
  }

  /** What went well leads to what is told of it later. What came by a webhook was placed already. Throws UnreachableError. */
  async finished(finished: PipelineFinished): Promise<void> {
    if (!finished.placed) await this.ended(finished);
  }

  /** Throws UnreachableError. */
  async place(report: Report, withinMs?: number): Promise<Report> {
    switch (report.subject) {
      case 'pipeline.failed': {
        const failure = await whileSenderWaits(this.bus, () => this.threads.join(report.data), withinMs);
        return { ...report, data: { ...failure, placed: true } };
      }
      case 'pipeline.finished':
        // What failed is placed where it is judged.
        if (report.data.conclusion !== 'success' || report.data.kind !== 'deployment') return report;
        return { ...report, data: { ...(await this.ended(report.data, withinMs)), placed: true } };
      default:
        return report;
    }
  }

  private async ended(finished: PipelineFinished, withinMs?: number): Promise<PipelineFinished> {
    const watch = watchFor(this.policy.current.watches, finished);
    const workload = watch && workloadOf(watch, finished);
    return await whileSenderWaits(this.bus, () => this.threads.finished(finished, workload), withinMs);
  }
}
