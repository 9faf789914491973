import type { JsonBucket, Origin } from '@prunella/bus';
import type { Run } from '@prunella/contracts';
import { type StartedRun, startedRunKey } from '@prunella/core';
import type { Order } from '../order.ts';

/**
 * Which runs we began as new ones, and for which incident: what becomes of them is its next attempt. The detector reads it, so that their failures
 * are no incidents of their own, with budgets of their own.
 */
export class Lineage {
  constructor(private readonly bucket: JsonBucket<Origin>) {}

  async note({ incidentId, run }: Order, started: StartedRun): Promise<void> {
    await this.bucket.create(startedRunKey({ ...run, ...started }), {
      incidentId,
      attempt: run.attempt + 1,
    });
  }

  /** The incident that a run was begun for; undefined: it was not begun here. */
  async originOf(run: Run): Promise<Origin | undefined> {
    return run.runId === '' ? undefined : (await this.bucket.get(startedRunKey(run)))?.value;
  }
}
