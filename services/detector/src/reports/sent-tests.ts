import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { TestsReported } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import { inTime } from '../intake/in-time.ts';

/**
 * Which test reports steps of a run have sent themselves, by what they say: where the same file is left behind as an artefact, too, it is told once, although the one is
 * under the name of the job and the other under that of the artefact.
 */
@Injectable()
export class SentTests {
  constructor(private readonly bus: Bus) {}

  /** Throws UnreachableError. */
  async note(tests: TestsReported, withinMs?: number): Promise<void> {
    if (tests.run.runId === '') return;
    await inTime(
      this.bus,
      async () => await (await this.bucket()).put(keyOf(tests), { reportId: tests.reportId }),
      withinMs,
    );
  }

  /** Throws UnreachableError. */
  async has(tests: TestsReported): Promise<boolean> {
    return await inTime(this.bus, async () => (await (await this.bucket()).get(keyOf(tests))) !== undefined);
  }

  private bucket() {
    return this.bus.bucket<{ reportId: string }>('prunella_sent_tests');
  }
}

/** Names, results and durations: two jobs of a matrix hardly agree in all of them, a file and its copy do. */
function keyOf({ run, part, parts, notable, passed }: TestsReported): string {
  const { platform, repository, runId, attempt } = run;
  return stableId('sent', platform, repository, runId, attempt, JSON.stringify([part, parts, notable, passed]));
}
