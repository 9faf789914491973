import fc from 'fast-check';
import { noTail, studentTail, tailProbability, withDeviation } from './tail.ts';

it.each`
  t        | probability
  ${0}     | ${0.5}
  ${2.015} | ${0.05}
  ${3.365} | ${0.01}
  ${5.893} | ${0.001}
  ${9.678} | ${0.0001}
`("has Student's tail: beyond $t are $probability", ({ t, probability }) => {
  expect(studentTail(t) / probability).toBeCloseTo(1, 2);
});

it('falls as the deviation grows, whatever was seen', () => {
  const deviations = fc.array(fc.double({ min: -5, max: 200, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(
      deviations,
      fc.double({ min: -3, max: 90, noNaN: true }),
      fc.double({ min: 0, max: 9, noNaN: true }),
      (seen, z, more) => {
        const tail = seen.reduce(withDeviation, noTail);
        expect(tailProbability(tail, z + more)).toBeLessThanOrEqual(tailProbability(tail, z) * (1 + 1e-9));
      },
    ),
  );
});
