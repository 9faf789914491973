import { Inject, Injectable } from '@nestjs/common';
import type { PipelineFailed } from '@prunella/contracts';
import { messageOf } from '@prunella/core';
import { type FailedTest, isProof, type RunTests } from '@prunella/diagnosis';
import { ENVIRONMENT } from '@prunella/service-kit';
import { CROWD } from '@prunella/test-history';
import type { DiagnoserEnvironment } from '../environment.ts';
import { isComplete, type NamedTest } from './failed-tests.ts';
import { FailedTestsBook } from './failed-tests-book.ts';
import { FlakyBook } from './flaky-book.ts';

/** What reports and history say of the tests of a run that failed. */
@Injectable()
export class TestsKnowledge {
  constructor(
    private readonly reported: FailedTestsBook,
    private readonly flaky: FlakyBook,
    @Inject(ENVIRONMENT) private readonly environment: DiagnoserEnvironment,
  ) {}

  /** @param at when it failed, in ms. Without `tests`: nothing was reported, or it could not be read, which is a gap. Never throws. */
  async of(failure: PipelineFailed, at: number): Promise<{ tests?: RunTests; gaps: string[] }> {
    if (failure.runId === '') return { gaps: [] };
    try {
      const known = await this.reported.find(failure);
      if (known === undefined) return { gaps: [] };
      // Of a crowd nobody is excused: there is nothing to ask.
      const failed = known.failed.length >= CROWD ? known.failed : await this.withProofs(known.failed, at);
      return { tests: { failed, flaky: known.flaky, complete: isComplete(known) }, gaps: [] };
    } catch (error) {
      return { gaps: [`what is known of the tests could not be read: ${messageOf(error)}`] };
    }
  }

  private async withProofs(tests: readonly NamedTest[], at: number): Promise<FailedTest[]> {
    const withinMs = this.environment.PRUNELLA_FLAKY_WITHIN;
    return await Promise.all(
      tests.map(async ({ id, ...test }) => {
        const known = await this.flaky.find(id);
        if (known?.lastProofAt === undefined || !isProof(known, { at, withinMs })) return test;
        return { ...test, known: { proofs: known.proofs, lastProofAt: known.lastProofAt } };
      }),
    );
  }
}
