import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Bus, Consumes, type Delivered } from '@prunella/bus';
import { runOf, systemClock } from '@prunella/core';
import type { DiagnosisDeps } from '@prunella/diagnosis';
import { type Kept, Threads } from '@prunella/threads';
import { type Deps, diagnoseFailure } from '../diagnose.ts';
import { DiagnoserPolicy } from '../diagnoser-policy.ts';
import { LatestRuns } from '../doctor/latest-runs.ts';
import { changesOf } from '../gather/changes.ts';
import { gather } from '../gather/gather.ts';
import { Measurements } from '../gather/measurements.ts';
import { AskedLately } from '../green/asked-lately.ts';
import { earlierLogs } from '../green/earlier-logs.ts';
import { StoredGreenLogs } from '../green/green-logs.ts';
import { DiagnoserMetrics } from '../metrics.ts';
import { TestsKnowledge } from '../tests/tests-knowledge.ts';
import { KNOWLEDGE, READERS, type Readers } from '../tokens.ts';

/** Failures as they come in. */
@Controller()
export class FailedConsumer {
  private readonly deps: Deps;

  constructor(
    bus: Bus,
    @Inject(KNOWLEDGE) knowledge: DiagnosisDeps,
    @Inject(READERS) private readonly readers: Readers,
    private readonly metrics: DiagnoserMetrics,
    green: StoredGreenLogs,
    measurements: Measurements,
    tests: TestsKnowledge,
    policy: DiagnoserPolicy,
    private readonly latest: LatestRuns,
  ) {
    const clock = systemClock;
    const asked = new AskedLately();
    const threads = new Threads({
      bucket: () => bus.bucket<Kept>('prunella_threads'),
      joinWithin: () => policy.current.incidents.joinWithin,
      clock,
    });
    this.deps = {
      ...knowledge,
      clock,
      place: (failure, toldAt) => threads.join(failure, toldAt),
      async gather(event) {
        const [gathered, measured] = await Promise.all([
          gather(event, {
            clock,
            readerOf: (platform) => readers.get(platform),
            earlierLogs: (...of) => earlierLogs(...of, { green, asked, clock }),
          }),
          measurements.around(event),
        ]);
        return { ...gathered, metrics: measured.metrics, gaps: [...gathered.gaps, ...measured.gaps] };
      },
      testsOf: (failure, at) => tests.of(failure, at),
      changesOf: (failure) => changesOf(failure, readers.get(failure.platform)),
      async publish(id, data) {
        await bus.publish('diagnosis.made', { id, data });
      },
    };
  }

  @Consumes('diagnoser-failed')
  async onFailed(@Payload() event: Delivered<'diagnoser-failed'>): Promise<void> {
    this.latest.note(runOf(event.data));
    const made = await diagnoseFailure(event, this.deps);
    this.metrics.made(made, (platform) => this.readers.has(platform));
  }
}
