import { parseData, writeMessage } from '@prunella/contracts';
import fc from 'fast-check';
import type { JunitReport } from './junit/read-junit.ts';
import { reportEvents, testsIn } from './report-events.ts';
import type { TestResult } from './test-result.ts';

const RUN = {
  ...{ pipelineId: 'acme/shop/.github/workflows/ci.yml', platform: 'github', repository: 'acme/shop', runId: '42' },
  ...{ attempt: 1, headSha: 'c0ffee', branch: 'main' },
};

function report(results: readonly Partial<TestResult>[]): JunitReport {
  const whole = results.map((result, index) => ({
    ...{
      suite: 's',
      classname: 'c',
      name: `test ${index}`,
      file: '',
      status: 'passed' as const,
      durationMs: index,
      message: '',
    },
    ...result,
  }));
  const totals = { tests: whole.length, passed: 0, failed: 0, errors: 0, skipped: 0, flaky: 0, durationMs: 0 };
  return { results: whole, totals };
}

describe('reportEvents', () => {
  it('tells a report of 20,000 tests in parts that fit into messages, those that failed first', () => {
    const many = report(
      Array.from({ length: 20_000 }, (_, index) => ({
        classname: `com.acme.shop.module${index % 400}.CartItemServiceIntegrationTest`,
        name: `keeps the total when item ${index} is taken out of the cart and put in again`,
        ...(index % 1_000 === 999 && { status: 'failed' as const, message: 'x'.repeat(2_000) }),
      })),
    );
    const events = reportEvents(many, { run: RUN, job: 'test' });
    const sizes = events.map(
      ({ id, data }) => writeMessage({ subject: 'tests.reported', id, source: 'detector', data }).length,
    );
    expect(Math.max(...sizes)).toBeLessThan(450_000);
    expect(events.length).toBeLessThan(10);
    expect(events[0]?.data.notable).toHaveLength(20);
    expect(events.map(({ data: { part, parts } }) => [part, parts])).toEqual(
      events.map((_, index) => [index + 1, events.length]),
    );
    expect(events.flatMap(({ data }) => testsIn(data))).toHaveLength(20_000);
  });

  it('has the same ids for the same report, and others for another run, attempt, job or result', () => {
    const ids = (results: readonly Partial<TestResult>[], changes: object = {}, job = 'test') =>
      reportEvents(report(results), { run: { ...RUN, ...changes }, job }).map(({ id }) => id);
    const [first] = ids([{ name: 'a' }]);
    expect(ids([{ name: 'a', durationMs: 9 }])).toEqual([first]);
    const others = [
      ids([{ name: 'a' }], { attempt: 2 }),
      ids([{ name: 'a' }], { runId: '43' }),
      ids([{ name: 'a' }], {}, 'it'),
    ];
    others.push(ids([{ name: 'a', status: 'failed' }]), ids([{ name: 'b' }]));
    expect(new Set([first, ...others.flat()]).size).toBe(6);
  });

  it('belongs to the incident that the run itself has', () => {
    const [{ data } = { data: undefined }] = reportEvents(report([{}]), { run: RUN, job: '' });
    expect(data).toMatchObject({
      incidentId: expect.stringMatching(/^inc_/),
      run: { platform: 'github', attempt: 1, kind: 'run' },
    });
  });

  it('tells an empty report too: that nothing failed is something', () => {
    expect(reportEvents(report([]), { run: RUN, job: '' })).toHaveLength(1);
  });

  it('loses no test and fits the contract, wherever it is cut', () => {
    const result = fc.record({
      classname: fc.constantFrom('a', 'b', 'ü'),
      suite: fc.constantFrom('', 's'),
      name: fc.string({ minLength: 1, maxLength: 30 }),
      status: fc.constantFrom('passed', 'failed', 'error', 'flaky', 'skipped'),
      durationMs: fc.nat(1_000),
    });
    fc.assert(
      fc.property(fc.array(result, { maxLength: 40 }), fc.integer({ min: 1, max: 2_000 }), (results, mostBytes) => {
        const events = reportEvents(report(results as Partial<TestResult>[]), { run: RUN, job: 'test' }, mostBytes);
        const told = events.flatMap(({ data }) =>
          testsIn(parseData('tests.reported', JSON.parse(JSON.stringify(data)))),
        );
        const shown = ({ classname, name, status, durationMs }: Partial<TestResult>) =>
          JSON.stringify([classname, name, status, durationMs]);
        expect(told.map(shown).sort()).toEqual(
          results
            .filter(({ status }) => status !== 'skipped')
            .map((one) => shown(one as TestResult))
            .sort(),
        );
      }),
    );
  });
});
