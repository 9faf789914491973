import type { Failure } from './failure.ts';
import type { Sparse } from './features.ts';

/** Measurements that trees see as they are. */
export const NUMBERS = ['exitCode', 'cpu', 'memory', 'latency_ms', 'error_rate', 'duration_ratio'] as const;

/** Values of a column are sorted into so many bins at most, the one for 'absent' not counted. */
const MOST_BINS = 12;

/** What trees look at: a dense table made of some hashed features, then `NUMBERS`. */
export interface Columns {
  /** The slot of each hashed column; ascending. */
  slots: Int32Array;
  /** For every column the bounds between its bins, ascending: bin 0 is 'absent', bin 1 is up to the first bound. */
  cuts: readonly Float32Array[];
}

/** What columns are made from: NaN stands for an absent measurement. */
export interface Described {
  x: Sparse;
  /** In the order of `NUMBERS`. */
  numbers: Float64Array;
}

/** What is measured around a failure, in the order of `NUMBERS`; NaN where it is not known. */
export function numbersOf({ exitCode, metrics }: Failure): Float64Array {
  return Float64Array.from(NUMBERS, (name) => (name === 'exitCode' ? exitCode : metrics[name]) ?? Number.NaN);
}

/**
 * The features that tell most about the class, by chi squared of 'has it' against the class, and where their values are
 * parted.
 *
 * @param rows with the probability of each class and the weight.
 * @param most number of hashed columns.
 */
export function chooseColumns(
  rows: readonly (Described & { targets: Float64Array; weight: number })[],
  { classes, most }: { classes: number; most: number },
): Columns {
  const slots = Int32Array.from(mostTelling(rows, classes, most)).sort();
  const wanted = new Map([...slots].map((slot, column) => [slot, column]));
  const values: number[][] = Array.from({ length: slots.length + NUMBERS.length }, () => []);
  for (const { x, numbers } of rows) {
    for (const [at, slot] of x.slots.entries()) values[wanted.get(slot) ?? -1]?.push(x.values[at] as number);
    for (const [at, value] of numbers.entries()) if (!Number.isNaN(value)) values[slots.length + at]?.push(value);
  }
  return { slots, cuts: values.map(cutsOf) };
}

/** The bin of each column for each row: column by column, a byte for each row. */
export function binned({ slots, cuts }: Columns, rows: readonly Described[]): Uint8Array {
  const bins = new Uint8Array(cuts.length * rows.length);
  const columnOf = new Map([...slots].map((slot, column) => [slot, column]));
  for (const [row, { x, numbers }] of rows.entries()) {
    for (let at = 0; at < x.slots.length; at += 1) {
      const column = columnOf.get(x.slots[at] as number);
      if (column !== undefined) bins[column * rows.length + row] = binOf(x.values[at] as number, cuts[column]);
    }
    for (let at = 0; at < NUMBERS.length; at += 1) {
      const column = slots.length + at;
      const value = numbers[at] as number;
      if (!Number.isNaN(value)) bins[column * rows.length + row] = binOf(value, cuts[column]);
    }
  }
  return bins;
}

function mostTelling(
  rows: readonly (Described & { targets: Float64Array; weight: number })[],
  classes: number,
  most: number,
): number[] {
  const perClass = new Float64Array(classes);
  const bySlot = new Map<number, Float64Array>();
  let total = 0;
  for (const { x, targets, weight } of rows) {
    addTo(perClass, targets, weight);
    total += weight;
    for (const slot of x.slots) {
      const counts = bySlot.get(slot) ?? new Float64Array(classes);
      bySlot.set(slot, counts);
      addTo(counts, targets, weight);
    }
  }
  return [...bySlot]
    .map(([slot, counts]) => ({ slot, tells: chiSquared(counts, perClass, total) }))
    .sort((a, b) => b.tells - a.tells || a.slot - b.slot)
    .slice(0, most)
    .map(({ slot }) => slot);
}

function addTo(sums: Float64Array, parts: Float64Array, weight: number): void {
  for (let c = 0; c < sums.length; c += 1) sums[c] = (sums[c] as number) + weight * (parts[c] as number);
}

function chiSquared(counts: Float64Array, perClass: Float64Array, total: number): number {
  const having = counts.reduce((sum, count) => sum + count, 0);
  if (having === 0 || having >= total) return 0;
  let sum = 0;
  for (let c = 0; c < counts.length; c += 1) {
    const expected = (having * (perClass[c] as number)) / total;
    if (expected > 0) sum += ((counts[c] as number) - expected) ** 2 / expected;
  }
  return sum * (total / (total - having));
}

/** Quantiles; fewer where values repeat. */
function cutsOf(values: readonly number[]): Float32Array {
  const sorted = Float32Array.from(values).sort();
  const cuts = new Set<number>();
  for (let at = 1; at < MOST_BINS; at += 1) {
    const cut = sorted[Math.floor((at * sorted.length) / MOST_BINS)];
    if (cut !== undefined) cuts.add(cut);
  }
  // A value on the last bound needs no bin of its own above it.
  return Float32Array.from(cuts);
}

function binOf(value: number, cuts: Float32Array | undefined): number {
  const single = Math.fround(value);
  let bin = 1;
  while (bin <= (cuts?.length ?? 0) && single > (cuts?.[bin - 1] as number)) bin += 1;
  return bin;
}
