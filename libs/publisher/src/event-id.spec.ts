import fc from 'fast-check';
import { eventId, type Told } from './event-id.ts';

const run: Told = { pipelineId: 'ci', repository: 'acme/shop', runId: '17' };

it.each`
  subject                | told                                               | id
  ${'pipeline.started'}  | ${run}                                             | ${'acme%2Fshop/ci/17/1/started'}
  ${'pipeline.finished'} | ${{ ...run, attempt: 0 }}                          | ${'acme%2Fshop/ci/17/1/finished'}
  ${'pipeline.finished'} | ${{ ...run, attempt: 2, kind: 'run', name: 'CI' }} | ${'acme%2Fshop/ci/17/2/finished'}
  ${'pipeline.failed'}   | ${{ ...run, kind: 'job', name: 'unit / node 24' }} | ${'acme%2Fshop/ci/17/1/job/unit%20%2F%20node%2024/failed'}
  ${'pipeline.failed'}   | ${{ pipelineId: 'ci', runId: '17', attempt: 3 }}   | ${'/ci/17/3/failed'}
  ${'pipeline.failed'}   | ${{ pipelineId: 'ci' }}                            | ${undefined}
`('$subject of $told is $id', ({ subject, told, id }) => {
  expect(eventId(subject, told)).toBe(id);
});

it('is another one for another run, attempt or job, and the same for the same', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F') });
  const told = fc.record({
    ...{ pipelineId: word, repository: word, runId: fc.string({ unit: fc.constantFrom('a', '/'), minLength: 1 }) },
    ...{ attempt: fc.integer({ min: 1, max: 3 }), kind: fc.constantFrom('run', 'job', 'check'), name: word },
  });
  fc.assert(
    fc.property(told, told, (a, b) => {
      // the name of a run says nothing about which run it is
      const key = (one: typeof a) => JSON.stringify(one.kind === 'run' ? { ...one, name: '' } : one);
      expect(eventId('pipeline.failed', a) === eventId('pipeline.failed', b)).toBe(key(a) === key(b));
    }),
    { numRuns: 500 },
  );
});
