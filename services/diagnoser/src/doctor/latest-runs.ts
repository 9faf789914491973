import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { type Run, readMessage } from '@prunella/contracts';
import { completed, runOf } from '@prunella/core';

/** More platforms than there are. */
const MOST = 20;

/** The newest failed run of each platform, to try whether its logs can be read. */
@Injectable()
export class LatestRuns {
  private readonly runs = new Map<string, Run>();

  constructor(private readonly bus: Bus) {}

  note(run: Run): void {
    if (run.runId !== '' && (this.runs.has(run.platform) || this.runs.size < MOST)) this.runs.set(run.platform, run);
  }

  /** By platform. After a start, that of the newest failure that is kept: others are known once one of theirs fails. */
  async all(): Promise<Run[]> {
    if (this.runs.size === 0) {
      const newest = await this.newest();
      if (newest !== undefined) this.note(newest);
    }
    return [...this.runs.values()];
  }

  private async newest(): Promise<Run | undefined> {
    const bytes = await this.bus.newest('pipeline.failed');
    if (bytes === undefined) return undefined;
    try {
      const { id, data } = readMessage('pipeline.failed', bytes, { id: 'newest', source: 'nats' });
      return runOf(completed(data, id));
    } catch {
      // One that nobody could read is in the dead letters already.
      return undefined;
    }
  }
}
