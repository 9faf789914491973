import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { PipelineFinished } from '@prunella/contracts';
import { watchFor, workloadOf } from '@prunella/policy';
import { DetectorPolicy } from '../detector-policy.ts';
import { inTime } from '../intake/in-time.ts';
import type { Report } from '../sources/source.ts';
import { Threads } from './threads.ts';

/** Puts reports into the incidents that they belong to. */
@Injectable()
export class Places {
  constructor(
    private readonly bus: Bus,
    private readonly threads: Threads,
    private readonly policy: DetectorPolicy,
  ) {}

  /** What went well leads to what is told of it later. Throws UnreachableError. */
  async finished(finished: PipelineFinished): Promise<void> {
    const watch = watchFor(this.policy.current.watches, finished);
    const workload = watch && workloadOf(watch, finished);
    await inTime(this.bus, () => this.threads.finished(finished, workload));
  }

  /** Throws UnreachableError. */
  async place(report: Report, withinMs?: number): Promise<Report> {
    switch (report.subject) {
      case 'pipeline.failed':
        return { ...report, data: await inTime(this.bus, () => this.threads.join(report.data), withinMs) };
      case 'pipeline.finished':
        // What failed is placed where it is judged.
        if (report.data.conclusion !== 'success' || report.data.kind !== 'deployment') return report;
        return { ...report, data: await inTime(this.bus, () => this.threads.finished(report.data), withinMs) };
      default:
        return report;
    }
  }
}
