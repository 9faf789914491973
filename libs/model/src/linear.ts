import type { Sparse } from './features.ts';
import { softmax } from './softmax.ts';

/** A multinomial logistic regression, as it is trained or as it is read. */
export type Linear = DenseLinear | SteppedLinear;

/** `weights[slot * classes + class]`. */
export interface DenseLinear {
  classes: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** The same in a quarter of the memory. */
export interface SteppedLinear {
  classes: number;
  /** `steps[slot * classes + class]`. */
  steps: Int8Array;
  /** The weight that a class's step stands for: `sizes[class * 256 + (step & 255)]`. */
  sizes: Float32Array;
  bias: Float32Array;
}

/** How many steps a byte tells apart. */
const BYTE = 256;

/** @param weightOf what a step (-128 to 127) of a class stands for. */
export function steppedLinear(
  { classes, steps, bias }: Omit<SteppedLinear, 'sizes'>,
  weightOf: (step: number, kind: number) => number,
): SteppedLinear {
  const sizes = new Float32Array(classes * BYTE);
  for (let c = 0; c < classes; c += 1) {
    for (let step = -BYTE / 2; step < BYTE / 2; step += 1) sizes[c * BYTE + (step & 0xff)] = weightOf(step, c);
  }
  return { classes, steps, sizes, bias };
}

/** With a number for each weight; not a copy of one that has them. */
export function denseLinear(linear: Linear): DenseLinear {
  if (!('steps' in linear)) return linear;
  const { classes, steps, sizes, bias } = linear;
  const weights = new Float32Array(steps.length);
  for (let at = 0; at < steps.length; at += 1)
    weights[at] = sizes[(at % classes) * BYTE + ((steps[at] as number) & 0xff)] as number;
  return { classes, weights, bias };
}

export interface Row {
  x: Sparse;
  /** The probability of each class, by its number; they sum to 1. */
  targets: Float64Array;
  /** How much it counts, above 0. */
  weight: number;
}

const EPOCHS = 12;
const RATE = 0.3;
const L2 = 1e-5;
/** Keeps the first steps small. */
const DAMPING = 0.05;
const BIAS_RATE = 0.02;
/** Slopes below this change nothing. */
const FLAT = 1e-4;

/**
 * Stochastic gradient descent with AdaGrad's step sizes (Duchi et al., JMLR 2011) in an order that `random` decides.
 *
 * @param start weights to begin with; not changed. Default: zeros.
 */
export function fitLinear(
  rows: readonly Row[],
  { classes, slots, random, start }: { classes: number; slots: number; random: () => number; start?: Linear },
): DenseLinear {
  const weights = start ? denseLinear(start).weights.slice() : new Float32Array(slots * classes);
  const bias = start ? start.bias.slice() : new Float32Array(classes);
  const squares = new Float32Array(slots * classes);
  const model = { classes, weights, bias };
  const order = [...rows.keys()];
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    shuffle(order, random);
    for (const at of order) if (rows[at] !== undefined) step(model, squares, rows[at]);
  }
  return model;
}

/** The probability of each class, by its number. */
export function probabilitiesOf(linear: Linear, x: Sparse): Float64Array {
  const scores = Float64Array.from(linear.bias);
  if ('steps' in linear) addStepped(scores, linear, x);
  else addDense(scores, linear, x);
  return softmax(scores);
}

function addDense(scores: Float64Array, { classes, weights }: DenseLinear, { slots, values }: Sparse): void {
  for (let at = 0; at < slots.length; at += 1) {
    const base = (slots[at] as number) * classes;
    const value = values[at] as number;
    for (let c = 0; c < classes; c += 1) scores[c] = (scores[c] as number) + (weights[base + c] as number) * value;
  }
}

function addStepped(scores: Float64Array, { classes, steps, sizes }: SteppedLinear, { slots, values }: Sparse): void {
  for (let at = 0; at < slots.length; at += 1) {
    const base = (slots[at] as number) * classes;
    const value = values[at] as number;
    for (let c = 0; c < classes; c += 1) {
      const weight = sizes[c * BYTE + ((steps[base + c] as number) & 0xff)] as number;
      scores[c] = (scores[c] as number) + weight * value;
    }
  }
}

/** Divides scores by a temperature above 0, which makes a model less sure of itself when it is above 1. */
export function tempered(probabilities: Float64Array, temperature: number): Float64Array {
  return softmax(probabilities.map((p) => Math.log(Math.max(p, 1e-12)) / temperature));
}

function step({ classes, weights, bias }: DenseLinear, squares: Float32Array, { x, targets, weight }: Row): void {
  const p = probabilitiesOf({ classes, weights, bias }, x);
  const slopes = p.map((said, c) => (said - (targets[c] as number)) * weight);
  for (let c = 0; c < classes; c += 1) {
    if (Math.abs(slopes[c] as number) < FLAT) slopes[c] = 0;
    bias[c] = (bias[c] as number) - BIAS_RATE * (slopes[c] as number);
  }
  for (let at = 0; at < x.slots.length; at += 1) {
    const base = (x.slots[at] as number) * classes;
    const value = x.values[at] as number;
    // Classes inside: their weights lie next to each other.
    for (let c = 0; c < classes; c += 1) {
      const slope = slopes[c] as number;
      if (slope === 0) continue;
      const place = base + c;
      const gradient = slope * value + L2 * (weights[place] as number);
      const square = (squares[place] as number) + gradient * gradient;
      squares[place] = square;
      weights[place] = (weights[place] as number) - (RATE * gradient) / Math.sqrt(square + DAMPING);
    }
  }
}

function shuffle(list: number[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other] as number, list[at] as number];
  }
}
