import { type Baseline, deviationOf, type Kind, type Observation, offScale, onScale, predict } from './baseline.ts';
import { tailProbability } from './tail.ts';

/** When a value is told. */
export interface Sensitivity {
  /** Fewest values before anything is said. */
  samples: number;
  /** So many times the expected is told, unless more than one of a hundred is like that. */
  ratio: number;
  /** What is this improbable is told from `leastRatio` times the expected on. */
  probability: number;
  leastRatio: number;
  /** Nothing is told that is less than this above the expected, in the unit of the series. */
  leastMore: number;
}

/** What a value is, held against what was learnt of its series. */
export interface Judgement {
  value: number;
  /** The value of a usual one at that time. */
  expected: number;
  /** Between these are about 19 of 20. */
  low: number;
  high: number;
  /** The value as a multiple of the expected one. */
  ratio: number;
  /** Probability of a usual one to be so far out, or further. */
  score: number;
  /** How many were learnt. */
  samples: number;
  anomalous: boolean;
  /** What the time explains: the expected one would be so many times as much on another day, or at another hour. */
  season: { weekday: number; hour: number };
}

/** 95 of 100 of a normal distribution are within so many standard deviations. */
const RANGE = 2;
/** Also what is many times as much is no news where one of a hundred is. */
const NO_NEWS = 0.01;
const HALVINGS = 60;
/** Beyond so many times the expected there is no limit to be found. */
const FURTHEST = 1_000;

/** undefined: too little is known to say anything. */
export function judge(
  baseline: Baseline,
  { value, at }: Observation,
  kind: Kind,
  sensitivity: Sensitivity,
): Judgement | undefined {
  if (baseline.n < sensitivity.samples) return undefined;
  const prediction = predict(baseline, at, kind);
  if (prediction === undefined) return undefined;
  const { up, down, season } = prediction;
  const expected = offScale(prediction.expected, kind);
  const score = tailProbability(baseline.tail, deviationOf(onScale(value, kind), prediction, kind));
  const ratio = value / expected;
  return {
    value,
    expected,
    low: offScale(prediction.expected - RANGE * down, kind),
    high: offScale(prediction.expected + RANGE * up, kind),
    ratio,
    score,
    samples: baseline.n,
    anomalous: isTold({ value, expected, ratio, score }, sensitivity),
    season: kind.scale === 'log' ? { weekday: Math.exp(season.weekday), hour: Math.exp(season.hour) } : season,
  };
}

function isTold(
  { value, expected, ratio, score }: Pick<Judgement, 'value' | 'expected' | 'ratio' | 'score'>,
  sensitivity: Sensitivity,
): boolean {
  if (value - expected < sensitivity.leastMore) return false;
  if (ratio >= sensitivity.ratio && score < NO_NEWS) return true;
  return ratio >= sensitivity.leastRatio && score < sensitivity.probability;
}

/** From this value on it is told; undefined: nothing is known, or there is no such value within reason. */
export function limitOf(baseline: Baseline, at: number, kind: Kind, sensitivity: Sensitivity): number | undefined {
  const told = (value: number) => judge(baseline, { value, at }, kind, sensitivity)?.anomalous === true;
  const expected = judge(baseline, { value: 0, at }, kind, sensitivity)?.expected;
  if (expected === undefined) return undefined;
  let [low, high] = [expected, expected * FURTHEST + sensitivity.leastMore];
  if (!told(high)) return undefined;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (told(middle)) high = middle;
    else low = middle;
  }
  return high;
}
