import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { UsageBook } from '../advise/usage-book.ts';
import { Anomalies } from '../anomalies/anomalies.ts';
import { PartAnomalies } from '../anomalies/part-anomalies.ts';
import { Endings } from '../backfill/endings.ts';
import { Sightings } from '../backfill/sightings.ts';
import { judge } from '../detect.ts';
import { DetectorMetrics } from '../metrics.ts';
import { Places } from '../threads/place.ts';
import { PostDeploy } from '../watch/post-deploy.ts';
import { Door } from './door.ts';
import { Origins } from './origins.ts';
import { Outbox } from './outbox.ts';

/** What ended, told by our own webhooks and by anybody else on the bus. */
@Controller()
export class FinishedConsumer {
  constructor(
    private readonly outbox: Outbox,
    private readonly origins: Origins,
    private readonly metrics: DetectorMetrics,
    private readonly postDeploy: PostDeploy,
    private readonly places: Places,
    private readonly usage: UsageBook,
    private readonly anomalies: Anomalies,
    private readonly door: Door,
    private readonly endings: Endings,
    private readonly sightings: Sightings,
    private readonly parts: PartAnomalies,
  ) {}

  @Consumes('detector-finished')
  async onFinished(@Payload() event: Delivered<'detector-finished'>): Promise<void> {
    await this.sightings.note(event.data);
    if (await this.endings.isOldNews(event)) return;
    await judge(event, {
      publish: (report) => this.outbox.publish(report),
      place: (report) => this.places.place(report),
      originOf: (run) => this.origins.of(run),
      durationRatio: (finished) => this.anomalies.durationRatio(finished),
    });
    // Failures have been told; the books can wait.
    await this.door.makeRoom();
    await this.places.finished(event.data);
    await this.postDeploy.begin(event);
    await this.usage.learn(event);
    await this.anomalies.ended(event);
    await this.parts.ended(event);
    this.metrics.ended(event.data, event);
  }
}
