import { builtinModel } from '@prunella/model';
import { builtinPacks, compileRules } from '@prunella/rules';
import { diagnose } from './diagnose.ts';
import type { DiagnosisInput, LogText } from './diagnosis.ts';
import { type FailedTest, isProof, type RunTests } from './run-tests.ts';

const rules = compileRules(builtinPacks());
const model = builtinModel();
const DAY = 86_400_000;
const NOW = Date.parse('2026-11-28T07:00:00Z');

const known = { proofs: 3, lastProofAt: '2026-11-27T07:00:00Z' };
const total: FailedTest = { classname: 'tests.test_cart', name: 'test_total', file: '', job: 'test', known };
const adds: FailedTest = { ...total, name: 'test_adds' };
const { known: _, ...unknownAdds } = adds;

const PYTEST = (names: readonly string[], ...more: string[]) =>
  [
    '============================= test session starts ==============================',
    'collected 12 items',
    '=================================== FAILURES ===================================',
    'E       assert 11 == 12',
    '=========================== short test summary info ============================',
    ...names.map((name) => `FAILED tests/test_cart.py::${name} - assert 11 == 12`),
    `========================= ${names.length} failed, 11 passed in 1.20s =========================`,
    ...more,
    'Process completed with exit code 1.',
  ].join('\n');

const log = (job: string, text: string): LogText => ({ job, text, firstLine: 1, conclusion: 'failure' });
const jobs = (...names: string[]) =>
  names.map((name) => ({ id: '', name, conclusion: 'failure' as const, url: '', failedStep: '', runner: '' }));

function diagnosed(tests: Partial<RunTests> | undefined, rest: Partial<DiagnosisInput> = {}) {
  const input: DiagnosisInput = {
    ...{ logs: [log('test', PYTEST(['test_total']))], jobs: jobs('test'), metrics: {}, conclusion: 'failure' as const },
    ...(tests !== undefined && { tests: { failed: [total], flaky: [], complete: true, ...tests } }),
    ...rest,
  };
  return diagnose(input, { rules, model, learnt: () => undefined });
}

it('a run that failed only with tests that are known to be flaky is flaky, with the proof', () => {
  expect(diagnosed({})).toMatchObject({
    ...{ cause: 'flaky_test', domain: 'test', decidedBy: 'history:flaky-tests', confidence: 0.9, vetoes: [] },
    action: { type: 'skip_test', parameters: { notify: '#flaky-tests', test: 'tests/test_cart.py::test_total' } },
    explanation:
      'The only test that failed is known to fail and pass at the same commit: "test_total" (at 3 commits, last 2026-11-27): the history of its tests says so on line 6 of job "test" ("FAILED tests/test_cart.py::test_total - assert 11 == 12"); confidence 0.90.',
    evidence: expect.arrayContaining([
      { line: 6, text: 'FAILED tests/test_cart.py::test_total - assert 11 == 12', job: 'test' },
    ]),
  });
});

const two = { logs: [log('test', PYTEST(['test_total', 'test_adds']))] };
const shards = { logs: [log('a', PYTEST(['test_total'])), log('b', PYTEST(['test_adds']))], jobs: jobs('a', 'b') };
const lint = log(
  'lint',
  'src/cart.ts:1:7 - error TS2322: Type string is not assignable to type number.\nFound 1 error.',
);

/** Maven names no test in a way that we read. */
const MAVEN = '[ERROR] Tests run: 12, Failures: 1, Errors: 0, Skipped: 0\n[ERROR] There are test failures.';
const nameless = (...names: string[]) => ({ logs: names.map((name) => log(name, MAVEN)), jobs: jobs(...names) });

it.each<[string, Partial<RunTests> | undefined, Partial<DiagnosisInput>, string]>([
  ['the log names no test, and one job failed', {}, nameless('unit'), 'flaky_test'],
  ['two logs name no test, and one job reported nothing', {}, nameless('test', 'unit'), 'test_failure'],
  [
    'two logs name no test, and both jobs reported',
    { failed: [total, { ...adds, job: 'unit' }] },
    nameless('test', 'unit'),
    'flaky_test',
  ],
  ['nothing was reported', undefined, {}, 'test_failure'],
  ['no failure was reported', { failed: [] }, {}, 'test_failure'],
  ['the report is not whole', { complete: false }, {}, 'test_failure'],
  ['two failed, and both are known', { failed: [total, adds] }, two, 'flaky_test'],
  ['a new failure stands beside a known one', { failed: [total, unknownAdds] }, two, 'test_failure'],
  ['the log names a test that no report has', { failed: [total] }, two, 'test_failure'],
  ['the log names one that passed when it was repeated', { failed: [total], flaky: [adds] }, two, 'flaky_test'],
  ['two jobs failed, each with a known one', { failed: [total, adds] }, shards, 'flaky_test'],
  ['two jobs failed, and one of them reported nothing', { failed: [total] }, shards, 'test_failure'],
  [
    'so many failed that something else is to blame',
    { failed: Array.from({ length: 11 }, () => total) },
    {},
    'test_failure',
  ],
  ['another job has no log', {}, { jobs: jobs('test', 'deploy') }, 'test_failure'],
  [
    'another job failed for a reason that nobody knows',
    {},
    { logs: [log('test', PYTEST(['test_total'])), log('x', 'flux drained')], jobs: jobs('test', 'x') },
    'test_failure',
  ],
  [
    'the same job does not compile',
    {},
    {
      logs: [
        log(
          'test',
          PYTEST(['test_total'], 'src/cart.ts:1:7 - error TS2322: Type string is not assignable to type number.'),
        ),
      ],
    },
    'code',
  ],
])('where %s', (_what, tests, rest, cause) => {
  const made = diagnosed(tests, rest);
  expect(cause === 'code' ? made.domain : made.cause).toBe(cause);
});

it('another job that fails for a reason in the code forbids what would hide it', () => {
  const made = diagnosed({}, { logs: [log('test', PYTEST(['test_total'])), lint], jobs: jobs('test', 'lint') });
  expect(made.cause === 'flaky_test' ? made.vetoes : [made.domain]).not.toEqual([]);
  if (made.cause === 'flaky_test') expect(made.vetoes[0]).toContain('job "lint"');
  else expect(made.domain).toBe('code');
});

it.each`
  proofs | ago   | failing  | excuses
  ${2}   | ${1}  | ${false} | ${true}
  ${1}   | ${1}  | ${false} | ${false}
  ${2}   | ${13} | ${false} | ${true}
  ${2}   | ${15} | ${false} | ${false}
  ${9}   | ${1}  | ${true}  | ${false}
`(
  '$proofs proofs, the last $ago days ago, broken by now: $failing, excuse: $excuses',
  ({ proofs, ago, failing, excuses }) => {
    const lastProofAt = new Date(NOW - ago * DAY).toISOString();
    expect(isProof({ proofs, lastProofAt, failing }, { at: NOW, withinMs: 14 * DAY })).toBe(excuses);
  },
);
