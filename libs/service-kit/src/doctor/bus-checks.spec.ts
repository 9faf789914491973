import type { StreamLook } from '@prunella/bus';
import { consumerFindings, natsFinding, streamFindings } from './bus-checks.ts';

const GB = 1024 ** 3;
const stream = (more: Partial<StreamLook> = {}): StreamLook => ({
  ...{ name: 'PRUNELLA', messages: 10, bytes: GB, maxBytes: 8 * GB, replicas: 1, lagging: 0, away: [] },
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
  what                 | more                                        | found
  ${'well'}            | ${{}}                                       | ${['stream PRUNELLA: ok']}
  ${'nearly full'}     | ${{ bytes: 7.5 * GB }}                      | ${['stream PRUNELLA: note']}
  ${'kept by three'}   | ${{ replicas: 3 }}                          | ${['stream PRUNELLA: ok', 'copies of PRUNELLA: ok']}
  ${'without one'}     | ${{ replicas: 3, lagging: 1, away: ['b'] }} | ${['stream PRUNELLA: ok', 'copies of PRUNELLA: bad']}
  ${'of dead letters'} | ${{ name: 'PRUNELLA_DLQ', messages: 2 }}    | ${['dead letters: note', 'stream PRUNELLA_DLQ: ok']}
  ${'of none'}         | ${{ name: 'PRUNELLA_DLQ', messages: 0 }}    | ${['dead letters: ok', 'stream PRUNELLA_DLQ: ok']}
`('a stream that is $what: $found', ({ more, found }) => {
  expect(states(streamFindings([stream(more as Partial<StreamLook>)], (more as Partial<StreamLook>).replicas))).toEqual(
    found,
  );
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

it.each`
  wanted | replicas | lagging | says
  ${3}   | ${1}     | ${0}    | ${'NATS_REPLICAS says 3'}
  ${1}   | ${3}     | ${0}    | ${'NATS_REPLICAS says 1'}
  ${3}   | ${3}     | ${1}    | ${'1 of 3 servers are behind or away (b)'}
  ${5}   | ${5}     | ${2}    | ${'2 of 5 servers are behind or away (b)'}
`('$wanted copies wanted, $replicas there, $lagging behind: $says', ({ wanted, replicas, lagging, says }) => {
  const look = stream({ replicas: replicas as number, lagging: lagging as number, away: ['b'] });
  expect(streamFindings([look], wanted as number).map(({ found }) => found)).toContainEqual(
    expect.stringContaining(says as string),
  );
});
