import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { judge } from '../detect.ts';
import { DetectorMetrics } from '../metrics.ts';
import { Outbox } from './outbox.ts';

/** What ended, told by our own webhooks and by anybody else on the bus. */
@Controller()
export class FinishedConsumer {
  constructor(
    private readonly outbox: Outbox,
    private readonly metrics: DetectorMetrics,
  ) {}

  @Consumes('detector-finished')
  async onFinished(@Payload() event: Delivered<'detector-finished'>): Promise<void> {
    await judge(event, { publish: (report) => this.outbox.publish(report) });
    this.metrics.ended(event.data);
  }
}
