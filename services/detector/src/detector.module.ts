import { Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { ENVIRONMENT } from '@prunella/service-kit';
import { Checks } from './check/checks.ts';
import { DetectorPolicy } from './detector-policy.ts';
import type { DetectorEnvironment } from './environment.ts';
import { Completions } from './intake/completions.ts';
import { Deliveries } from './intake/deliveries.ts';
import { FinishedConsumer } from './intake/finished.consumer.ts';
import { OriginalsController } from './intake/originals.controller.ts';
import { Originals } from './intake/originals.ts';
import { Origins } from './intake/origins.ts';
import { Outbox } from './intake/outbox.ts';
import { Replies } from './intake/replies.ts';
import { WebhooksController } from './intake/webhooks.controller.ts';
import { DetectorMetrics } from './metrics.ts';
import { Places } from './threads/place.ts';
import { Threads } from './threads/threads.ts';
import { PostDeploy } from './watch/post-deploy.ts';

@Module({
  controllers: [WebhooksController, OriginalsController, FinishedConsumer],
  providers: [
    Outbox,
    Deliveries,
    Originals,
    Completions,
    Origins,
    Replies,
    DetectorMetrics,
    PostDeploy,
    Checks,
    DetectorPolicy,
    Threads,
    Places,
  ],
})
export class DetectorModule implements OnModuleInit {
  private readonly logger = new Logger('detector');

  constructor(@Inject(ENVIRONMENT) private readonly environment: DetectorEnvironment) {}

  onModuleInit(): void {
    if (!this.environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    const unprotected = (['GITHUB_WEBHOOK_SECRET', 'SLACK_SIGNING_SECRET', 'PRUNELLA_API_TOKEN'] as const).filter(
      (name) => this.environment[name] === undefined,
    );
    this.logger.warn(
      { unset: unprotected },
      'PRUNELLA_INSECURE_WEBHOOKS is on: webhooks without a secret take anything from anybody',
    );
  }
}
