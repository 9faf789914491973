import { noSeasons, type Season, type Seasons, seasonAt, withError } from './seasons.ts';
import { clamped, median, quantile, rounded } from './stats.ts';
import { noTail, type Tail, withDeviation } from './tail.ts';

/** What kind of values a series has. */
export interface Kind {
  /** `log`: what counts is how many times as much (durations, memory). `linear`: how much more or less; values may be negative. */
  scale: 'log' | 'linear';
  /** On the `log` scale: values below are taken for this one. */
  floor: number;
  /** Whether small values may be unusual, too. */
  sides: 'high' | 'both';
  memory: Memory;
}

/** How many values back it looks. What is kept grows with it. */
export interface Memory {
  /** The level is the median of so many. */
  level: number;
  /** What is usual is told by so many errors. */
  errors: number;
  /** So many in a row on one side, each further out than nine of ten: that is how it is now. At most `errors`. */
  newLevelAfter: number;
}

/** For values that come with each run: 20 tell the level, and 6 a new one. */
export const BY_RUN: Memory = { level: 20, errors: 64, newLevelAfter: 6 };

export const DURATION: Kind = { scale: 'log', floor: 0.1, sides: 'high', memory: BY_RUN };

/**
 * What is known of a series, as it is stored: with `BY_RUN` about 1.5 KB of JSON, however long the series is. Values are those on the scale of the kind, without what
 * the weekday and the hour explain.
 */
export interface Baseline extends Seasons {
  v: 1;
  /** How many values were learnt. */
  n: number;
  /** The newest values, the newest last: their median is the level. */
  values: readonly number[];
  /** By how much the newest values missed what was expected of them, the newest last. */
  errors: readonly number[];
  tail: Tail;
}

export const emptyBaseline: Baseline = { v: 1, n: 0, values: [], errors: [], tail: noTail, ...noSeasons };

/** One value of a series. */
export interface Observation {
  value: number;
  /** When, in ms since the epoch. */
  at: number;
}

/** What a series is expected to be, on the scale of its kind. */
export interface Prediction {
  expected: number;
  /** Standard deviation upwards and downwards, robust. Above 0. */
  up: number;
  down: number;
  season: Season;
}

/** From so many values on there is a level from which to miss. */
const FIRST_LEVEL = 3;
/** From so many errors on a deviation means something. */
const FIRST_DEVIATION = 8;
/** One of ten of a normal distribution is further out. */
const TENTH = 1.28;
/** Of a normal distribution: its standard deviation over its median absolute deviation. */
const NORMAL = 1.4826;
/** What is thought of a new series, and how many errors that is worth. */
const USUAL_SPREAD = { log: 0.15, linear: 0.05 } as const;
const USUAL_WEIGHT = 4;
/** Less than this nothing varies. */
const LEAST_SPREAD = { log: 0.05, linear: 0.01 } as const;
/** An outlier moves a season at most by so many standard deviations. */
const MOST_MOVE = 5;

/** What is expected at a time; undefined: nothing is known yet. */
export function predict(baseline: Baseline, at: number, kind: Kind): Prediction | undefined {
  if (baseline.values.length < FIRST_LEVEL) return undefined;
  const level = median(baseline.values);
  const season = seasonAt(baseline, at);
  const { errors } = baseline;
  // A series that grows is missed by the same bit each time.
  const bias = errors.length < FIRST_DEVIATION ? 0 : median(errors);
  const unit = kind.scale === 'log' ? 1 : sizeOf(level, errors);
  const spread = (side: readonly number[]) => {
    const found = side.length === 0 ? 0 : NORMAL * median(side);
    const usual = USUAL_SPREAD[kind.scale] * unit;
    const mixed = Math.sqrt((side.length * found ** 2 + USUAL_WEIGHT * usual ** 2) / (side.length + USUAL_WEIGHT));
    return Math.max(mixed, LEAST_SPREAD[kind.scale] * unit);
  };
  const off = errors.map((error) => error - bias);
  return {
    expected: level + season.weekday + season.hour + bias,
    up: spread(off.filter((error) => error >= 0)),
    down: spread(off.filter((error) => error <= 0).map((error) => -error)),
    season,
  };
}

/** What the spread of linear values is held against: their level, or their errors where the level is about 0. */
function sizeOf(level: number, errors: readonly number[]): number {
  const missed = errors.length === 0 ? 0 : quantile(errors.map(Math.abs), 0.9);
  return Math.max(Math.abs(level), missed, 1e-12);
}

/** How far a value is from what is expected, in standard deviations; below expectation counts only for kinds with two sides. */
export function deviationOf(x: number, { expected, up, down }: Prediction, { sides }: Kind): number {
  if (x >= expected) return (x - expected) / up;
  return sides === 'both' ? (expected - x) / down : (x - expected) / down;
}

/** What is known once this was seen, too. The same values in the same order give the same. */
export function learn(baseline: Baseline, { value, at }: Observation, kind: Kind): Baseline {
  const x = onScale(value, kind);
  const prediction = predict(baseline, at, kind);
  if (prediction === undefined) return { ...baseline, n: baseline.n + 1, values: [...baseline.values, rounded(x)] };
  const { season, up, down } = prediction;
  const bare = x - season.weekday - season.hour;
  const error = bare - median(baseline.values);
  const deviation = deviationOf(x, prediction, kind);
  const known = baseline.errors.length >= FIRST_DEVIATION;
  return adopted(
    {
      ...baseline,
      ...withError(baseline, at, error, MOST_MOVE * Math.max(up, down)),
      n: baseline.n + 1,
      values: [...baseline.values, rounded(bare)].slice(-kind.memory.level),
      errors: [...baseline.errors, rounded(error)].slice(-kind.memory.errors),
      tail: known ? withDeviation(baseline.tail, deviation) : baseline.tail,
    },
    prediction,
    kind.memory,
  );
}

/** Where the newest values all are on one side, the level is theirs from now on, and their errors were none. */
function adopted(baseline: Baseline, { up, down }: Prediction, { newLevelAfter }: Memory): Baseline {
  const { values, errors } = baseline;
  const newest = errors.slice(-newLevelAfter);
  if (errors.length < FIRST_DEVIATION || newest.length < newLevelAfter) return baseline;
  const older = errors.slice(0, -newLevelAfter);
  const bias = older.length === 0 ? 0 : median(older);
  const isNew =
    newest.every((error) => error - bias > TENTH * up) || newest.every((error) => error - bias < -TENTH * down);
  return isNew ? { ...baseline, values: values.slice(-newLevelAfter), errors: older } : baseline;
}

export function onScale(value: number, { scale, floor }: Kind): number {
  return scale === 'log' ? Math.log(Math.max(value, floor)) : value;
}

export function offScale(x: number, { scale }: Kind): number {
  return scale === 'log' ? Math.exp(clamped(x, -700, 700)) : x;
}
