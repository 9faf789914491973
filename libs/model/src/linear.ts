import type { Sparse } from './features.ts';
import { softmax } from './softmax.ts';

/** Weights of a multinomial logistic regression: `weights[slot * classes + class]`. */
export interface Linear {
  classes: number;
  weights: Float32Array;
  bias: Float32Array;
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
): Linear {
  const weights = start ? start.weights.slice() : new Float32Array(slots * classes);
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
export function probabilitiesOf({ classes, weights, bias }: Linear, { slots, values }: Sparse): Float64Array {
  const scores = Float64Array.from(bias);
  for (let at = 0; at < slots.length; at += 1) {
    const base = (slots[at] as number) * classes;
    const value = values[at] as number;
    for (let c = 0; c < classes; c += 1) scores[c] = (scores[c] as number) + (weights[base + c] as number) * value;
  }
  return softmax(scores);
}

/** Divides scores by a temperature above 0, which makes a model less sure of itself when it is above 1. */
export function tempered(probabilities: Float64Array, temperature: number): Float64Array {
  return softmax(probabilities.map((p) => Math.log(Math.max(p, 1e-12)) / temperature));
}

function step({ classes, weights, bias }: Linear, squares: Float32Array, { x, targets, weight }: Row): void {
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
