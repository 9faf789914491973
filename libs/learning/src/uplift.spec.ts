import fc from 'fast-check';
import { mantelHaenszel, newcombe, type Stratum, wilson } from './rates.ts';
import { uplift } from './uplift.ts';

const rate = (successes: number, cases: number) => ({ successes, cases });
const anyRate = fc.integer({ min: 1, max: 60 }).chain((cases) => fc.nat({ max: cases }).map((n) => rate(n, cases)));
const anyStratum: fc.Arbitrary<Stratum> = fc.record({ treated: anyRate, control: anyRate });

describe('intervals', () => {
  // Newcombe 1998, table II: method 10.
  it.each`
    a     | m     | b     | n     | low        | high
    ${56} | ${70} | ${48} | ${80} | ${0.0524}  | ${0.3339}
    ${9}  | ${10} | ${3}  | ${10} | ${0.1705}  | ${0.809}
    ${6}  | ${7}  | ${2}  | ${7}  | ${0.0582}  | ${0.8062}
    ${5}  | ${56} | ${0}  | ${29} | ${-0.0381} | ${0.1926}
    ${0}  | ${10} | ${0}  | ${10} | ${-0.2775} | ${0.2775}
    ${10} | ${10} | ${0}  | ${10} | ${0.6075}  | ${1}
  `('$a/$m less $b/$n: $low to $high', ({ a, m, b, n, low, high }) => {
    const found = newcombe(rate(a, m), rate(b, n));
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it('hold their value and stay in range', () => {
    fc.assert(
      fc.property(anyRate, anyRate, fc.array(anyStratum, { minLength: 1, maxLength: 8 }), (a, b, strata) => {
        const score = wilson(a);
        expect(score.low).toBeGreaterThanOrEqual(0);
        expect(score.high).toBeLessThanOrEqual(1);
        for (const { value, low, high } of [score, newcombe(a, b), mantelHaenszel(strata) ?? score]) {
          expect(low).toBeLessThanOrEqual(value + 1e-12);
          expect(high).toBeGreaterThanOrEqual(value - 1e-12);
        }
      }),
    );
  });
});

describe('over strata', () => {
  it('one stratum is the plain difference', () => {
    fc.assert(
      fc.property(anyStratum, (stratum) => {
        const { treated, control } = stratum;
        const plain = treated.successes / treated.cases - control.successes / control.cases;
        expect(mantelHaenszel([stratum])?.value).toBeCloseTo(plain, 9);
      }),
    );
  });

  it('compares like with like: what heals easily was tried more often', () => {
    const easy = { treated: rate(90, 100), control: rate(9, 10) };
    const hard = { treated: rate(1, 10), control: rate(10, 100) };
    const found = mantelHaenszel([easy, hard]);
    expect(found?.value).toBeCloseTo(0, 9);
    expect(found?.low).toBeLessThan(0);
    expect(newcombe(rate(91, 110), rate(19, 110)).low).toBeGreaterThan(0.5);
  });

  it('those with one side only say nothing', () => {
    expect(mantelHaenszel([{ treated: rate(3, 3), control: rate(0, 0) }])).toBeUndefined();
  });
});

describe('the uplift', () => {
  const alike = { key: 'network', treated: rate(18, 20), control: rate(4, 20) };
  it.each`
    what                       | treated          | heldOut        | strata                                 | method        | says
    ${'enough were held out'}  | ${rate(90, 100)} | ${rate(5, 50)} | ${[alike]}                             | ${'hold-out'} | ${/90 % of 100 were healed, 10 % of 50 .*recovered by themselves: \+80 points .*healing helps/}
    ${'it is not clear'}       | ${rate(6, 10)}   | ${rate(5, 10)} | ${[alike]}                             | ${'hold-out'} | ${/it may be chance/}
    ${'too few were held out'} | ${rate(90, 100)} | ${rate(1, 4)}  | ${[alike]}                             | ${'hold-out'} | ${/^not enough: 4 held out/}
    ${'none were held out'}    | ${rate(18, 20)}  | ${rate(0, 0)}  | ${[alike]}                             | ${'matched'}  | ${/20 alike \(1 strata\) that were only recommended .*Chance did not choose/}
    ${'few are alike'}         | ${rate(9, 20)}   | ${rate(0, 0)}  | ${[{ ...alike, control: rate(1, 2) }]} | ${'matched'}  | ${/^not enough: 2 alike/}
    ${'none are alike'}        | ${rate(9, 20)}   | ${rate(0, 0)}  | ${[{ ...alike, control: rate(0, 0) }]} | ${'none'}     | ${/^not enough: nobody was held out/}
  `('$what: $method', ({ treated, heldOut, strata, method, says }) => {
    const found = uplift({ treated, heldOut }, strata);
    expect(found).toMatchObject({ method, says: expect.stringMatching(says) });
    expect(found.difference === undefined).toBe(found.says.startsWith('not enough'));
  });
});
