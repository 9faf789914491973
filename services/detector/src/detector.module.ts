import { Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { ENVIRONMENT } from '@prunella/service-kit';
import { AdviceController } from './advise/advice.controller.ts';
import { UsageBook } from './advise/usage-book.ts';
import { Anomalies } from './anomalies/anomalies.ts';
import { PartAnomalies } from './anomalies/part-anomalies.ts';
import { Backfill } from './backfill/backfill.ts';
import { BackfillTelemetry } from './backfill/backfill-telemetry.ts';
import { Endings } from './backfill/endings.ts';
import { ExecutedConsumer } from './backfill/executed.consumer.ts';
import { AskedPlatforms } from './backfill/platforms.ts';
import { Sightings } from './backfill/sightings.ts';
import { Checks } from './check/checks.ts';
import { DetectorPolicy } from './detector-policy.ts';
import { DetectorDoctor } from './doctor/detector-doctor.ts';
import type { DetectorEnvironment } from './environment.ts';
import { Completions } from './intake/completions.ts';
import { Deliveries } from './intake/deliveries.ts';
import { Door } from './intake/door.ts';
import { FinishedConsumer } from './intake/finished.consumer.ts';
import { OriginalsController } from './intake/originals.controller.ts';
import { Originals } from './intake/originals.ts';
import { Origins } from './intake/origins.ts';
import { Outbox } from './intake/outbox.ts';
import { Replies } from './intake/replies.ts';
import { StartedConsumer } from './intake/started.consumer.ts';
import { TestsConsumer } from './intake/tests.consumer.ts';
import { WebhookBook } from './intake/webhook-book.ts';
import { WebhooksController } from './intake/webhooks.controller.ts';
import { DetectorMetrics } from './metrics.ts';
import { Dependencies } from './preflight/dependencies.ts';
import { DiagnosisConsumer } from './preflight/diagnosis.consumer.ts';
import { PreflightController } from './preflight/preflight.controller.ts';
import { SentTests } from './reports/sent-tests.ts';
import { TestReports } from './reports/test-reports.ts';
import { reachProvider } from './sources/reach.ts';
import { Places } from './threads/place.ts';
import { KubernetesWatch } from './watch/kubernetes/kubernetes-watch.ts';
import { PostDeploy } from './watch/post-deploy.ts';

/** What senders prove themselves with; of several, one is enough. */
const SECRETS: readonly (readonly (keyof DetectorEnvironment & string)[])[] = [
  ['GITHUB_WEBHOOK_SECRET'],
  ['GITLAB_WEBHOOK_TOKEN', 'GITLAB_WEBHOOK_SIGNING_TOKEN'],
  ['JENKINS_WEBHOOK_TOKEN'],
  ['SLACK_SIGNING_SECRET'],
  ['PRUNELLA_API_TOKEN'],
];

@Module({
  controllers: [
    WebhooksController,
    OriginalsController,
    StartedConsumer,
    FinishedConsumer,
    TestsConsumer,
    AdviceController,
    PreflightController,
    DiagnosisConsumer,
    ExecutedConsumer,
  ],
  providers: [
    Door,
    Outbox,
    Deliveries,
    Originals,
    reachProvider,
    Completions,
    SentTests,
    TestReports,
    Origins,
    Replies,
    DetectorMetrics,
    PostDeploy,
    Checks,
    DetectorPolicy,
    Places,
    UsageBook,
    Dependencies,
    KubernetesWatch,
    Anomalies,
    AskedPlatforms,
    Endings,
    Sightings,
    BackfillTelemetry,
    Backfill,
    PartAnomalies,
    WebhookBook,
    DetectorDoctor,
  ],
})
export class DetectorModule implements OnModuleInit {
  private readonly logger = new Logger('detector');

  constructor(@Inject(ENVIRONMENT) private readonly environment: DetectorEnvironment) {}

  onModuleInit(): void {
    if (!this.environment.PRUNELLA_INSECURE_WEBHOOKS) return;
    const unprotected = SECRETS.filter((names) => names.every((name) => this.environment[name] === undefined)).map(
      (names) => names.join(' or '),
    );
    this.logger.warn(
      { unset: unprotected },
      'PRUNELLA_INSECURE_WEBHOOKS is on: webhooks without a secret take anything from anybody',
    );
  }
}
