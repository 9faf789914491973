import { Injectable } from '@nestjs/common';
import { Bus, type Received } from '@prunella/bus';
import { systemClock } from '@prunella/core';
import { DetectorPolicy } from '../detector-policy.ts';
import { Anomalies } from './anomalies.ts';
import { type PartsPage, partsPassed, type ToldParts } from './parts.ts';
import { stepsIn, testsTold } from './told-parts.ts';

/** Learns how long steps and tests take, and tells of those that took much longer: wires parts to NATS. */
@Injectable()
export class PartAnomalies {
  constructor(
    private readonly bus: Bus,
    private readonly policy: DetectorPolicy,
    private readonly anomalies: Anomalies,
  ) {}

  /** A run or job ended: its steps. */
  async ended(event: Received<'pipeline.finished'>): Promise<void> {
    for (const steps of stepsIn(event)) await this.passed(steps);
  }

  /** A test report came. */
  async reported(event: Received<'tests.reported'>): Promise<void> {
    await this.passed(testsTold(event));
  }

  private async passed(parts: ToldParts): Promise<void> {
    await partsPassed(parts, {
      ...this.anomalies.telling(),
      settings: this.policy.current.anomalies,
      bucket: await this.bus.bucket<PartsPage>('prunella_parts'),
      clock: systemClock,
      refused: () => this.anomalies.refuse(),
    });
  }
}
