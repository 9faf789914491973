import type { Run } from '@prunella/contracts';
import {
  type FoundReport,
  type PlatformTest,
  ProviderError,
  platformAttempt,
  type TestReportOptions,
} from '@prunella/core';
import { z } from 'zod';
import { largeJson } from '../large-json.ts';
import type { GitLabClient } from './client.ts';
import { pipelineOf } from './ids.ts';
import { attemptOf, listJobs } from './jobs.ts';

const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const STATUS: Readonly<Record<string, PlatformTest['status']>> = {
  success: 'passed',
  failed: 'failed',
  error: 'error',
  skipped: 'skipped',
};

const ApiTestReport = z.object({
  test_suites: z
    .array(
      z.object({
        name: Text,
        test_cases: z
          .array(
            z.object({
              status: z.string(),
              name: Text,
              classname: Text,
              file: Text,
              execution_time: z.number().nullish(),
              system_output: z.unknown().optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

/** What helps but is not needed does not take the last requests. */
const KEPT_BACK = 0.1;

/**
 * See `CiReader.testReports`. GitLab reads `artifacts:reports:junit` itself and tells the tests by job. It knows those of the newest tries only: where the pipeline has been
 * retried since, nobody can say what they were.
 */
export async function* testReports(
  client: GitLabClient,
  run: Run,
  { signal }: TestReportOptions,
): AsyncGenerator<FoundReport> {
  const { limit, left } = client.patience() ?? { limit: 0, left: 0 };
  if (left < limit * KEPT_BACK) {
    const detail = `test reports are not asked for: ${left} of ${limit} requests are left, which are kept for failures`;
    throw new ProviderError('gitlab', 'rate-limited', detail);
  }
  const from = 'the test report of the pipeline';
  try {
    const path = `${pipelineOf(run)}/test_report`;
    const body = await client.stream('get test report', path, signal);
    const report = await largeJson(body, ApiTestReport, { provider: 'gitlab', what: 'get test report' });
    if (report === undefined) return yield { from, problem: 'too-large', gap: 'it is longer than we take' };
    const suites = report.test_suites.filter(({ test_cases }) => test_cases.length > 0);
    if (suites.length === 0) return;
    const attempt = attemptOf(await listJobs(client, run, signal));
    if (attempt !== Math.max(platformAttempt(run), 1)) {
      return yield { from, problem: 'expired', gap: `it is of attempt ${attempt} by now` };
    }
    for (const { name, test_cases } of suites) yield { from: name, tests: test_cases.flatMap(testOf) };
  } catch (error) {
    if (!(error instanceof ProviderError) || error.retryable) throw error;
    if (error.problem === 'not-found') return;
    const problem = error.problem === 'refused' ? 'unreadable' : 'forbidden';
    yield { from, problem, gap: `${error.detail}; the token needs "read_api"` };
  }
}

type ApiTest = z.infer<typeof ApiTestReport>['test_suites'][number]['test_cases'][number];

function testOf({ status, name, classname, file, execution_time, system_output }: ApiTest): PlatformTest[] {
  const known = STATUS[status];
  if (known === undefined) return [];
  const message =
    typeof system_output === 'string' ? system_output : system_output ? JSON.stringify(system_output) : '';
  return [{ suite: '', classname, name, file, status: known, durationMs: (execution_time ?? 0) * 1_000, message }];
}
