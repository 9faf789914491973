import { sameTest } from '../test-id.ts';
import type { TestResult } from '../test-result.ts';
import type { TestCase } from './test-case.ts';

const WORST_LAST = ['skipped', 'passed', 'flaky', 'failed', 'error'];

/**
 * Each test once. Where one stands there several times, the worst result holds: several tests may share a name, and that one of them passes is no proof that another is flaky. Only where
 * the runner gives no two tests the same name is a failure before a success a repetition.
 */
export function withoutRepeats(cases: readonly Pick<TestCase, 'mayRepeat' | 'result'>[]): TestResult[] {
  const byTest = new Map<string, TestResult>();
  for (const one of cases) {
    const result = one.result();
    const key = sameTest(result);
    const known = byTest.get(key);
    byTest.set(key, known === undefined ? result : together(known, result, one.mayRepeat));
  }
  return [...byTest.values()];
}

function together(known: TestResult, next: TestResult, repeated: boolean): TestResult {
  const durationMs = known.durationMs + next.durationMs;
  if (repeated && isFailure(known) && next.status === 'passed') return { ...known, status: 'flaky', durationMs };
  const worst = WORST_LAST.indexOf(next.status) > WORST_LAST.indexOf(known.status) ? next : known;
  return { ...worst, durationMs };
}

function isFailure({ status }: TestResult): boolean {
  return status === 'failed' || status === 'error';
}
