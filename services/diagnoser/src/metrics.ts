import { Injectable } from '@nestjs/common';
import type { DiagnosisMade } from '@prunella/contracts';
import { Metrics } from '@prunella/service-kit';

/** The diagnoser's own metrics. */
@Injectable()
export class DiagnoserMetrics {
  private readonly diagnoses;
  private readonly gaps;

  constructor(metrics: Metrics) {
    this.diagnoses = metrics.counter(
      'diagnoses_total',
      'Diagnoses by cause and by what decided (rule, model, metrics, default).',
      ['cause', 'decided_by'],
    );
    this.gaps = metrics.counter('diagnoser_gather_gaps_total', 'What could not be read while diagnosing.', [
      'platform',
    ]);
  }

  made({ cause, decidedBy, gaps, run }: DiagnosisMade, isKnown: (platform: string) => boolean): void {
    this.diagnoses.inc({ cause, decided_by: decidedBy.replace(/:.*$/s, '') });
    // Publishers choose the platform's name: only ours are worth a series each.
    this.gaps.inc({ platform: isKnown(run.platform) ? run.platform : 'other' }, gaps.length);
  }
}
