import { segmentsOf } from './state-segments.ts';

const change = (at: number, before: string, state: string) => ({ at: new Date(at).toISOString(), before, state });

it.each`
  what                         | changes                                                  | segments
  ${'nothing changed'}         | ${[]}                                                    | ${['up 0-100']}
  ${'it went down'}            | ${[change(60, 'up', 'down')]}                            | ${['up 0-60', 'down 60-100']}
  ${'it was down for a while'} | ${[change(80, 'down', 'up'), change(60, 'up', 'down')]}  | ${['up 0-60', 'down 60-80', 'up 80-100']}
  ${'it changed before'}       | ${[change(80, 'down', 'up'), change(-10, 'up', 'down')]} | ${['down 0-80', 'up 80-100']}
  ${'a clock is ahead'}        | ${[change(200, 'down', 'up')]}                           | ${['down 0-100']}
`('$what: $segments', ({ changes, segments }) => {
  const found = segmentsOf(changes, 'up', { from: 0, to: 100 });
  expect(found.map(({ state, from, to }) => `${state} ${from}-${to}`)).toEqual(segments);
});
