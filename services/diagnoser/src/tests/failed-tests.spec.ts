import type { TestStatus, TestsReported } from '@prunella/contracts';
import { reportEvents } from '@prunella/test-history';
import fc from 'fast-check';
import { isComplete, NO_TESTS, withReport } from './failed-tests.ts';

function report(job: string, tests: Record<string, TestStatus>, mostBytes?: number): TestsReported[] {
  const results = Object.entries(tests).map(([name, status]) => ({
    ...{ suite: '', classname: 'c', name, file: '', status, durationMs: 1, message: '' },
  }));
  const totals = { tests: 0, passed: 0, failed: 0, errors: 0, skipped: 0, flaky: 0, durationMs: 0 };
  const run = { pipelineId: 'ci', repository: 'acme/shop', runId: '1' };
  return reportEvents({ results, totals }, { run, job }, mostBytes).map(({ data }) => data);
}

it('knows what failed, what was flaky, and whether all of it came, in whatever order and however often', () => {
  const events = [
    ...report('a', { total: 'failed', adds: 'passed', ships: 'flaky', prints: 'error' }, 200),
    ...report('b', { total: 'failed', pays: 'passed' }),
  ];
  expect(events.length).toBeGreaterThan(3);
  const whole = events.reduce(withReport, NO_TESTS);
  expect(whole.failed.map(({ job, name }) => `${job} ${name}`)).toEqual(['a total', 'a prints', 'b total']);
  expect(whole.flaky.map(({ name }) => name)).toEqual(['ships']);
  expect(isComplete(whole)).toBe(true);
  for (const left of events)
    expect(isComplete(events.filter((event) => event !== left).reduce(withReport, NO_TESTS))).toBe(
      left === events.at(-1),
    );
  const again = fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length });
  fc.assert(
    fc.property(again, (order) => {
      const known = order.reduce(withReport, NO_TESTS);
      const sorted = ({ failed }: typeof known) => failed.map(({ id }) => id).sort();
      expect([known.reports, sorted(known), isComplete(known)]).toEqual([whole.reports, sorted(whole), true]);
    }),
  );
});

it('is bounded, and then not whole', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`t${n}`, 'failed' as const]));
  const known = report('a', many).reduce(withReport, NO_TESTS);
  expect(known.failed.length).toBeLessThan(50);
  expect(isComplete(known)).toBe(false);
});
