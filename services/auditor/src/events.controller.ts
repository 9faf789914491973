import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { systemClock } from '@prunella/core';
import { Auditor } from './auditor.ts';
import { eventRecord } from './ledger/event-record.ts';

/** Every event of the bus comes in here, in batches; they are acknowledged after the commit. */
@Controller()
export class EventsController {
  constructor(private readonly auditor: Auditor) {}

  @Consumes('auditor-events')
  async events(@Payload() events: Delivered<'auditor-events'>[]): Promise<void> {
    const now = systemClock.now();
    await this.auditor.take(events.map((event) => eventRecord(event, now)));
  }
}
