import fc from 'fast-check';
import { BINS, reliability, type StatedCases } from './reliability.ts';

/** One decision by itself. */
const anyDecision = fc.record({ confidence: fc.double({ min: 0, max: 1, noNaN: true }), healed: fc.boolean() });
const anyDecisions = fc.array(anyDecision, { minLength: 1, maxLength: 60 });

function stated(decisions: readonly { confidence: number; healed: boolean }[]): StatedCases[] {
  return decisions.map(({ confidence, healed }) => ({ confidence, cases: 1, successes: healed ? 1 : 0 }));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

describe('the reliability of what is said', () => {
  it('is what each decision by itself adds up to', () => {
    fc.assert(
      fc.property(anyDecisions, (decisions) => {
        const found = reliability(stated(decisions));
        expect(found.brier).toBeCloseTo(
          mean(decisions.map(({ confidence, healed }) => (confidence - Number(healed)) ** 2)),
          9,
        );
        expect(found.stated).toBeCloseTo(mean(decisions.map(({ confidence }) => confidence)), 9);
        expect([found.cases, found.bins.reduce((sum, { cases }) => sum + cases, 0)]).toEqual([
          decisions.length,
          decisions.length,
        ]);
        for (const { from, to, cases, stated: said, observed } of found.bins) {
          if (said === null || observed === null) {
            expect(cases).toBe(0);
            continue;
          }
          expect(said).toBeGreaterThanOrEqual(from - 1e-9);
          expect(said).toBeLessThanOrEqual(to + 1e-9);
          expect(observed.low).toBeLessThanOrEqual(observed.value + 1e-12);
          expect(observed.high).toBeGreaterThanOrEqual(observed.value - 1e-12);
        }
      }),
    );
  });

  it('is never better over the bins than over all, and no error is above one', () => {
    fc.assert(
      fc.property(anyDecisions, (decisions) => {
        const { calibrationError, brier, stated: said, observed } = reliability(stated(decisions));
        expect(calibrationError).toBeGreaterThanOrEqual(Math.abs((said ?? 0) - (observed?.value ?? 0)) - 1e-9);
        expect(calibrationError).toBeLessThanOrEqual(1);
        expect(brier).toBeLessThanOrEqual(1);
        // The distance within a bin is at most the root of the squared one.
        expect(calibrationError).toBeLessThanOrEqual(Math.sqrt(brier ?? 0) + 1e-9);
      }),
    );
  });

  it('does not depend on the order, nor on how decisions that are equally sure are put together', () => {
    fc.assert(
      fc.property(anyDecisions, (decisions) => {
        const once = reliability(stated(decisions));
        const grouped = [...Map.groupBy(decisions, ({ confidence }) => confidence)].map(([confidence, some]) => ({
          ...{ confidence, cases: some.length, successes: some.filter(({ healed }) => healed).length },
        }));
        const again = reliability(grouped.toReversed());
        expect(again.bins.map(({ cases, successes }) => [cases, successes])).toEqual(
          once.bins.map(({ cases, successes }) => [cases, successes]),
        );
        expect(again.brier).toBeCloseTo(once.brier ?? 0, 9);
        expect(again.calibrationError).toBeCloseTo(once.calibrationError ?? 0, 9);
      }),
    );
  });

  it.each`
    what                      | decisions                                                                                     | calibrationError | brier   | average | says
    ${'none'}                 | ${[]}                                                                                         | ${null}          | ${null} | ${null} | ${/^not enough: of no decision/}
    ${'few'}                  | ${[{ confidence: 0.9, cases: 19, successes: 19 }]}                                            | ${0.1}           | ${0.01} | ${0}    | ${/^not enough: 19 proven/}
    ${'as was said'}          | ${[{ confidence: 0.6, cases: 100, successes: 60 }]}                                           | ${0}             | ${0.24} | ${0.24} | ${/^60 % was said .* 60 % of 100 healed .*: what was said holds\.$/}
    ${'too sure'}             | ${[{ confidence: 0.9, cases: 100, successes: 40 }]}                                           | ${0.5}           | ${0.49} | ${0.24} | ${/less often than was said/}
    ${'too modest'}           | ${[{ confidence: 0.5, cases: 100, successes: 90 }]}                                           | ${0.4}           | ${0.25} | ${0.09} | ${/more often than was said/}
    ${'wrong in both halves'} | ${[{ confidence: 1, cases: 20, successes: 10 }, { confidence: 0, cases: 20, successes: 10 }]} | ${0.5}           | ${0.5}  | ${0.25} | ${/what was said holds/}
  `('$what: $says', ({ decisions, calibrationError, brier, average, says }) => {
    const found = reliability(decisions as StatedCases[]);
    const close = (value: number | null) => (value === null ? null : expect.closeTo(value, 9));
    expect(found).toMatchObject({
      ...{ calibrationError: close(calibrationError), brier: close(brier), brierOfAverage: close(average) },
      says: expect.stringMatching(says),
    });
    expect(found.bins).toHaveLength(BINS);
  });

  it('what is sure is in the last bin, and what is at an edge in the upper one', () => {
    const { bins } = reliability([1, 0.3, 0.7, 0].map((confidence) => ({ confidence, cases: 1, successes: 1 })));
    expect(bins.flatMap(({ from, cases }) => (cases > 0 ? [from] : []))).toEqual([0, 0.3, 0.7, 0.9]);
  });
});
