import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { Backfill } from './backfill.ts';

/** What was done about failures: runs that were started again are waited for. */
@Controller()
export class ExecutedConsumer {
  constructor(private readonly backfill: Backfill) {}

  @Consumes('detector-executed')
  async onExecuted(@Payload() event: Delivered<'detector-executed'>): Promise<void> {
    await this.backfill.waitFor(event);
  }
}
