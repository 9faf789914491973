import type { Cause } from '@prunella/contracts';
import { boostingProbabilities, fitBoosting } from './boosting.ts';
import { type Described, numbersOf } from './columns.ts';
import type { Example, Failure, Prediction } from './failure.ts';
import { featuresOf } from './features.ts';
import { fitForest, forestProbabilities, type TreeModel, type TreeRow } from './forest.ts';
import { knownWords, unknownShare } from './known-words.ts';
import { denseLinear, fitLinear, type Linear, probabilitiesOf, tempered } from './linear.ts';
import { transientRates } from './transient.ts';

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

/** How a model decides. Which of them is best was measured by `tests/bench/model/compare.ts`. */
export type Decider =
  | { kind: 'linear'; linear: Linear }
  | { kind: 'boosting'; trees: TreeModel }
  | { kind: 'forest'; trees: TreeModel };
export type ModelKind = Decider['kind'];
export const MODEL_KINDS = ['linear', 'boosting', 'forest'] as const satisfies ModelKind[];

/** A trained classifier of causes. */
export interface Model extends Provenance {
  /** Of the number of slots that features are hashed to. */
  bits: number;
  /** The causes that it knows, by the number of their class. */
  causes: readonly Cause[];
  /** Scores are divided by this. */
  temperature: number;
  /** For each cause how often the same thing without a change passes, 0..1. */
  transient: readonly number[];
  /** The words of its examples, as bits of a filter: `known-words.ts`. */
  words: Uint8Array;
  decider: Decider;
}

/** What a model says about a failure. */
export interface Judgement {
  causes: Prediction;
  /** Probability that the same thing without a change passes: what each cause says, by how likely the cause is. */
  transient: number;
  /** Part of the failure's words that no example had, 0..1: the higher, the less the rest is worth. 1 without words. */
  unknown: number;
}

/** 2 ** 18 slots: runs of characters fill a good part of them. */
const BITS = 18;
/** Of a cause and the others that count as right, what the others are worth together. */
const ACCEPTABLE_COUNTS = 0.3;
/** Where at least so many groups teach, what only one of them has is not learnt: it would name the project. */
const MANY_GROUPS = 20;
/** No class counts more than this because it is rare. */
const MOST_FOR_RARITY = 5;
/** Folds of groups on which the temperature is found. */
const FOLDS = 3;
const TEMPERATURES = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.5, 1.75, 2, 2.5, 3];

export interface TrainOptions extends Provenance {
  /** Numbers in [0, 1); the same ones give the same model. */
  random: () => number;
  /** Default `linear`. */
  kind?: ModelKind;
  /** A linear model to begin with; others are begun anew. */
  start?: Model;
}

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
  { random, start, kind = 'linear', ...provenance }: TrainOptions,
): Model {
  const causes = [...new Set([...(start?.causes ?? []), ...examples.map(({ cause }) => cause).toSorted()])];
  if (causes.length < 2) throw new RangeError(`expected examples of at least two causes, found ${causes.length}`);
  const rows = rowsOf(examples, causes);
  const begin = start && widened(start, causes);
  const options = { kind, classes: causes.length, random, ...(begin && { start: begin }) };
  const decider = fit(rows, options);
  const folds = Array.from({ length: FOLDS }, (_, fold) => ({
    seen: rows.filter((_, at) => foldOf(examples[at]?.group ?? '') !== fold),
    unseen: rows.filter((_, at) => foldOf(examples[at]?.group ?? '') === fold),
  }));
  const apart = folds
    .filter(({ seen, unseen }) => seen.length > 0 && unseen.length > 0)
    .flatMap(({ seen, unseen }) => {
      const model = fit(seen, options);
      return unseen.filter(({ written }) => !written).map((row) => ({ row, probabilities: said(model, row) }));
    });
  return {
    ...provenance,
    bits: BITS,
    causes,
    temperature: temperatureFor(apart),
    transient: transientRates(examples, causes, start),
    words: knownWords(examples, start?.words),
    decider,
  };
}

/** What a model says about a failure. Takes some milliseconds at most, whatever the failure holds. */
export function predict(model: Model, failure: Failure): Prediction {
  const scores = tempered(said(model.decider, describe(failure, model.bits)), model.temperature);
  return model.causes
    .map((cause, at) => ({ cause, probability: scores[at] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
}

/** `predict`, with what follows from it. */
export function judge(model: Model, failure: Failure): Judgement {
  const causes = predict(model, failure);
  const rates = new Map(model.causes.map((cause, at) => [cause, model.transient[at] ?? 0]));
  const transient = causes.reduce((sum, { cause, probability }) => sum + probability * (rates.get(cause) ?? 0), 0);
  return { causes, transient, unknown: unknownShare(model.words, failure) };
}

function describe(failure: Failure, bits: number): Described {
  return { x: featuresOf(failure, bits), numbers: numbersOf(failure) };
}

function fit(
  rows: readonly TreeRow[],
  { kind, classes, random, start }: { kind: ModelKind; classes: number; random: () => number; start?: Linear },
): Decider {
  if (kind === 'boosting') return { kind, trees: fitBoosting(rows, { classes, random }) };
  if (kind === 'forest') return { kind, trees: fitForest(rows, { classes, random }) };
  return { kind, linear: fitLinear(rows, { classes, slots: 2 ** BITS, random, ...(start && { start }) }) };
}

/** The probability of each class, by its number, before the temperature. */
function said(decider: Decider, described: Described): Float64Array {
  if (decider.kind === 'boosting') return boostingProbabilities(decider.trees, described);
  if (decider.kind === 'forest') return forestProbabilities(decider.trees, described);
  return probabilitiesOf(decider.linear, described.x);
}

interface TrainingRow extends TreeRow {
  written: boolean;
}

function rowsOf(examples: readonly Example[], causes: readonly Cause[]): TrainingRow[] {
  const alike = Map.groupBy(examples, ({ group, cause }) => `${cause} ${group}`);
  const inGroup = examples.map(
    ({ group, cause, weight = 1 }) => weight / Math.sqrt(alike.get(`${cause} ${group}`)?.length ?? 1),
  );
  const perCause = new Map<Cause, number>();
  for (const [at, { cause }] of examples.entries()) {
    perCause.set(cause, (perCause.get(cause) ?? 0) + (inGroup[at] ?? 0));
  }
  const mean = [...perCause.values()].reduce((sum, value) => sum + value, 0) / perCause.size;
  const rows = examples.map((example, at) => ({
    ...describe(example.failure, BITS),
    targets: targetsOf(example, causes),
    written: example.written === true,
    weight: Math.min(MOST_FOR_RARITY, (inGroup[at] ?? 0) * Math.sqrt(mean / (perCause.get(example.cause) ?? mean))),
  }));
  return withoutNames(
    rows,
    examples.map(({ group }) => group),
  );
}

/** What else counts as right gets a part of the probability. */
function targetsOf({ cause, acceptable = [] }: Example, causes: readonly Cause[]): Float64Array {
  const others = new Set(acceptable.filter((other) => other !== cause && causes.includes(other)));
  const targets = new Float64Array(causes.length);
  targets[causes.indexOf(cause)] = others.size === 0 ? 1 : 1 - ACCEPTABLE_COUNTS;
  for (const other of others) targets[causes.indexOf(other)] = ACCEPTABLE_COUNTS / others.size;
  return targets;
}

/** Leaves out features that only one of many groups has; what was written to teach stays. */
function withoutNames(rows: readonly TrainingRow[], groups: readonly string[]): TrainingRow[] {
  const ids = new Map([...new Set(groups)].map((group, id) => [group, id + 1]));
  if (ids.size < MANY_GROUPS) return [...rows];
  const only = new Int32Array(2 ** BITS);
  const many = -1;
  for (const [at, { x, written }] of rows.entries()) {
    const id = written ? many : (ids.get(groups[at] ?? '') ?? 0);
    for (const slot of x.slots) only[slot] = only[slot] === 0 || only[slot] === id ? id : many;
  }
  return rows.map((row) => {
    const kept = Int32Array.from(row.x.slots.keys()).filter((at) => only[row.x.slots[at] as number] === many);
    const x = {
      slots: kept.map((at) => row.x.slots[at] as number),
      values: Float64Array.from(kept, (at) => row.x.values[at] as number),
    };
    return { ...row, x };
  });
}

/** The weights of a model with more causes, of which nothing is known; undefined: trees can't be carried on. */
function widened({ causes: known, decider }: Model, causes: readonly Cause[]): Linear | undefined {
  if (decider.kind !== 'linear') return undefined;
  const linear = denseLinear(decider.linear);
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

/**
 * The one that makes the probability of the best cause tell best whether it is right, by log loss on failures that were
 * not seen (after Guo et al., ICML 2017). What counts as right beside the label is right here too.
 */
function temperatureFor(apart: readonly { row: TreeRow; probabilities: Float64Array }[]): number {
  const losses = TEMPERATURES.map((temperature) =>
    apart.reduce((sum, { row: { targets }, probabilities }) => {
      const scores = tempered(probabilities, temperature);
      const best = scores.indexOf(scores.reduce((a, b) => Math.max(a, b), 0));
      const confidence = Math.min(1 - 1e-6, scores[best] ?? 0);
      return sum - Math.log((targets[best] ?? 0) > 0 ? confidence : 1 - confidence);
    }, 0),
  );
  return apart.length === 0 ? 1 : (TEMPERATURES[losses.indexOf(Math.min(...losses))] ?? 1);
}

function foldOf(group: string): number {
  let hash = 0;
  for (let at = 0; at < group.length; at += 1) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) >>> 0;
  return hash % FOLDS;
}
