import {
  type Baseline,
  BY_RUN,
  DURATION,
  emptyBaseline,
  judge,
  type Kind,
  learn,
  type Observation,
  type Sensitivity,
} from '@prunella/baselines';

/** Sees the values of one series one after the other, and says of each, before it learns it, how unusual it is. */
export type Detector = (observation: Observation) => Verdict;

export interface Verdict {
  /** The higher, the more unusual; from 0 to 1. */
  score: number;
  /** Would be told; only durations are. */
  told: boolean;
}

const LEAST_MORE_S = 30;
const LEAST_SAMPLES = 10;

/** What the product does with durations, at the defaults of prunella.yaml. */
export const usual: Sensitivity = {
  samples: LEAST_SAMPLES,
  ratio: 3,
  probability: 1e-4,
  leastRatio: 1.5,
  leastMore: LEAST_MORE_S,
};

/** Any metric, high or low, with the memory that runs have. */
export const DURATION_LIKE: Kind = { scale: 'linear', floor: 0, sides: 'both', memory: BY_RUN };

/** Any metric every few minutes, high or low: it looks further back than at runs. Chosen on the groups of NAB in `DEVELOPED_ON`. */
export const DENSE_METRIC: Kind = {
  scale: 'linear',
  floor: 0,
  sides: 'both',
  memory: { level: 300, errors: 300, newLevelAfter: 100 },
};

export function ours(kind: Kind = DURATION, sensitivity = usual): Detector {
  let baseline: Baseline = emptyBaseline;
  return (observation) => {
    const judged = judge(baseline, observation, kind, sensitivity);
    baseline = learn(baseline, observation, kind);
    return { score: judged === undefined ? 0 : scoreOf(judged.score), told: judged?.anomalous === true };
  };
}

/** So many times the mean of all before it. */
export function timesTheMean(times: number): Detector {
  const seen = { n: 0, sum: 0 };
  return ({ value }) => {
    const mean = seen.sum / Math.max(seen.n, 1);
    const told = seen.n >= LEAST_SAMPLES && value >= times * mean && value - mean >= LEAST_MORE_S;
    seen.n += 1;
    seen.sum += value;
    return { score: told ? 1 : 0, told };
  };
}

/** So many standard deviations above the mean of all before it (of the newest `window`, where it is given). The score counts both sides. */
export function zScore(most: number, window = Number.POSITIVE_INFINITY): Detector {
  const kept: number[] = [];
  let [n, mean, squares] = [0, 0, 0];
  return ({ value }) => {
    const deviation = Math.sqrt(squares / Math.max(n, 1));
    const z = n < 2 ? 0 : (value - mean) / Math.max(deviation, 1e-9 * Math.max(Math.abs(mean), 1e-9));
    const told = n >= LEAST_SAMPLES && z >= most && value - mean >= LEAST_MORE_S;
    n += 1;
    const change = value - mean;
    mean += change / n;
    squares += change * (value - mean);
    kept.push(value);
    if (kept.length > window) {
      const gone = kept.shift() as number;
      n -= 1;
      const back = gone - mean;
      mean -= back / n;
      squares = Math.max(squares - back * (gone - mean), 0);
    }
    return { score: Math.abs(z) / (1 + Math.abs(z)), told };
  };
}

/** Above a bound that is set once: the mean and so many standard deviations of the first `learnt` values. */
export function fixedThreshold(learnt: number): Detector {
  const first: number[] = [];
  return ({ value }) => {
    if (first.length < learnt) {
      first.push(value);
      return { score: 0, told: false };
    }
    const mean = first.reduce((sum, one) => sum + one, 0) / first.length;
    const deviation = Math.sqrt(first.reduce((sum, one) => sum + (one - mean) ** 2, 0) / first.length);
    const away = Math.abs(value - mean) / Math.max(deviation, 1e-9);
    return { score: away / (1 + away), told: false };
  };
}

/** Told once: only what is more unusual than each of the `quiet` values before it keeps its score. */
export function once(scores: readonly number[], quiet: number): number[] {
  return scores.map((score, index) => {
    const before = scores.slice(Math.max(index - quiet, 0), index);
    return before.every((other) => score > other) ? score : score / 100;
  });
}

/** Evenly spread over the decades of improbability, so that thresholds differ where it matters: 1e-12 is 1. */
function scoreOf(probability: number): number {
  return Math.min(-Math.log10(Math.max(probability, 1e-12)) / 12, 1);
}
