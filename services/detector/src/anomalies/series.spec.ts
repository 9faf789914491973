import { type PipelineFinished, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { parsePolicy } from '@prunella/policy';
import { attemptId, durationOf, measuredIn } from './series.ts';

const job = (name: string, changes: object = {}) => ({
  name,
  conclusion: 'success',
  startedAt: '2026-01-05T09:00:00Z',
  finishedAt: '2026-01-05T09:01:00Z',
  ...changes,
});

function finished(changes: object = {}): PipelineFinished {
  const about = { pipelineId: 'acme/shop/ci.yml', repository: 'acme/shop', runId: '7', branch: 'main', name: 'CI' };
  const times = { startedAt: '2026-01-05T09:00:00Z', finishedAt: '2026-01-05T09:05:00Z' };
  return completed(parseData('pipeline.finished', { ...about, ...times, conclusion: 'success', ...changes }), 'event');
}

function seriesOf(changes: object = {}, fields = ''): string[] {
  const { anomalies } = parsePolicy(`version: 1\nanomalies: { ${fields} }\n`);
  return measuredIn(finished(changes), 'event', anomalies).map(
    ({ series: { kind, name, unit }, value }) => `${kind} ${name} ${value} ${unit}`,
  );
}

it.each`
  changes                                                              | fields                        | expected
  ${{}}                                                                | ${''}                         | ${['run CI 300 s']}
  ${{ name: '' }}                                                      | ${''}                         | ${['run acme/shop/ci.yml 300 s']}
  ${{ kind: 'job', name: 'build' }}                                    | ${''}                         | ${['job build 300 s']}
  ${{ kind: 'check' }}                                                 | ${''}                         | ${[]}
  ${{ startedAt: null }}                                               | ${''}                         | ${[]}
  ${{ finishedAt: '2026-01-05T08:00:00Z' }}                            | ${''}                         | ${[]}
  ${{ jobs: [job('a'), job('b', { conclusion: 'skipped' })] }}         | ${''}                         | ${['run CI 300 s', 'job a 60 s']}
  ${{ jobs: [job('a'), job('a'), job('c', { startedAt: null })] }}     | ${''}                         | ${['run CI 300 s', 'job a 60 s']}
  ${{ kind: 'job', name: 'a', jobs: [job('a')] }}                      | ${''}                         | ${['job a 300 s']}
  ${{ metrics: { memory: 0.5, latency_ms: 80, made_up: 3, cpu: -1 } }} | ${''}                         | ${['run CI 300 s', 'metric memory 0.5 share', 'metric latency_ms 80 ms']}
  ${{ jobs: [job('a'), job('b')] }}                                    | ${'ignore: [{ series: a }]'}  | ${['run CI 300 s', 'job b 60 s']}
  ${{ jobs: [job('a')] }}                                              | ${'match: [{ branch: dev }]'} | ${[]}
  ${{ jobs: [job('a')] }}                                              | ${'enabled: false'}           | ${[]}
`('of $changes with { $fields }: $expected', ({ changes, fields, expected }) => {
  expect(seriesOf(changes, fields)).toEqual(expected);
});

it('takes no more than 100 jobs of a run', () => {
  expect(seriesOf({ jobs: Array.from({ length: 300 }, (_, n) => job(`job ${n}`)) })).toHaveLength(101);
});

it('keeps main branches apart from each other and from the rest, which are one', () => {
  const { anomalies } = parsePolicy('');
  const id = (branch: string) => durationOf(finished({ branch }), 'event', anomalies)?.series.id;
  const [main, master, one, two] = ['main', 'master', 'feature/1', 'feature/2'].map(id);
  expect(new Set([main, master, one, two]).size).toBe(3);
  expect(one).toBe(two);
});

it('knows the same attempt of a run again, and a value by its end where runs have no id of their own', () => {
  const { anomalies } = parsePolicy('');
  const value = (changes: object, eventId: string) => durationOf(finished(changes), eventId, anomalies)?.id;
  expect(value({}, 'a')).toBe(value({}, 'b'));
  expect(value({ attempt: 2 }, 'a')).not.toBe(value({}, 'a'));
  expect(value({ finishedAt: '2026-01-06T09:05:00Z' }, 'a')).not.toBe(value({}, 'a'));
  expect(value({ runId: '' }, 'a')).not.toBe(value({ runId: '' }, 'b'));
  expect(attemptId(finished())).toMatch(/^[0-9a-z]{12}$/);
  expect(attemptId(finished({ runId: '' }))).toBe('');
});
