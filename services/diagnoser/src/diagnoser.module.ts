import { Module } from '@nestjs/common';
import { ciPlatforms } from '@prunella/ci';
import type { DiagnosisDeps } from '@prunella/diagnosis';
import { ENVIRONMENT } from '@prunella/service-kit';
import { DiagnoserPolicy } from './diagnoser-policy.ts';
import { DiagnoserDoctor } from './doctor/diagnoser-doctor.ts';
import { LatestRuns } from './doctor/latest-runs.ts';
import type { DiagnoserEnvironment } from './environment.ts';
import { Measurements } from './gather/measurements.ts';
import { StoredGreenLogs } from './green/green-logs.ts';
import { DiagnoseController } from './intake/diagnose.controller.ts';
import { FailedConsumer } from './intake/failed.consumer.ts';
import { ConfidenceConsumer } from './learnt/confidence.consumer.ts';
import { ConfidenceBook } from './learnt/confidence-book.ts';
import { DiagnoserMetrics } from './metrics.ts';
import { ModelInUse } from './model/model-in-use.ts';
import { loadRules } from './rules/load-rules.ts';
import { TryController } from './rules/try.controller.ts';
import { FailedTestsBook } from './tests/failed-tests-book.ts';
import { FlakyBook } from './tests/flaky-book.ts';
import { TestsConsumer } from './tests/tests.consumer.ts';
import { TestsKnowledge } from './tests/tests-knowledge.ts';
import { KNOWLEDGE, READERS, type Readers } from './tokens.ts';

@Module({
  controllers: [DiagnoseController, TryController, FailedConsumer, ConfidenceConsumer, TestsConsumer],
  providers: [
    ConfidenceBook,
    DiagnoserDoctor,
    LatestRuns,
    DiagnoserMetrics,
    DiagnoserPolicy,
    Measurements,
    ModelInUse,
    StoredGreenLogs,
    FailedTestsBook,
    FlakyBook,
    TestsKnowledge,
    {
      provide: KNOWLEDGE,
      inject: [ENVIRONMENT, ConfidenceBook, ModelInUse],
      useFactory: (environment: DiagnoserEnvironment, book: ConfidenceBook, { model }: ModelInUse): DiagnosisDeps => ({
        rules: loadRules(environment.PRUNELLA_RULES_DIR),
        ...(model !== undefined && { model }),
        learnt: (decidedBy, action) => book.find(decidedBy, action),
      }),
    },
    {
      provide: READERS,
      inject: [ENVIRONMENT],
      useFactory: (environment: DiagnoserEnvironment): Readers =>
        new Map(ciPlatforms(environment as unknown as NodeJS.ProcessEnv).map(({ id, reader }) => [id, reader])),
    },
  ],
})
export class DiagnoserModule {}
