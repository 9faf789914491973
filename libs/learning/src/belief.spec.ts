import type { ActionType, Cause } from '@prunella/contracts';
import fc from 'fast-check';
import { type BeliefSettings, believe, type Grounds } from './belief.ts';
import { betaCdf, betaQuantile } from './beta.ts';
import { dayWeights, weightAt } from './decay.ts';
import { type CauseTally, groundsOf } from './grounds.ts';

const SETTINGS: BeliefSettings = { priorWeight: 10, credibility: 0.9 };
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 28, 12);
const NONE = { helped: 0, tried: 0 };

const tally = fc
  .tuple(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([tried, rate]) => ({ tried, helped: tried * rate }));
const grounds: fc.Arbitrary<Grounds> = fc.record({
  word: fc.double({ min: 0, max: 1, noNaN: true }),
  own: tally,
  sameCause: tally,
  otherCauses: tally,
});

describe('the Beta distribution', () => {
  // Values of scipy.stats.beta.ppf(p, a, b).
  it.each`
    p        | a      | b      | x
    ${0.05}  | ${9}   | ${1}   | ${0.716871164}
    ${0.05}  | ${0.5} | ${0.5} | ${0.00615583}
    ${0.5}   | ${2}   | ${2}   | ${0.5}
    ${0.05}  | ${250} | ${40}  | ${0.827450554}
    ${0.05}  | ${1}   | ${1}   | ${0.05}
    ${0.975} | ${3}   | ${1}   | ${0.991596241}
  `('qbeta($p, $a, $b) = $x', ({ p, a, b, x }) => {
    expect(betaQuantile(p, a, b)).toBeCloseTo(x, 7);
    expect(betaCdf(x, a, b)).toBeCloseTo(p, 6);
  });
});

describe('what is believed', () => {
  // The bounds were computed with scipy as well.
  it.each`
    word   | helped | failed | at      | mean     | lower
    ${0.9} | ${0}   | ${0}   | ${0.9}  | ${0.9}   | ${0.9}
    ${0.9} | ${10}  | ${0}   | ${0.9}  | ${0.95}  | ${0.95}
    ${0.9} | ${0}   | ${1}   | ${0.95} | ${0.818} | ${0.7126}
    ${0.9} | ${0}   | ${1}   | ${0.8}  | ${0.818} | ${0.7773}
    ${0.9} | ${0}   | ${10}  | ${0.95} | ${0.45}  | ${0.3112}
    ${0.9} | ${3}   | ${6}   | ${0.95} | ${0.632} | ${0.4913}
    ${0.7} | ${1}   | ${0}   | ${0.9}  | ${0.727} | ${0.7261}
  `(
    'word $word, $helped helped, $failed did not: $mean, at least $lower ($at)',
    ({ word, helped, failed, at, mean, lower }) => {
      const grounds = { word, own: { helped, tried: helped + failed }, sameCause: NONE, otherCauses: NONE };
      const belief = believe(grounds, { ...SETTINGS, credibility: at });
      expect(belief.mean).toBeCloseTo(mean, 2);
      expect(belief.lower).toBeCloseTo(lower, 4);
    },
  );

  it('is a probability, with the bound at most the mean', () => {
    fc.assert(
      fc.property(grounds, (given) => {
        const { prior, mean, lower } = believe(given, SETTINGS);
        for (const value of [prior, mean, lower]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(lower).toBeLessThanOrEqual(mean);
      }),
    );
  });

  it('is never lowered by one more success, nor raised by one more failure, wherever they are', () => {
    const level = fc.constantFrom('own' as const, 'sameCause' as const, 'otherCauses' as const);
    const more = fc.double({ min: 0.001, max: 5, noNaN: true });
    fc.assert(
      fc.property(grounds, level, more, (given, at, weight) => {
        const { helped, tried } = given[at];
        const before = believe(given, SETTINGS);
        const better = believe({ ...given, [at]: { helped: helped + weight, tried: tried + weight } }, SETTINGS);
        const worse = believe({ ...given, [at]: { helped, tried: tried + weight } }, SETTINGS);
        for (const name of ['mean', 'lower'] as const) {
          expect(better[name]).toBeGreaterThanOrEqual(before[name] - 1e-9);
          expect(worse[name]).toBeLessThanOrEqual(before[name] + 1e-9);
        }
      }),
    );
  });

  it('is not lowered by a success where it was as sure as can be', () => {
    const given = { word: 1, own: NONE, sameCause: NONE, otherCauses: NONE };
    const better = believe({ ...given, own: { helped: 0.001, tried: 0.001 } }, SETTINGS);
    expect(better.lower).toBeGreaterThanOrEqual(believe(given, SETTINGS).lower);
  });

  it('is what its cause says where it has few outcomes, and what its own say where it has many', () => {
    fc.assert(
      fc.property(grounds, (given) => {
        const parent = believe({ ...given, own: NONE }, SETTINGS).prior;
        const few = { helped: given.own.helped / 1e6, tried: given.own.tried / 1e6 };
        expect(believe({ ...given, own: few }, SETTINGS).mean).toBeCloseTo(parent, 3);
        const many = { helped: given.own.helped * 1e4 + 1e5, tried: given.own.tried * 1e4 + 2e5 };
        expect(believe({ ...given, own: many }, SETTINGS).mean).toBeCloseTo(many.helped / many.tried, 3);
      }),
    );
  });

  it('hears of other causes only where little is known of its own', () => {
    const bad = { helped: 0, tried: 1_000 };
    const good = { helped: 1_000, tried: 1_000 };
    const prior = (sameCause: typeof bad, otherCauses: typeof bad) =>
      believe({ word: 0.8, own: NONE, sameCause, otherCauses }, SETTINGS).prior;
    expect(prior(NONE, NONE)).toBeCloseTo(0.8, 9);
    expect(prior(NONE, bad)).toBeCloseTo(0.4, 9);
    expect(prior(good, bad)).toBeCloseTo(0.9, 2);
  });
});

describe('the grounds', () => {
  const causes: Cause[] = ['network', 'oom', 'timeout'];
  const actions: ActionType[] = ['retry', 'rollback'];
  const outcome = fc.record({
    decidedBy: fc.constantFrom('rule:a', 'rule:b', 'model:1'),
    action: fc.constantFrom(...actions),
    cause: fc.constantFrom(...causes),
    healed: fc.boolean(),
    at: fc.integer({ min: NOW - 400 * DAY, max: NOW }),
  });

  it('are the same whatever the order of the outcomes', () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 40 }), fc.integer(), (outcomes, seed) => {
        const tallies = outcomes.map(({ healed, at, ...about }): CauseTally => {
          const weight = weightAt(at, NOW, 90 * DAY);
          return { ...about, tried: weight, helped: healed ? weight : 0 };
        });
        const shuffled = tallies.map((each, at) => ({ each, place: ((at + 1) * (Math.abs(seed) + 7919)) % 10_007 }));
        const other = shuffled.sort((a, b) => a.place - b.place).map(({ each }) => each);
        const pair = { decidedBy: 'rule:a', action: 'retry' as const };
        expect(groundsOf(pair, 0.9, other)).toEqual(groundsOf(pair, 0.9, tallies));
      }),
    );
  });

  it('are its own outcomes, those of its cause, and the others, of the same action', () => {
    const of = (decidedBy: string, action: ActionType, cause: Cause, tried: number) => ({
      ...{ decidedBy, action, cause, tried, helped: 0 },
    });
    const tallies = [
      ...[
        of('rule:a', 'retry', 'network', 1),
        of('rule:b', 'retry', 'network', 2),
        of('model:1', 'retry', 'network', 4),
      ],
      ...[of('model:1', 'retry', 'oom', 8), of('rule:b', 'rollback', 'network', 16)],
    ];
    const tried = (decidedBy: string) => {
      const { own, sameCause, otherCauses } = groundsOf({ decidedBy, action: 'retry' }, 0.5, tallies);
      return [own.tried, sameCause.tried, otherCauses.tried];
    };
    expect(tried('rule:a')).toEqual([1, 6, 8]);
    expect(tried('model:1')).toEqual([12, 3, 0]);
    expect(tried('rule:new')).toEqual([0, 0, 15]);
  });
});

describe('the weight of a day', () => {
  it.each([
    [0, 1],
    [90, 0.5],
    [180, 0.25],
    [900, 2 ** -10],
    [901, 0],
    [-3, 1],
  ])('%d days ago: %d', (days, weight) => {
    expect(weightAt(NOW - days * DAY, NOW, 90 * DAY)).toBeCloseTo(weight, 9);
  });

  it('only falls as time goes by, and is the same in the list of all days', () => {
    const age = fc.nat({ max: 2_000 });
    fc.assert(
      fc.property(age, age, fc.integer({ min: 1, max: 365 }), (days, later, halfLife) => {
        const at = NOW - days * DAY;
        const weight = weightAt(at, NOW, halfLife * DAY);
        expect(weightAt(at, NOW + later * DAY, halfLife * DAY)).toBeLessThanOrEqual(weight);
        const listed = dayWeights(NOW, halfLife * DAY);
        expect(listed.find(({ day }) => day === new Date(at).toISOString().slice(0, 10))?.weight ?? 0).toBe(weight);
      }),
      { numRuns: 50 },
    );
  });
});
