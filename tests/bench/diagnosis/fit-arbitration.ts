import { type ArbitrationWeights, guess, logit, RULE_FEATURES, ruleFeatures } from '@prunella/diagnosis';
import type { Model } from '@prunella/model';
import type { Item } from './datasets.ts';
import type { Studied } from './study.ts';

/** What speaks for a claim, whether it was right, and how much it counts. */
interface Claim {
  x: readonly number[];
  right: boolean;
  weight: number;
}

const STEPS = 3_000;
const RATE = 0.05;
/** Pulls towards what holds without any data. */
const L2 = 0.02;
/**
 * Pulls bias and slope towards the rule's own word: the logs at hand hold hardly any failures of platforms, for which
 * the words of the rules are all there is.
 */
const L2_OF_WORD = 0.3;

/**
 * Fits how much counts what is known about a candidate: one logistic regression for what rules say, one for what the
 * model says by itself. Each project counts with the root of its logs.
 *
 * @param modelFor a model that did not see the item's project.
 */
export function fitArbitration(
  studied: readonly Studied[],
  modelFor: (item: Item) => Model | undefined,
): ArbitrationWeights {
  const perProject = Map.groupBy(studied, ({ item }) => item.project);
  const claims = studied.map(({ item, failure, found, places }) => {
    const weight = 1 / Math.sqrt(perProject.get(item.project)?.length ?? 1);
    const guesses = guess(failure, modelFor(item));
    const rule = found.map((candidate): Claim => {
      const features = ruleFeatures(candidate, found, guesses, { places });
      const x = RULE_FEATURES.map((name) => features[name]);
      return { x, right: item.acceptable.has(candidate.cause), weight };
    });
    const [first] = guesses?.list ?? [];
    const own = found.length > 0 || first === undefined ? [] : [first];
    return {
      rule,
      own: own.map(({ cause, probability }): Claim => {
        return { x: [logit(probability)], right: item.acceptable.has(cause), weight };
      }),
    };
  });
  const [bias, ...rule] = logistic(
    claims.flatMap((claim) => claim.rule),
    [0, 1, 0, 0, 0, 0],
  );
  const [ownBias = 0, odds = 1] = logistic(
    claims.flatMap((claim) => claim.own),
    [0, 1],
  );
  return {
    rule: {
      bias: rounded(bias ?? 0),
      ...(Object.fromEntries(RULE_FEATURES.map((name, at) => [name, rounded(rule[at] ?? 0)])) as Omit<
        ArbitrationWeights['rule'],
        'bias'
      >),
    },
    guess: { bias: rounded(ownBias), odds: rounded(odds) },
  };
}

/** Gradient descent with a pull towards `start`; the first weight is the bias. */
function logistic(claims: readonly Claim[], start: readonly number[]): number[] {
  const weights = [...start];
  const total = claims.reduce((sum, { weight }) => sum + weight, 0);
  for (let step = 0; step < STEPS; step += 1) {
    const slopes = weights.map((value, at) => (at < 2 ? L2_OF_WORD : L2) * (value - (start[at] ?? 0)));
    for (const { x, right, weight } of claims) {
      const sum = x.reduce((all, value, at) => all + value * (weights[at + 1] ?? 0), weights[0] ?? 0);
      const error = ((1 / (1 + Math.exp(-sum)) - Number(right)) * weight) / total;
      slopes[0] = (slopes[0] ?? 0) + error;
      for (const [at, value] of x.entries()) slopes[at + 1] = (slopes[at + 1] ?? 0) + error * value;
    }
    for (const [at, slope] of slopes.entries()) weights[at] = (weights[at] ?? 0) - RATE * slope;
  }
  return weights;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
