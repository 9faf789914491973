import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { Anomalies } from '../anomalies/anomalies.ts';
import { Sightings } from '../backfill/sightings.ts';
import { Door } from './door.ts';

/** What started, told by our own webhooks and by anybody else on the bus. */
@Controller()
export class StartedConsumer {
  constructor(
    private readonly anomalies: Anomalies,
    private readonly door: Door,
    private readonly sightings: Sightings,
  ) {}

  @Consumes('detector-started')
  async onStarted(@Payload() event: Delivered<'detector-started'>): Promise<void> {
    await this.door.makeRoom();
    await this.sightings.note(event.data);
    await this.anomalies.started(event);
  }
}
