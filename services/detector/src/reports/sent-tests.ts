import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { TestsReported } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import { whileSenderWaits } from '../intake/while-sender-waits.ts';

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
    await whileSenderWaits(
      this.bus,
      async () => {
        const bucket = await this.bucket();
        for (const key of [keyOf(tests), keyOfRun(tests)]) await bucket.put(key, { reportId: tests.reportId });
      },
      withinMs,
    );
  }

  /** Throws UnreachableError. */
  async has(tests: TestsReported): Promise<boolean> {
    return await whileSenderWaits(this.bus, async () => (await (await this.bucket()).get(keyOf(tests))) !== undefined);
  }

  /** Whether its steps have sent any. Throws UnreachableError. */
  async hasAny(tests: Pick<TestsReported, 'run'>): Promise<boolean> {
    return await whileSenderWaits(
      this.bus,
      async () => (await (await this.bucket()).get(keyOfRun(tests))) !== undefined,
    );
  }

  private bucket() {
    return this.bus.bucket<{ reportId: string }>('prunella_sent_tests');
  }
}

/** Names, results and durations: two jobs of a matrix hardly agree in all of them, a file and its copy do. */
function keyOf({ run, part, parts, notable, passed }: TestsReported): string {
  const { platform, runId, attempt } = run;
  return stableId('sent', platform, runId, attempt, JSON.stringify([part, parts, notable, passed]));
}

/** Steps of Jenkins name the repository, which Jenkins itself does not tell, and those of GitLab no attempt. */
function keyOfRun({ run: { platform, runId } }: Pick<TestsReported, 'run'>): string {
  return stableId('sent-run', platform, runId);
}
