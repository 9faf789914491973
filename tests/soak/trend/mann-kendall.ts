import { varianceOfS } from './theil-sen.ts';

/** Whether a series goes up or down all along. */
export interface MannKendall {
  /** Pairs that go up less pairs that go down, in the order of the series. */
  s: number;
  /** How often chance alone gives such a series, in one of the two directions or the other: from 0 to 1. */
  p: number;
}

/**
 * The test of Mann (1945) and Kendall (1975), with the normal approximation, which is good from ten values on; Gilbert (1987), chapter 16. It asks for no distribution, and one wild value
 * counts as one. It takes values for independent: neighbours that are alike make it too sure.
 */
export function mannKendall(values: readonly number[]): MannKendall {
  let s = 0;
  for (const [index, a] of values.entries()) for (const b of values.slice(index + 1)) s += Math.sign(b - a);
  const variance = varianceOfS(values);
  if (variance === 0 || s === 0) return { s, p: 1 };
  return { s, p: Math.min(1, 2 * (1 - normal((Math.abs(s) - 1) / Math.sqrt(variance)))) };
}

/** Share of a standard normal distribution below z >= 0: Abramowitz and Stegun 26.2.17, right to 7.5e-8. */
function normal(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z);
  const polynomial =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
