import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Bus } from '@prunella/bus';
import { systemClock } from '@prunella/core';
import { ENVIRONMENT, Readiness } from '@prunella/service-kit';
import { Store } from '@prunella/store';
import { PinoLogger } from 'nestjs-pino';
import { AccessModule } from './access/access.module.ts';
import { ChangesInterceptor } from './access/changes.interceptor.ts';
import { ApprovalsController } from './api/approvals.controller.ts';
import { BacktestsController } from './api/backtests.controller.ts';
import { BreakersController } from './api/breakers.controller.ts';
import { ChangesController } from './api/changes.controller.ts';
import { ConfidenceController } from './api/confidence.controller.ts';
import { CoverageController } from './api/coverage.controller.ts';
import { DebtsController, limitsOf } from './api/debts.controller.ts';
import { DependenciesController } from './api/dependencies.controller.ts';
import { DoctorController } from './api/doctor.controller.ts';
import { IncidentFeed } from './api/incident-feed.ts';
import { IncidentsController } from './api/incidents.controller.ts';
import { LogsController } from './api/logs.controller.ts';
import { PolicyController } from './api/policy.controller.ts';
import { QuarantineController } from './api/quarantine.controller.ts';
import { ReportsController } from './api/reports.controller.ts';
import { SessionController } from './api/session.controller.ts';
import { StreamController } from './api/stream.controller.ts';
import { TestsController } from './api/tests.controller.ts';
import { TokensController } from './api/tokens.controller.ts';
import { TrainingController } from './api/training.controller.ts';
import { Auditor } from './auditor.ts';
import { AuditorPolicy } from './auditor-policy.ts';
import { Jobs } from './backtest/jobs.ts';
import { AuditorDoctor } from './doctor/auditor-doctor.ts';
import type { AuditorEnvironment } from './environment.ts';
import { EventsController } from './events.controller.ts';
import { ProofTelemetry } from './proof-telemetry.ts';
import { LogShipper } from './ship/log-shipper.ts';
import { AuditTelemetry } from './telemetry.ts';

/** Ties the store to the life of the service: ready when it answers, closed after the last consumer. */
@Injectable()
class StoreLife implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Store) private readonly store: Store,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.readiness.add('postgres', () => this.store.check());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** Stops watching the policy file. */
@Injectable()
class AuditorPolicyLife implements OnApplicationShutdown {
  constructor(private readonly policy: AuditorPolicy) {}

  onApplicationShutdown(): void {
    this.policy.close();
  }
}

/** Ends the backtest that runs, before the store that hears of it is closed. */
@Injectable()
class JobsLife implements BeforeApplicationShutdown {
  constructor(private readonly jobs: Jobs) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.jobs.stop();
  }
}

@Module({
  imports: [AccessModule],
  controllers: [
    EventsController,
    IncidentsController,
    StreamController,
    ReportsController,
    ConfidenceController,
    CoverageController,
    TrainingController,
    ApprovalsController,
    BacktestsController,
    BreakersController,
    DebtsController,
    PolicyController,
    QuarantineController,
    TestsController,
    SessionController,
    TokensController,
    ChangesController,
    LogsController,
    DependenciesController,
    DoctorController,
  ],
  providers: [
    {
      provide: Store,
      inject: [ENVIRONMENT],
      useFactory: (environment: AuditorEnvironment) =>
        Store.open({
          url: environment.DATABASE_URL,
          migrationUrl: environment.DATABASE_MIGRATION_URL,
          name: 'auditor',
        }),
    },
    {
      provide: Auditor,
      inject: [Store, Bus, ENVIRONMENT, AuditorPolicy, AuditTelemetry, ProofTelemetry, PinoLogger],
      useFactory: (
        store: Store,
        bus: Bus,
        environment: AuditorEnvironment,
        policy: AuditorPolicy,
        telemetry: AuditTelemetry,
        proof: ProofTelemetry,
        logger: PinoLogger,
      ) => {
        const settings = {
          settleWithinMs: environment.PRUNELLA_SETTLE_WITHIN,
          reverseWithinMs: environment.PRUNELLA_REVERSE_WITHIN,
          defaultBranches: environment.PRUNELLA_DEFAULT_BRANCHES,
          testsKeptMs: environment.PRUNELLA_TESTS_KEPT,
          eventsKeptMs: environment.PRUNELLA_EVENTS_KEPT,
          incidentsKeptMs: environment.PRUNELLA_INCIDENTS_KEPT,
          policy: () => policy.current,
          source: bus.source,
        };
        const digest = () => {
          const { current } = policy;
          return { policy: current, owners: policy, limits: limitsOf(environment), settings: current.reports.digest };
        };
        return new Auditor(store, bus, settings, digest, telemetry, proof, logger);
      },
    },
    {
      provide: AuditorPolicy,
      inject: [ENVIRONMENT, PinoLogger],
      useFactory: (environment: AuditorEnvironment, logger: PinoLogger) =>
        AuditorPolicy.open(environment.PRUNELLA_CONFIG, {
          reloaded: (file) => logger.info({ file }, 'the policy was read again and is in force'),
          kept: (file, problem) =>
            logger.error({ file, problem }, 'the policy file is broken: what was in force stays'),
        }),
    },
    {
      provide: Jobs,
      inject: [Store, PinoLogger],
      useFactory: (store: Store, logger: PinoLogger) =>
        new Jobs(store, systemClock, (problem) =>
          logger.warn({ problem }, 'how far a backtest is could not be written down'),
        ),
    },
    StoreLife,
    JobsLife,
    AuditorPolicyLife,
    AuditTelemetry,
    ProofTelemetry,
    LogShipper,
    AuditorDoctor,
    IncidentFeed,
    { provide: APP_INTERCEPTOR, useClass: ChangesInterceptor },
  ],
})
export class AuditorModule {}
