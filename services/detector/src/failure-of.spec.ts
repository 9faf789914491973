import { type Conclusion, type Kind, parseData } from '@prunella/contracts';
import { failureOf } from './failure-of.ts';

function finished(kind: Kind, conclusion: Conclusion) {
  return parseData('pipeline.finished', {
    pipelineId: 'octo/repo/ci',
    kind,
    conclusion,
    incidentId: 'inc_1',
    runId: '42',
  });
}

describe('failureOf', () => {
  it.each`
    kind            | conclusion           | failed
    ${'run'}        | ${'failure'}         | ${true}
    ${'run'}        | ${'timed_out'}       | ${true}
    ${'run'}        | ${'startup_failure'} | ${true}
    ${'check'}      | ${'failure'}         | ${true}
    ${'deployment'} | ${'failure'}         | ${true}
    ${'deployment'} | ${'timed_out'}       | ${true}
    ${'job'}        | ${'failure'}         | ${false}
    ${'job'}        | ${'timed_out'}       | ${false}
    ${'run'}        | ${'success'}         | ${false}
    ${'run'}        | ${'cancelled'}       | ${false}
    ${'run'}        | ${'skipped'}         | ${false}
    ${'run'}        | ${'neutral'}         | ${false}
    ${'run'}        | ${'stale'}           | ${false}
    ${'run'}        | ${'action_required'} | ${false}
  `('$kind that ended as $conclusion: failed is $failed', ({ kind, conclusion, failed }) => {
    expect(failureOf(finished(kind, conclusion), 'run/42/attempt/1/completed') !== undefined).toBe(failed);
  });

  it('keeps the run and the incident, and names the event it stands on', () => {
    const event = finished('run', 'failure');
    expect(failureOf(event, 'run/42/attempt/1/completed')).toEqual({
      ...event,
      finishedEventId: 'run/42/attempt/1/completed',
    });
  });

  it('makes a contract-sized name of any event id', () => {
    const failed = failureOf(finished('run', 'failure'), 'x'.repeat(2_000));
    expect(() => parseData('pipeline.failed', failed)).not.toThrow();
  });
});
