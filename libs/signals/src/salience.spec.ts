import type { Line } from './lines.ts';
import { rank } from './salience.ts';

function linesOf(...texts: string[]): Line[] {
  return texts.map((text, index) => ({ line: index + 1, text }));
}

describe('rank', () => {
  it('keeps the two most telling lines of a shape; the first names the others', () => {
    const failures = [1, 2, 3, 4, 5].map((number) => `FAILED tests/test_api.py::test_${number} - AssertionError`);
    const ranked = rank(linesOf('collected 5 items', ...failures, 'Process completed with exit code 1.'));
    const kept = ranked.filter(({ line }) => line.text.startsWith('FAILED'));
    expect(kept).toHaveLength(2);
    expect(kept[1]?.alike).toEqual([]);
    const named = [...kept.map(({ line }) => line.line), ...(kept[0]?.alike ?? [])];
    expect(named.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6]);
  });

  it('gives lines of different shapes each its place', () => {
    const ranked = rank(linesOf('error: expected ;', 'error: unknown type name', 'make: *** [all] Error 1'));
    expect(ranked.map(({ alike }) => alike)).toEqual([[], [], []]);
  });
});
