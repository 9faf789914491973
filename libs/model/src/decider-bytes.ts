import { type ByteReader, type ByteWriter, EndOfBytes } from './bytes.ts';
import { NUMBERS } from './columns.ts';
import type { TreeModel } from './forest.ts';
import { denseLinear, type Linear, type SteppedLinear, steppedLinear } from './linear.ts';

/** Weights are kept in this many steps on each side of 0. */
const STEPS = 127;
/** A forest of more nodes is none of ours. */
const MOST_NODES = 5_000_000;

/**
 * Bias and scale of each class as 32-bit floats, the number of slots that have a weight, then for each of them the
 * distance to the one before and a signed byte for each class: 127 stands for the class's scale.
 */
export function writeLinear(linear: Linear, to: ByteWriter): void {
  const { classes, weights, bias } = denseLinear(linear);
  const scales = new Float32Array(classes);
  for (let at = 0; at < weights.length; at += 1) {
    const size = Math.abs(weights[at] as number);
    if (size > (scales[at % classes] as number)) scales[at % classes] = size;
  }
  for (const value of [...bias, ...scales]) to.float(value);
  const steps = new Int8Array(weights.length);
  for (let at = 0; at < weights.length; at += 1) {
    steps[at] = Math.round(((weights[at] as number) / (scales[at % classes] || 1)) * STEPS);
  }
  const slots = Array.from({ length: weights.length / classes }, (_, slot) => slot).filter((slot) =>
    steps.subarray(slot * classes, (slot + 1) * classes).some((value) => value !== 0),
  );
  to.varint(slots.length);
  let before = 0;
  for (const slot of slots) {
    to.varint(slot - before);
    for (let c = 0; c < classes; c += 1) to.byte((steps[slot * classes + c] as number) & 0xff);
    before = slot;
  }
}

/** @throws EndOfBytes for what `writeLinear` did not write. */
export function readLinear(from: ByteReader, classes: number, slots: number): SteppedLinear {
  const bias = floats(from, classes);
  const scales = floats(from, classes);
  const steps = new Int8Array(slots * classes);
  const rows = from.varint();
  let slot = 0;
  for (let row = 0; row < rows; row += 1) {
    slot += from.varint();
    if (slot >= slots) throw new EndOfBytes(`slot ${slot} of ${slots}`);
    for (let c = 0; c < classes; c += 1) steps[slot * classes + c] = from.signed();
  }
  return steppedLinear({ classes, steps, bias }, (step, c) => (step / STEPS) * (scales[c] as number));
}

/** Columns, then nodes (column + 1, and for an inner one its bound), then leaves as 32-bit floats. */
export function writeTrees({ columns, trees }: TreeModel, to: ByteWriter): void {
  to.varint(columns.slots.length);
  let before = 0;
  for (const slot of columns.slots) {
    to.varint(slot - before);
    before = slot;
  }
  for (const cuts of columns.cuts) {
    to.byte(cuts.length);
    for (const cut of cuts) to.float(cut);
  }
  for (const list of [trees.roots, trees.columns]) to.varint(list.length);
  for (const root of trees.roots) to.varint(root);
  for (const [node, column] of trees.columns.entries()) {
    to.varint(column + 1);
    if (column >= 0) to.byte(trees.bounds[node] as number);
    to.varint(trees.children[node] as number);
  }
  to.varint(trees.leaves.length);
  for (const value of trees.leaves) to.float(value);
}

/** @throws EndOfBytes for what `writeTrees` did not write, also where following the nodes would never end. */
export function readTrees(from: ByteReader, outputs: number, slotCount: number): TreeModel {
  const slots = new Int32Array(checked(from.varint(), slotCount, 'columns'));
  let before = 0;
  for (const at of slots.keys()) {
    before = checked(before + from.varint(), slotCount - 1, 'slot');
    slots[at] = before;
  }
  const cuts = Array.from({ length: slots.length + NUMBERS.length }, () => floats(from, from.byte()));
  const roots = new Int32Array(checked(from.varint(), MOST_NODES, 'trees'));
  const nodes = checked(from.varint(), MOST_NODES, 'nodes');
  for (const at of roots.keys()) roots[at] = checked(from.varint(), nodes - 1, 'root');
  const columns = new Int32Array(nodes);
  const bounds = new Uint8Array(nodes);
  const children = new Int32Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    columns[node] = checked(from.varint(), cuts.length, 'column') - 1;
    bounds[node] = columns[node] === -1 ? 0 : from.byte();
    children[node] = from.varint();
  }
  const leaves = floats(from, checked(from.varint(), MOST_NODES * outputs, 'leaves'));
  for (let node = 0; node < nodes; node += 1) checkChild(node, { columns, children, nodes, leaves, outputs });
  return { columns: { slots, cuts }, trees: { outputs, roots, columns, bounds, children, leaves } };
}

/** Children stand behind their parent, so that a way down ends. */
function checkChild(
  node: number,
  all: { columns: Int32Array; children: Int32Array; nodes: number; leaves: Float32Array; outputs: number },
): void {
  const child = all.children[node] as number;
  const fits =
    all.columns[node] === -1 ? (child + 1) * all.outputs <= all.leaves.length : child > node && child + 1 < all.nodes;
  if (!fits) throw new EndOfBytes(`child ${child} of node ${node}`);
}

function floats(from: ByteReader, count: number): Float32Array {
  if (count * 4 > from.left) throw new EndOfBytes(`${from.left} bytes for ${count} numbers`);
  const values = Float32Array.from({ length: count }, () => from.float());
  if (!values.every(Number.isFinite)) throw new EndOfBytes('a number that is none');
  return values;
}

function checked(value: number, most: number, what: string): number {
  if (value > most) throw new EndOfBytes(`${what}: ${value} of ${most}`);
  return value;
}
