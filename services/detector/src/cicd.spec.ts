import { conclusions, type PipelineFinished, parseData } from '@prunella/contracts';
import { endingKey, endingOf, secondsOf } from './cicd.ts';
import { FAILED } from './failure-of.ts';

function finished(what: Record<string, unknown>): PipelineFinished {
  return parseData('pipeline.finished', {
    ...{ pipelineId: 'ci', platform: 'github', repository: 'acme/shop', runId: '17', attempt: 1, kind: 'run' },
    ...{ conclusion: 'success', name: 'CI' },
    ...what,
  });
}

it('has a result for each conclusion, and a kind of error for those that failed', () => {
  for (const conclusion of conclusions) {
    const { result, errorType } = endingOf(conclusion);
    expect(result).toMatch(/^[a-z_]+$/);
    expect(errorType !== '').toBe(FAILED.has(conclusion));
  }
});

it.each`
  startedAt                 | finishedAt                  | seconds
  ${'2026-01-01T00:00:00Z'} | ${'2026-01-01T00:01:30.5Z'} | ${90.5}
  ${'2026-01-01T00:00:00Z'} | ${'2025-12-31T23:59:59Z'}   | ${undefined}
  ${undefined}              | ${'2026-01-01T00:00:00Z'}   | ${undefined}
  ${'2026-01-01T00:00:00Z'} | ${undefined}                | ${undefined}
`('from $startedAt to $finishedAt are $seconds s', ({ startedAt, finishedAt, seconds }) => {
  expect(secondsOf({ ...(startedAt && { startedAt }), ...(finishedAt && { finishedAt }) })).toBe(seconds);
});

const event = { id: '1', source: 'webhook' };
const other = { id: '2', source: 'step' };

it.each`
  a                                | b                                             | same
  ${{}}                            | ${{}}                                         | ${true}
  ${{}}                            | ${{ pipelineId: '.github/workflows/ci.yml' }} | ${true}
  ${{}}                            | ${{ attempt: 2 }}                             | ${false}
  ${{}}                            | ${{ runId: '18' }}                            | ${false}
  ${{}}                            | ${{ kind: 'job' }}                            | ${false}
  ${{ kind: 'job', name: 'unit' }} | ${{ kind: 'job', name: 'lint' }}              | ${false}
  ${{ repository: '' }}            | ${{ repository: '', pipelineId: 'other' }}    | ${false}
  ${{ runId: '' }}                 | ${{ runId: '' }}                              | ${false}
`('$a and $b of two reporters are the same ending: $same', ({ a, b, same }) => {
  expect(endingKey(finished(a), event) === endingKey(finished(b), other)).toBe(same);
});
