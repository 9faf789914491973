import type { PipelineFailed } from '@prunella/contracts';
import type { EventRecord } from '@prunella/store';
import { timelineItem } from './timeline.ts';

function failed(changes: Partial<PipelineFailed>): EventRecord {
  const data = {
    kind: 'run',
    platform: 'github',
    attempt: 1,
    conclusion: 'failure',
    jobs: [],
    finishedAt: '2026-03-01T10:05:00Z',
    ...changes,
  };
  return { id: 'evt_1', subject: 'pipeline.failed', time: '2026-03-01T10:05:00Z', data } as unknown as EventRecord;
}

it.each`
  what                          | changes                                                       | says
  ${'that somebody told'}       | ${{}}                                                         | ${'failure'}
  ${'that nobody told'}         | ${{ foundAt: '2026-03-01T10:09:12Z' }}                        | ${'failure\nNo webhook told of it: found by asking github 4 min later.'}
  ${'that does not say when'}   | ${{ foundAt: '2026-03-01T10:09:12Z', finishedAt: undefined }} | ${'failure\nNo webhook told of it: found by asking github.'}
  ${'by a clock that is ahead'} | ${{ foundAt: '2026-03-01T10:01:12Z' }}                        | ${'failure\nNo webhook told of it: found by asking github.'}
`('a failure $what', ({ changes, says }) => {
  expect(timelineItem(failed(changes)).says).toBe(says);
});
