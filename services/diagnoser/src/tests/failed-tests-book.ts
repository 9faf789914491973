import { Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import type { Run, TestsReported } from '@prunella/contracts';
import { platformAttempt, stableId } from '@prunella/core';
import { type FailedTests, NO_TESTS, withReport } from './failed-tests.ts';

type About = Pick<Run, 'platform' | 'repository' | 'runId' | 'attempt' | 'runAttempt'>;

/** Which tests failed in each attempt of a run, as far as it was reported: in KV, for every replica and for some days. */
@Injectable()
export class FailedTestsBook {
  constructor(private readonly bus: Bus) {}

  /** undefined: nothing was reported. */
  async find(run: About): Promise<FailedTests | undefined> {
    return (await (await this.bucket()).get(keyOf(run)))?.value;
  }

  /** Notes a report, or a part of it; again changes nothing. */
  async record(event: TestsReported): Promise<void> {
    // Without a run nobody can say which failure it belongs to.
    if (event.run.runId === '') return;
    const bucket = await this.bucket();
    const key = keyOf(event.run);
    for (;;) {
      const standing = await bucket.get(key);
      const next = withReport(standing?.value ?? NO_TESTS, event);
      if (next === standing?.value) return;
      const written =
        standing === undefined ? await bucket.create(key, next) : await bucket.update(key, next, standing.revision);
      // Another replica was faster: look again at what it wrote.
      if (written !== undefined) return;
    }
  }

  private bucket() {
    return this.bus.bucket<FailedTests>('prunella_failed_tests');
  }
}

/** Reports count the attempts of their platform, whatever incident the run belongs to. */
function keyOf(run: About): string {
  const attempt = Math.max(platformAttempt(run), 1);
  return stableId('run', run.platform || 'generic', run.repository, run.runId, attempt);
}
