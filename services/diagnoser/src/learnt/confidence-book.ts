import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { ActionType, ConfidenceUpdated } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import type { Learnt } from '@prunella/diagnosis';
import { isNewer } from './is-newer.ts';

/**
 * What outcomes have taught about each rule and action: kept in KV, so that every replica has it and it outlives us all,
 * and read from memory.
 */
@Injectable()
export class ConfidenceBook {
  private readonly newest = new Map<string, ConfidenceUpdated>();

  constructor(private readonly bus: Bus) {}

  /** What outcomes say about an action on the word of a rule; undefined: nothing yet. */
  find(decidedBy: string, action: ActionType): Learnt | undefined {
    const update = this.newest.get(keyOf(decidedBy, action));
    if (update === undefined) return undefined;
    const { mean, lower, healed, ineffective, harmful, demoted, pinned } = update;
    return {
      mean,
      ...(lower !== undefined && { lower }),
      samples: healed + ineffective + harmful,
      ...(demoted && { demoted }),
      ...(pinned && { pinned }),
    };
  }

  /** Writes an update down unless a newer one stands there; again, or in another order, changes nothing. */
  async record(update: ConfidenceUpdated): Promise<void> {
    const bucket = await this.bucket();
    const key = keyOf(update.decidedBy, update.action);
    for (;;) {
      const standing = await bucket.get(key);
      if (standing !== undefined && !isNewer(update, standing.value)) return;
      const written =
        standing === undefined ? await bucket.create(key, update) : await bucket.update(key, update, standing.revision);
      // Another replica was faster: look again at what it wrote.
      if (written !== undefined) return;
    }
  }

  /** Resolves when everything learnt so far is in memory; changes follow until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const bucket = await this.bucket();
    await bucket.watch(({ key, value }) => {
      if (value === undefined) this.newest.delete(key);
      else this.newest.set(key, value);
    }, signal);
  }

  private bucket() {
    return this.bus.bucket<ConfidenceUpdated>('prunella_confidence');
  }
}

function keyOf(decidedBy: string, action: ActionType): string {
  return stableId('conf', decidedBy, action);
}
