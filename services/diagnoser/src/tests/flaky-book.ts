import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { FlakinessUpdated } from '@prunella/contracts';
import { stableId } from '@prunella/core';

/** What is known of each test that fails now and then: in KV, for every replica. It is asked rarely, so nothing is held in memory. */
@Injectable()
export class FlakyBook {
  constructor(private readonly bus: Bus) {}

  /** undefined: it is not known to be flaky. */
  async find(testId: string): Promise<FlakinessUpdated | undefined> {
    return (await (await this.bucket()).get(keyOf(testId)))?.value;
  }

  /** Writes an update down unless a newer one stands there; again, or in another order, changes nothing. */
  async record(update: FlakinessUpdated): Promise<void> {
    const bucket = await this.bucket();
    const key = keyOf(update.testId);
    for (;;) {
      const standing = await bucket.get(key);
      if (standing !== undefined && Date.parse(standing.value.updatedAt) >= Date.parse(update.updatedAt)) return;
      const written =
        standing === undefined ? await bucket.create(key, update) : await bucket.update(key, update, standing.revision);
      if (written !== undefined) return;
    }
  }

  private bucket() {
    return this.bus.bucket<FlakinessUpdated>('prunella_flaky');
  }
}

/** Ids come over the bus and may hold what a key may not. */
function keyOf(testId: string): string {
  return stableId('flaky', testId);
}
