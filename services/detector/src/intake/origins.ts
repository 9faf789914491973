import { Injectable } from '@nestjs/common';
import { Bus, type Origin } from '@prunella/bus';
import type { Run } from '@prunella/contracts';
import { startedRunKey } from '@prunella/core';
import { whileSenderWaits } from './while-sender-waits.ts';

/** For which incidents the remediator began runs as new ones. */
@Injectable()
export class Origins {
  constructor(private readonly bus: Bus) {}

  /** undefined: nobody here began it. Throws UnreachableError. */
  async of(run: Pick<Run, 'platform' | 'repository' | 'runId'>): Promise<Origin | undefined> {
    if (run.runId === '') return undefined;
    return await whileSenderWaits(this.bus, async () => {
      const bucket = await this.bus.bucket<Origin>('prunella_lineage');
      return (await bucket.get(startedRunKey(run)))?.value;
    });
  }
}
