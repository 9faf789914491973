import type { Run } from '@prunella/contracts';
import { type FoundReport, type PlatformTest, ProviderError, type TestReportOptions } from '@prunella/core';
import { z } from 'zod';
import { largeJson } from '../large-json.ts';
import { unlessMissing } from '../unless-missing.ts';
import { api, type JenkinsClient } from './client.ts';
import { buildAddress, parseRunId } from './ids.ts';

const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const STATUS: Readonly<Record<string, PlatformTest['status']>> = {
  PASSED: 'passed',
  FIXED: 'passed',
  FAILED: 'failed',
  REGRESSION: 'failed',
  SKIPPED: 'skipped',
};

const TREE = 'suites[name,enclosingBlockNames,cases[className,name,status,duration,errorDetails]]';
const TestReport = z.object({
  suites: z
    .array(
      z.object({
        name: Text,
        /** Stages and branches around the step that read the report, the innermost first. */
        enclosingBlockNames: z.array(z.string()).nullish(),
        cases: z
          .array(
            z.object({
              className: Text,
              name: Text,
              status: z.string(),
              duration: z.number().nullish(),
              errorDetails: Text,
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

/** See `CiReader.testReports`. The JUnit plugin reads reports itself and tells the tests; those of one stage are of one job. */
export async function* testReports(
  client: JenkinsClient,
  run: Run,
  { signal }: TestReportOptions,
): AsyncGenerator<FoundReport> {
  const from = 'the test report of the build';
  try {
    const page = api(`${buildAddress(parseRunId(run.runId))}/testReport`, TREE);
    const response = await unlessMissing(client.page(page, signal));
    // A build without tests has no such page.
    if (response === undefined) return;
    const body = response.body ?? [];
    const report = await largeJson(body as AsyncIterable<Uint8Array>, TestReport, { provider: 'jenkins', what: page });
    if (report === undefined) return yield { from, problem: 'too-large', gap: 'it is longer than we take' };
    const byStage = Map.groupBy(report.suites, ({ enclosingBlockNames }) =>
      (enclosingBlockNames ?? []).toReversed().join(' › '),
    );
    for (const [stage, suites] of byStage) {
      yield { from: stage, tests: suites.flatMap(({ name, cases }) => cases.flatMap((one) => testOf(name, one))) };
    }
  } catch (error) {
    if (!(error instanceof ProviderError) || error.retryable) throw error;
    yield { from, problem: error.problem === 'refused' ? 'unreadable' : 'forbidden', gap: error.detail };
  }
}

type Case = z.infer<typeof TestReport>['suites'][number]['cases'][number];

function testOf(suite: string, { className: classname, name, status, duration, errorDetails }: Case): PlatformTest[] {
  const known = STATUS[status];
  if (known === undefined) return [];
  const durationMs = (duration ?? 0) * 1_000;
  return [{ suite, classname, name, file: '', status: known, durationMs, message: errorDetails }];
}
