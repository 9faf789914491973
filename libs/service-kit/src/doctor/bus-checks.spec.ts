import type { StreamLook } from '@prunella/bus';
import { consumerFindings, natsFinding, streamFindings } from './bus-checks.ts';

const GB = 1024 ** 3;
const stream = (more: Partial<StreamLook> = {}): StreamLook => ({
  ...{ name: 'PRUNELLA', messages: 10, bytes: GB, maxBytes: 8 * GB, replicas: 1, lagging: 0 },
  ...more,
});
const states = (findings: { name: string; state: string }[]) => findings.map(({ name, state }) => `${name}: ${state}`);

it.each`
  version      | state
  ${'2.10.7'}  | ${'ok'}
  ${'2.9.0'}   | ${'ok'}
  ${'2.8.4'}   | ${'bad'}
  ${undefined} | ${'ok'}
`('a server of version $version: $state', ({ version, state }) => {
  expect(natsFinding(version as string | undefined).state).toBe(state);
});

it.each`
  what                 | more                                     | found
  ${'well'}            | ${{}}                                    | ${['stream PRUNELLA: ok']}
  ${'nearly full'}     | ${{ bytes: 7.5 * GB }}                   | ${['stream PRUNELLA: note']}
  ${'kept by three'}   | ${{ replicas: 3 }}                       | ${['stream PRUNELLA: ok', 'copies of PRUNELLA: ok']}
  ${'without one'}     | ${{ replicas: 3, lagging: 1 }}           | ${['stream PRUNELLA: ok', 'copies of PRUNELLA: bad']}
  ${'of dead letters'} | ${{ name: 'PRUNELLA_DLQ', messages: 2 }} | ${['dead letters: note', 'stream PRUNELLA_DLQ: ok']}
  ${'of none'}         | ${{ name: 'PRUNELLA_DLQ', messages: 0 }} | ${['dead letters: ok', 'stream PRUNELLA_DLQ: ok']}
`('a stream that is $what: $found', ({ more, found }) => {
  expect(states(streamFindings([stream(more as Partial<StreamLook>)]))).toEqual(found);
});

it.each`
  pending   | state
  ${0}      | ${'ok'}
  ${9_999}  | ${'ok'}
  ${10_000} | ${'note'}
`('a consumer for which $pending events wait: $state', ({ pending, state }) => {
  const look = { name: 'auditor-events', pending: pending as number, inWork: 0, redelivered: 0 };
  expect(consumerFindings([look])[0]?.state).toBe(state);
});
