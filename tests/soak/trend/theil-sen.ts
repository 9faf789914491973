/** A point of a series. */
export interface Point {
  x: number;
  y: number;
}

/** A straight line through a series, as sure as it is known. Slopes are in units of y for each unit of x. */
export interface Slope {
  /** The median of the slopes between any two points (Theil 1950, Sen 1968): a third of the points may be anything. */
  slope: number;
  /** The slope is between these with 95 % (Sen 1968: by the variance of Kendall's S). */
  low: number;
  high: number;
}

const Z_95 = 1.959_964;

/**
 * The slope of a series and how sure it is. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968); Gilbert, "Statistical Methods for Environmental
 * Pollution Monitoring" (1987), chapters 16 and 17, has both by examples. It takes values for independent: thin out or average what is not.
 *
 * @throws RangeError when no two points have different x.
 */
export function theilSen(points: readonly Point[]): Slope {
  const slopes: number[] = [];
  for (const [index, a] of points.entries()) {
    for (const b of points.slice(index + 1)) if (b.x !== a.x) slopes.push((b.y - a.y) / (b.x - a.x));
  }
  if (slopes.length === 0) throw new RangeError('a slope: expected two points with different x, found none');
  slopes.sort((a, b) => a - b);
  const spread = Z_95 * Math.sqrt(varianceOfS(points.map(({ y }) => y)));
  const at = (rank: number) => slopes[Math.min(slopes.length - 1, Math.max(0, rank))] as number;
  const low = at(Math.floor((slopes.length - spread) / 2) - 1);
  const high = at(Math.ceil((slopes.length + spread) / 2));
  return { slope: medianOfSorted(slopes), low, high };
}

/** The middle of some values; of an even number the mean of the two in the middle. @throws RangeError when there are none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('a median: expected at least one value, found none');
  return medianOfSorted([...values].sort((a, b) => a - b));
}

function medianOfSorted(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

/** Variance of Kendall's S when there is no trend, with its correction for equal values. */
export function varianceOfS(values: readonly number[]): number {
  const of = (n: number) => n * (n - 1) * (2 * n + 5);
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return (of(values.length) - [...counts.values()].reduce((sum, count) => sum + of(count), 0)) / 18;
}
