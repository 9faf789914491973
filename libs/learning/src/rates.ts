/** Successes of some cases. */
export interface Rate {
  successes: number;
  cases: number;
}

/** A value and what holds it at the confidence that was asked for. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** One stratum: cases that are alike, treated and not. */
export interface Stratum {
  treated: Rate;
  control: Rate;
}

/** 95 %, two sides. */
const Z = 1.959963984540054;

/** Wilson's score interval (JASA 22, 1927, 209-212). @param rate of at least one case. */
export function wilson({ successes, cases }: Rate, z = Z): Interval {
  const value = successes / cases;
  const spread = (z * z) / cases;
  const middle = (value + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((value * (1 - value)) / cases + spread / (4 * cases));
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The difference of two rates with its hybrid score interval: method 10 of Newcombe, "Interval estimation for the difference between independent
 * proportions", Statistics in Medicine 17, 1998, 873-890. Each rate of at least one case.
 */
export function newcombe(treated: Rate, control: Rate): Interval {
  const [a, b] = [wilson(treated), wilson(control)];
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/**
 * The difference of two rates over strata by Mantel and Haenszel's weights, with the variance of Sato, Greenland and Robins, "On the variance estimator for
 * the Mantel-Haenszel risk difference", Biometrics 45, 1989, 1323-1324, which holds for many small strata and for few large ones. Strata that lack one side
 * say nothing; undefined: all do.
 */
export function mantelHaenszel(strata: readonly Stratum[]): Interval | undefined {
  const both = strata.filter(({ treated, control }) => treated.cases > 0 && control.cases > 0);
  const sum = (of: (a: number, n1: number, b: number, n0: number) => number) =>
    both.reduce(
      (all, { treated, control }) => all + of(treated.successes, treated.cases, control.successes, control.cases),
      0,
    );
  const weight = sum((_a, n1, _b, n0) => (n1 * n0) / (n1 + n0));
  if (weight === 0) return undefined;
  const value = sum((a, n1, b, n0) => (a * n0 - b * n1) / (n1 + n0)) / weight;
  const p = sum((a, n1, b, n0) => (n1 * n1 * b - n0 * n0 * a + (n1 * n0 * (n0 - n1)) / 2) / (n1 + n0) ** 2);
  const q = sum((a, n1, b, n0) => (a * (n0 - b) + b * (n1 - a)) / (2 * (n1 + n0)));
  const half = Z * (Math.sqrt(Math.max(0, value * p + q)) / weight);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}
