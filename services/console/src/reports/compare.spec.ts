import { counted, pointsBetween, rateWithInterval } from './compare.ts';

it.each`
  now     | before  | says
  ${0.86} | ${0.82} | ${'+4 points'}
  ${0.5}  | ${0.51} | ${'−1 point'}
  ${0.5}  | ${0.5}  | ${'as before'}
  ${0.5}  | ${null} | ${undefined}
  ${null} | ${0.5}  | ${undefined}
`('$now after $before is $says', ({ now, before, says }) => {
  expect(pointsBetween(now, before)).toBe(says);
});

it('a rate is told with its interval, and nothing where there is none', () => {
  expect(rateWithInterval(0.864, { low: 0.8, high: 0.911 })).toBe('86% (80 to 91%)');
  expect(rateWithInterval(null, null)).toBe('–');
  expect([counted(1, 'action'), counted(0, 'action')]).toEqual(['1 action', '0 actions']);
});
