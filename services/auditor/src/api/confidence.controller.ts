import { Controller, Get, Inject } from '@nestjs/common';
import { listConfidence, Store } from '@prunella/store';
import { posteriorMean, samplesOf } from '../learn/posterior.ts';
import type { ConfidenceList } from './answers.ts';
import { Answers } from './openapi.ts';

@Controller('v1/confidence')
export class ConfidenceController {
  constructor(@Inject(Store) private readonly store: Store) {}

  @Get()
  @Answers('ConfidenceList', 'What was learnt of each rule and action.')
  async list(): Promise<ConfidenceList> {
    const rows = await this.store.read(listConfidence);
    return {
      items: rows.map((row) => ({
        decidedBy: row.decidedBy,
        action: row.action,
        prior: row.prior,
        mean: posteriorMean(row),
        healed: row.healed,
        ineffective: row.ineffective,
        harmful: row.harmful,
        samples: samplesOf(row),
        updatedAt: row.updatedAt.toISOString(),
      })),
    };
  }
}
