import type { Cause } from '@prunella/contracts';
import type { Example, Failure, Prediction } from './failure.ts';
import { featuresOf } from './features.ts';
import { fitLinear, type Linear, probabilitiesOf, type Row, tempered } from './linear.ts';

/** Where a model comes from, for people. */
export interface Provenance {
  /** Unique; stands in `decidedBy`. */
  version: string;
  /** ISO 8601. */
  createdAt: string;
  /** What it was trained on, a line for each source with its number of examples. */
  data: readonly string[];
  /** What was measured on examples of groups that it had not seen, by name. */
  metrics: Readonly<Record<string, number>>;
}

/** A trained classifier of causes. */
export interface Model extends Provenance {
  /** Of the number of slots that features are hashed to. */
  bits: number;
  /** The causes that it knows, by the number of their class. */
  causes: readonly Cause[];
  /** Scores are divided by this. */
  temperature: number;
  linear: Linear;
}

/** 2 ** 17 slots: more gained nothing on held-out projects, 2 ** 16 lost half a percent. */
const BITS = 17;
/** No class counts more than this because it is rare. */
const MOST_FOR_RARITY = 5;
/** Folds of groups on which the temperature is found. */
const FOLDS = 3;
const TEMPERATURES = [0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.5, 1.75, 2, 2.5, 3];

/**
 * Trains a model: the same examples in the same order and the same `random` give the same one. Examples of large
 * groups and of frequent causes count less, with the root of their number.
 *
 * @param options.start begins with this model's weights and knows its causes too; what was learnt from data that is not
 *   at hand any more stays, as far as the examples don't contradict.
 * @throws RangeError without examples of at least two causes.
 */
export function train(
  examples: readonly Example[],
  { random, start, ...provenance }: Provenance & { random: () => number; start?: Model },
): Model {
  const causes = [...new Set([...(start?.causes ?? []), ...examples.map(({ cause }) => cause).toSorted()])];
  if (causes.length < 2) throw new RangeError(`expected examples of at least two causes, found ${causes.length}`);
  const rows = rowsOf(examples, causes);
  const options = { classes: causes.length, slots: 2 ** BITS, random, ...(start && { start: widened(start, causes) }) };
  const linear = fitLinear(rows, options);
  const folds = Array.from({ length: FOLDS }, (_, fold) => ({
    seen: rows.filter((_, at) => foldOf(examples[at]?.group ?? '') !== fold),
    unseen: rows.filter((_, at) => foldOf(examples[at]?.group ?? '') === fold),
  }));
  const apart = folds
    .filter(({ seen, unseen }) => seen.length > 0 && unseen.length > 0)
    .flatMap(({ seen, unseen }) => {
      const model = fitLinear(seen, options);
      return unseen.map((row) => ({ row, probabilities: probabilitiesOf(model, row.x) }));
    });
  return { ...provenance, bits: BITS, causes, temperature: temperatureFor(apart), linear };
}

/** What a model says about a failure. Takes some milliseconds at most, whatever the failure holds. */
export function predict(model: Model, failure: Failure): Prediction {
  const scores = tempered(probabilitiesOf(model.linear, featuresOf(failure, model.bits)), model.temperature);
  return model.causes
    .map((cause, at) => ({ cause, probability: scores[at] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
}

function rowsOf(examples: readonly Example[], causes: readonly Cause[]): Row[] {
  const groups = Map.groupBy(examples, ({ group }) => group);
  const inGroup = examples.map(({ group, weight = 1 }) => weight / Math.sqrt(groups.get(group)?.length ?? 1));
  const perCause = new Map<Cause, number>();
  for (const [at, { cause }] of examples.entries()) {
    perCause.set(cause, (perCause.get(cause) ?? 0) + (inGroup[at] ?? 0));
  }
  const mean = [...perCause.values()].reduce((sum, value) => sum + value, 0) / perCause.size;
  return examples.map(({ failure, cause }, at) => ({
    x: featuresOf(failure, BITS),
    y: causes.indexOf(cause),
    weight: Math.min(MOST_FOR_RARITY, (inGroup[at] ?? 0) * Math.sqrt(mean / (perCause.get(cause) ?? mean))),
  }));
}

/** The weights of a model with more causes, of which nothing is known. */
function widened({ causes: known, linear }: Model, causes: readonly Cause[]): Linear {
  const classes = causes.length;
  const slots = linear.weights.length / linear.classes;
  const weights = new Float32Array(slots * classes);
  const bias = new Float32Array(classes);
  for (const [from, cause] of known.entries()) {
    const to = causes.indexOf(cause);
    bias[to] = linear.bias[from] ?? 0;
    for (let slot = 0; slot < slots; slot += 1) {
      weights[slot * classes + to] = linear.weights[slot * linear.classes + from] ?? 0;
    }
  }
  return { classes, weights, bias };
}

/** The one with the least surprise (log loss) on rows that were not seen (Guo et al., ICML 2017). */
function temperatureFor(apart: readonly { row: Row; probabilities: Float64Array }[]): number {
  const losses = TEMPERATURES.map((temperature) =>
    apart.reduce(
      (sum, { row, probabilities }) =>
        sum - row.weight * Math.log(Math.max(tempered(probabilities, temperature)[row.y] ?? 0, 1e-9)),
      0,
    ),
  );
  return apart.length === 0 ? 1 : (TEMPERATURES[losses.indexOf(Math.min(...losses))] ?? 1);
}

function foldOf(group: string): number {
  let hash = 0;
  for (let at = 0; at < group.length; at += 1) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) >>> 0;
  return hash % FOLDS;
}
