import fc from 'fast-check';
import { blocks } from './blocks.ts';
import { mannKendall } from './mann-kendall.ts';
import { median, theilSen } from './theil-sen.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 30 });
const series = (ys: readonly number[]) => ys.map((y, x) => ({ x, y }));

describe('theilSen', () => {
  it('finds the slope of a line, though a quarter of the points are anything', () => {
    const points = Array.from({ length: 40 }, (_, x) => ({ x, y: 3 * x + 7 }));
    for (const n of [2, 5, 11, 17, 19, 23, 31, 38]) points[n] = { x: n, y: 10_000 - n * n };
    expect(theilSen(points).slope).toBeCloseTo(3, 1);
  });

  it('is between its own bounds, and turns round with the series', () => {
    fc.assert(
      fc.property(values, (ys) => {
        const { slope, low, high } = theilSen(series(ys));
        expect(low).toBeLessThanOrEqual(slope);
        expect(high).toBeGreaterThanOrEqual(slope);
        expect(theilSen(series(ys.map((y) => -y))).slope).toBeCloseTo(-slope, 6);
      }),
    );
  });

  it('does not care where the series stands, and grows with its unit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 3, maxLength: 20 }), (ys) => {
        const { slope } = theilSen(series(ys));
        expect(theilSen(series(ys.map((y) => y + 500))).slope).toBeCloseTo(slope, 9);
        expect(theilSen(series(ys.map((y) => y * 4))).slope).toBeCloseTo(slope * 4, 9);
      }),
    );
  });

  it('says when there is none', () => {
    expect(() => theilSen([{ x: 1, y: 1 }])).toThrow('two points with different x');
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('mannKendall', () => {
  // By the exact error function of another language, with the correction for ties.
  it.each`
    values                             | s      | p
    ${[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]} | ${45}  | ${0.000083}
    ${[5, 5, 5, 5, 5, 5, 5, 5, 5, 5]}  | ${0}   | ${1}
    ${[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]} | ${-45} | ${0.000083}
    ${[3, 1, 4, 1, 5, 9, 2, 6, 5, 3]}  | ${12}  | ${0.3193}
  `('$values: S $s, p $p', ({ values: given, s, p }) => {
    const found = mannKendall(given);
    expect(found.s).toBe(s);
    expect(found.p).toBeCloseTo(p, 3);
  });

  it('is as sure of a fall as of a rise', () => {
    fc.assert(
      fc.property(values, (ys) => {
        const [up, down] = [mannKendall(ys), mannKendall(ys.map((y) => -y))];
        expect(down.s + up.s).toBe(0);
        expect(down.p).toBe(up.p);
        expect(up.p).toBeGreaterThanOrEqual(0);
        expect(up.p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('makes blocks of all points, in their order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 30 }), (length, most) => {
      const found = blocks(series(Array.from({ length }, (_, n) => n)), most);
      expect(found).toHaveLength(Math.min(length, most));
      expect(found.map(({ y }) => y)).toEqual(found.map(({ y }) => y).toSorted((a, b) => a - b));
    }),
  );
});
