import type { PlacedAction, PlacedFailure } from '@prunella/store';
import fc from 'fast-check';
import { coincidences } from './coincidences.ts';

const WITHIN = 100;
const NOWHERE = { repository: '', environment: '', workload: '' };

const action = (at: number, place: object = { repository: 'r' }): PlacedAction => ({
  ...{ incidentId: 'inc', platform: 'p', pipelineId: 'ci', ...NOWHERE, ...place },
  ...{ attempt: 1, action: 'retry', at: new Date(at), name: 'CI', outcome: null },
});
const failure = (atMs: number, place: object = { repository: 'r' }): PlacedFailure => ({
  ...{ incidentId: 'other', platform: 'p', pipelineId: 'ci', ...NOWHERE, ...place },
  atMs,
});

it.each`
  what                               | failed                                                                        | before | after
  ${'nothing'}                       | ${[]}                                                                         | ${0}   | ${0}
  ${'just too early'}                | ${[failure(899)]}                                                             | ${0}   | ${0}
  ${'early enough'}                  | ${[failure(900)]}                                                             | ${1}   | ${0}
  ${'just before'}                   | ${[failure(999)]}                                                             | ${1}   | ${0}
  ${'at the same time'}              | ${[failure(1_000)]}                                                           | ${0}   | ${1}
  ${'in time'}                       | ${[failure(1_100)]}                                                           | ${0}   | ${1}
  ${'just too late'}                 | ${[failure(1_101)]}                                                           | ${0}   | ${0}
  ${'another repository'}            | ${[failure(1_001, { repository: 'x' })]}                                      | ${0}   | ${0}
  ${'no place at all'}               | ${[failure(1_001, {})]}                                                       | ${0}   | ${0}
  ${'what the pipeline does'}        | ${[failure(1_001, { repository: 'r', incidentId: 'inc' })]}                   | ${0}   | ${0}
  ${"the incident's other pipeline"} | ${[failure(1_001, { repository: 'r', incidentId: 'inc', pipelineId: 'cd' })]} | ${0}   | ${1}
`('$what: $before before, $after after', ({ failed, before, after }) => {
  expect(coincidences([action(1_000)], failed, WITHIN)).toMatchObject([{ before, after }]);
});

it('counts what looking at each pair counts', () => {
  const word = fc.constantFrom('', 'a', 'b');
  const place = { repository: word, environment: word, workload: word, incidentId: word, pipelineId: word };
  const at = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(at, fc.record(place)), { maxLength: 5 }),
      fc.array(fc.tuple(at, fc.record(place)), { maxLength: 30 }),
      (acted, failed) => {
        const actions = acted.map(([ms, where]) => action(ms, where));
        const failures = failed.map(([ms, where]) => failure(ms, where));
        expect(coincidences(actions, failures, WITHIN)).toEqual(
          actions.map((one) => ({ ...one, ...paired(one, failures) })),
        );
      },
    ),
  );
});

function paired(one: PlacedAction, failures: readonly PlacedFailure[]) {
  const near = failures.filter(
    (each) =>
      (['repository', 'environment', 'workload'] as const).some(
        (field) => one[field] !== '' && one[field] === each[field],
      ) &&
      !(each.incidentId === one.incidentId && each.platform === one.platform && each.pipelineId === one.pipelineId) &&
      Math.abs(each.atMs - one.at.getTime()) <= WITHIN,
  );
  const after = near.filter(({ atMs }) => atMs >= one.at.getTime()).length;
  return { before: near.length - after, after };
}
