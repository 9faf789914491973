import { seededRandom } from '@prunella/core';

/** One build of a simulated series. */
export interface Build {
  /** When it ended, in ms since the epoch. */
  at: number;
  /** Seconds. */
  value: number;
  /**
   * `slow`: planted, is to be told. `shift`: one of the first runs on a new level, which nobody can tell from a slow-down; telling it is neither right nor wrong.
   */
  truth: 'usual' | 'slow' | 'shift';
}

/** What a simulated series has; drawn anew for each. */
export interface Traits {
  noise: 'lognormal' | 'heavy';
  trend: boolean;
  weekday: boolean;
  shifts: number;
}

export interface Series {
  name: string;
  traits: Traits;
  builds: readonly Build[];
}

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 1);
/** So many runs after a shift count neither way: as many as the detector is allowed for adopting it. */
export const SHIFT_GRACE = 6;

/**
 * Durations of builds that nobody ever ran: lognormal noise (or with heavier tails and some usual outliers), a trend, slow weekdays, lasting shifts of the
 * level up or down, and planted slow-downs of 1 to 3 runs in a row, 2 to 5 times as long. The same seed gives the same.
 */
export function simulate(seed: number, count: number, length = 400): Series[] {
  return Array.from({ length: count }, (_, index) => oneSeries(seed * 10_007 + index, length));
}

function oneSeries(seed: number, length: number): Series {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => from + (to - from) * random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const traits: Traits = {
    noise: random() < 0.5 ? 'lognormal' : 'heavy',
    trend: random() < 0.4,
    weekday: random() < 0.4,
    shifts: Math.floor(between(0, 3)),
  };
  const sigma = between(0.04, 0.3);
  const growth = traits.trend ? between(-0.001, 0.003) : 0;
  const slowDay = Math.floor(between(0, 7));
  const dayFactor = traits.weekday ? between(1.3, 2.2) : 1;
  const everyHours = between(1, 10);
  const shiftAt = new Map(
    Array.from({ length: traits.shifts }, () => [Math.floor(between(60, length)), shiftFactor(between, random)]),
  );
  let level = between(60, 2_400);
  let at = BEGIN;
  let slowLeft = 0;
  let slowBy = 1;
  let sinceShift = SHIFT_GRACE;
  const builds = Array.from({ length }, (_, run): Build => {
    at += everyHours * HOUR * between(0.5, 1.5);
    level *= 1 + growth;
    sinceShift += 1;
    const shift = shiftAt.get(run);
    if (shift !== undefined) {
      level *= shift;
      sinceShift = 0;
    }
    if (slowLeft > 0) slowLeft -= 1;
    else if (run >= 30 && random() < 0.012) {
      slowLeft = Math.floor(between(1, 4));
      slowBy = between(2, 5);
    }
    const outlier = traits.noise === 'heavy' && random() < 0.02 ? between(1.2, 1.9) : 1;
    const tail =
      traits.noise === 'heavy'
        ? normal() / Math.sqrt(Math.max(0.2, (normal() ** 2 + normal() ** 2 + normal() ** 2 + normal() ** 2) / 4))
        : normal();
    const day = new Date(at).getUTCDay() === slowDay ? dayFactor : 1;
    const usual = level * day * outlier * Math.exp(sigma * tail * (traits.noise === 'heavy' ? 0.7 : 1));
    if (slowLeft > 0) return { at, value: usual * slowBy, truth: 'slow' };
    return { at, value: usual, truth: sinceShift < SHIFT_GRACE ? 'shift' : 'usual' };
  });
  return { name: `${seed}`, traits, builds };
}

function shiftFactor(between: (from: number, to: number) => number, random: () => number): number {
  return random() < 0.5 ? between(1.4, 3) : 1 / between(1.4, 3);
}
