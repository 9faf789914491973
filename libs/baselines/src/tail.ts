import { rounded } from './stats.ts';

/** How many values (older ones count less) deviated by at least each of `EDGES`, and how many there were. */
export interface Tail {
  seen: number;
  beyond: readonly number[];
  /** Share of the newest values that were next to impossible. */
  odd: number;
}

/** In standard deviations. */
const EDGES = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28] as const;
/** So many observations the heavy-tailed prior is worth. */
const PRIOR_WEIGHT = 20;
/** About so many values are remembered. */
const MEMORY = 1_000;
/** What is less probable is odd: it is left out, or a few slow runs would make all that follow look usual. */
const ODD = 1e-3;
/** But a series in which more than this share of the newest is odd is just like that. */
const MOST_ODD = 0.08;
const ODD_MEMORY = 100;

export const noTail: Tail = { seen: 0, beyond: EDGES.map(() => 0), odd: 0 };

/** Counts one deviation. */
export function withDeviation(tail: Tail, deviation: number): Tail {
  const { seen, beyond, odd } = tail;
  const isOdd = tailProbability(tail, deviation) < ODD;
  const counts = !isOdd || odd > MOST_ODD;
  const keep = 1 - 1 / MEMORY;
  return {
    seen: rounded(seen * keep + 1),
    beyond: beyond.map((count, index) => rounded(count * keep + (counts && deviation >= (EDGES[index] ?? 0) ? 1 : 0))),
    odd: rounded(odd + ((isOdd ? 1 : 0) - odd) / ODD_MEMORY),
  };
}

/**
 * The probability that a usual value deviates by at least so many standard deviations: what Student's distribution says, corrected by how often this
 * series did. Falls as the deviation grows. Below 1e-3 it is extrapolated.
 */
export function tailProbability({ seen, beyond }: Omit<Tail, 'odd'>, deviation: number): number {
  const prior = studentTail(deviation);
  return (beyondOf(seen, beyond, deviation) + PRIOR_WEIGHT * prior) / (seen + PRIOR_WEIGHT);
}

function beyondOf(seen: number, beyond: readonly number[], deviation: number): number {
  const last = EDGES.length - 1;
  const far = EDGES[last] as number;
  if (deviation >= far) return (beyond[last] as number) * (far / deviation) ** 3;
  const above = EDGES.findIndex((edge) => edge > deviation);
  const [from, most] =
    above === 0 ? [0, Math.max(seen / 2, beyond[0] as number)] : [EDGES[above - 1], beyond[above - 1]];
  const share = (Math.max(deviation, 0) - (from as number)) / ((EDGES[above] as number) - (from as number));
  return (most as number) + share * ((beyond[above] as number) - (most as number));
}

/** Upper tail of Student's t distribution with five degrees of freedom. */
export function studentTail(t: number): number {
  const angle = Math.atan(t / Math.sqrt(5));
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const exact = 0.5 - (angle + sin * (cos + (2 / 3) * cos ** 3)) / Math.PI;
  // Far out the difference above is lost in rounding: there it falls with the fifth power.
  return t < 100 ? Math.max(exact, 1e-14) : 9.4906 * t ** -5;
}
