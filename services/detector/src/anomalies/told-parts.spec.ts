import { parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { stepsIn, testsTold } from './told-parts.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 9, 0, second)).toISOString();
const step = (name: string, seconds: number, changes: object = {}) => ({
  ...{ name, conclusion: 'success', startedAt: at(0), finishedAt: at(seconds) },
  ...changes,
});
const job = (name: string, steps: object[], changes: object = {}) => ({
  ...{ id: '1', name, conclusion: 'success', startedAt: at(0), finishedAt: at(50), steps },
  ...changes,
});

function ended(jobs: object[], changes: object = {}) {
  const data = { pipelineId: 'acme/shop/CI', runId: '7', kind: 'job', name: 'build', conclusion: 'success', jobs };
  const whole = completed(parseData('pipeline.finished', { ...data, ...changes }), 'e');
  return { id: 'e', source: 's', time: at(60), data: whole } as Parameters<typeof stepsIn>[0];
}

it.each`
  what                              | jobs                                                                       | expected
  ${'steps that passed'}            | ${[job('build', [step('a', 5), step('b', 40)])]}                           | ${['build: a 5, b 40']}
  ${'steps of each job'}            | ${[job('build', [step('a', 5)]), job('test', [step('a', 9)])]}             | ${['build: a 5', 'test: a 9']}
  ${'no step that failed'}          | ${[job('build', [step('a', 5, { conclusion: 'skipped' }), step('b', 9)])]} | ${['build: b 9']}
  ${'no step without times'}        | ${[job('build', [step('a', 5, { startedAt: null }), step('b', -9)])]}      | ${[]}
  ${'no step of a job that failed'} | ${[job('build', [step('a', 5)], { conclusion: 'failure' })]}               | ${[]}
  ${'nothing without steps'}        | ${[job('build', [])]}                                                      | ${[]}
`('tells $what', ({ jobs, expected }) => {
  const told = stepsIn(ended(jobs)).map(
    ({ job: of, parts }) => `${of}: ${parts.map(({ name, seconds }) => `${name} ${seconds}`).join(', ')}`,
  );
  expect(told).toEqual(expected);
});

it('knows the same steps again, whoever tells them, and those of another attempt as others', () => {
  const id = (changes: object) => stepsIn(ended([job('build', [step('a', 5)])], changes))[0]?.id;
  expect(id({ kind: 'run', name: 'CI' })).toBe(id({}));
  expect(id({ attempt: 2 })).not.toBe(id({}));
  expect(stepsIn(ended([job('build', [step('a', 5)])], { kind: 'check' }))).toEqual([]);
});

it('tells the tests of a report that passed, with what groups them', () => {
  const totals = { tests: 3, passed: 2, failed: 1, errors: 0, skipped: 0, flaky: 0, durationMs: 9_000 };
  const data = parseData('tests.reported', {
    ...{ run: { pipelineId: 'ci', runId: '7' }, reportId: 'rep_1', part: 1, parts: 1, job: 'unit', totals },
    notable: [{ name: 'pays', status: 'failed', durationMs: 7_000 }],
    passed: [
      { classname: 'Cart', names: ['adds', 'totals'], durationMs: [1_500, 500] },
      { names: ['alone'], durationMs: [2_000] },
    ],
  });
  const event = { id: 'r/1', source: 's', time: at(60), data } as Parameters<typeof testsTold>[0];
  expect(testsTold(event)).toMatchObject({
    kind: 'test',
    job: 'unit',
    at: Date.parse(at(60)),
    parts: [
      { name: 'Cart › adds', seconds: 1.5 },
      { name: 'Cart › totals', seconds: 0.5 },
      { name: 'alone', seconds: 2 },
    ],
  });
});
