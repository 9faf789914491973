import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { PartAnomalies } from '../anomalies/part-anomalies.ts';
import { DetectorMetrics } from '../metrics.ts';

/** Test reports, sent by steps of pipelines or left behind by them. */
@Controller()
export class TestsConsumer {
  constructor(
    private readonly parts: PartAnomalies,
    private readonly metrics: DetectorMetrics,
  ) {}

  @Consumes('detector-tests')
  async onReported(@Payload() event: Delivered<'detector-tests'>): Promise<void> {
    await this.parts.reported(event);
    this.metrics.tested(event.data);
  }
}
