import type { RunState } from '@prunella/core';
import { orderFor } from '../../order.fixture.ts';
import { lookAtRun } from '../rerun.ts';
import { begunBy } from './retry.ts';

const sha = 'a'.repeat(40);
const other = 'b'.repeat(40);
const failed: RunState = { status: 'completed', conclusion: 'failure', attempt: 1, headSha: sha, branchHeadSha: sha };

describe('a look before a rerun', () => {
  it.each`
    what                                    | state                                          | mayHaveActed | kind
    ${'failed and untouched'}               | ${failed}                                      | ${false}     | ${'ready'}
    ${'the branch head is unknown'}         | ${{ ...failed, branchHeadSha: undefined }}     | ${false}     | ${'ready'}
    ${'a crash before the call'}            | ${failed}                                      | ${true}      | ${'ready'}
    ${'unknown to the platform'}            | ${undefined}                                   | ${false}     | ${'superseded'}
    ${'still in progress'}                  | ${{ ...failed, status: 'in_progress' }}        | ${false}     | ${'later'}
    ${'queued'}                             | ${{ ...failed, status: 'queued' }}             | ${false}     | ${'later'}
    ${'green meanwhile'}                    | ${{ ...failed, conclusion: 'success' }}        | ${false}     | ${'superseded'}
    ${'somebody reran it'}                  | ${{ ...failed, attempt: 2 }}                   | ${false}     | ${'superseded'}
    ${'somebody reran it, still running'}   | ${{ ...failed, attempt: 2, status: 'queued' }} | ${false}     | ${'superseded'}
    ${'our own call before a crash'}        | ${{ ...failed, attempt: 2, status: 'queued' }} | ${true}      | ${'done'}
    ${'our own call, and it went on since'} | ${{ ...failed, attempt: 3 }}                   | ${true}      | ${'done'}
    ${'reran twice by others'}              | ${{ ...failed, attempt: 3 }}                   | ${false}     | ${'superseded'}
    ${'another commit in the run'}          | ${{ ...failed, headSha: other }}               | ${false}     | ${'superseded'}
    ${'the branch moved on'}                | ${{ ...failed, branchHeadSha: other }}         | ${false}     | ${'superseded'}
    ${'somebody began it as a new run'}     | ${{ ...failed, rerunAs: { runId: '43' } }}     | ${false}     | ${'superseded'}
    ${'our own new run before a crash'}     | ${{ ...failed, rerunAs: { runId: '43' } }}     | ${true}      | ${'done'}
    ${'a rerun that has no number yet'}     | ${{ ...failed, rerunQueued: true }}            | ${false}     | ${'later'}
    ${'our own, before a crash'}            | ${{ ...failed, rerunQueued: true }}            | ${true}      | ${'later'}
    ${'the platform is behind the report'}  | ${{ ...failed, attempt: 0 }}                   | ${false}     | ${'later'}
  `('$what: $kind', ({ state, mayHaveActed, kind }) => {
    const { run } = orderFor();
    const mine = mayHaveActed && state && begunBy(run, state);
    expect(mine ? 'done' : lookAtRun(run, state).kind).toBe(kind);
  });
});

it('says which attempt it began, also when others followed', () => {
  const { run } = orderFor();
  expect(begunBy(run, { ...failed, attempt: 4 })?.says).toMatch(/\(attempt 2\)$/);
});
