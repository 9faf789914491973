import type { Cause, OutcomeObserved } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import { afterRerun, isSpaced, type LearntWait, learntWait, noRecovery, type Recovery } from '@prunella/policy';
import { Changes } from './changes.ts';
import { type Order, orderKey } from './order.ts';
import type { Records } from './records.ts';

/** What was learnt about how long failures take to pass: of each cause on each platform, shared by all replicas. */
export class Recoveries {
  private readonly changes: Changes<Recovery>;

  constructor(private readonly bucket: Records<Recovery>) {
    this.changes = new Changes(bucket);
  }

  /** A longer wait than the proposed one that is known to be better; undefined: none is. */
  async waitFor(cause: Cause, platform: string, proposedMs: number): Promise<LearntWait | undefined> {
    const known = (await this.bucket.get(placeOf(cause, platform)))?.value;
    return known && learntWait(known, proposedMs);
  }

  /** A rerun after a wait has healed or not. The same order again changes nothing. */
  async note(cause: Cause, platform: string, rerun: { key: string; waitedMs: number; healed: boolean }): Promise<void> {
    await this.changes.change(placeOf(cause, platform), (before) => {
      const known = before ?? noRecovery;
      const after = afterRerun(known, rerun);
      return after === known ? before : after;
    });
  }
}

function placeOf(cause: Cause, platform: string): string {
  return stableId('recovery', cause, platform);
}

/**
 * Learns from the outcome of a rerun whether its wait was long enough. One that is not known here, or did nothing, teaches nothing.
 *
 * @param d `begunAt`: when what has this key had its effect, in ms since the epoch; undefined: it had none.
 */
export async function hearOfWait(
  { incidentId, run, action, outcome }: OutcomeObserved,
  d: { decisions: Records<Order>; begunAt(key: string): Promise<number | undefined>; recoveries: Recoveries },
): Promise<void> {
  if (!isSpaced(action) || (outcome !== 'healed' && outcome !== 'ineffective')) return;
  const key = orderKey(incidentId, run.attempt);
  const order = (await d.decisions.get(key))?.value;
  const begunAt = await d.begunAt(key);
  if (order === undefined || begunAt === undefined) return;
  const waitedMs = begunAt - order.decidedAt;
  await d.recoveries.note(order.cause, order.run.platform, { key, waitedMs, healed: outcome === 'healed' });
}
