import { binned, type Columns, chooseColumns, type Described } from './columns.ts';
import { addVotes, Grove, type Trees } from './tree.ts';

/** A forest or a boosted series of trees over a dense table. */
export interface TreeModel {
  columns: Columns;
  trees: Trees;
}

export interface TreeRow extends Described {
  /** The probability of each class, by its number; they sum to 1. */
  targets: Float64Array;
  /** How much it counts, above 0. */
  weight: number;
}

const COLUMNS = 500;
const TREES = 150;
const DEPTH = 16;
/** Rows of mean weight that a leaf has at least. */
const LEAST_IN_LEAF = 1;
/** Part of the columns that a node may ask for. */
const SHARE = 0.08;

/**
 * A random forest (Breiman, 2001) of Gini trees, each grown on as many rows as there are, drawn with replacement, where
 * each node sees some columns only. Same rows and same `random`, same forest.
 */
export function fitForest(
  rows: readonly TreeRow[],
  { classes, random }: { classes: number; random: () => number },
): TreeModel {
  const columns = chooseColumns(rows, { classes, most: COLUMNS });
  const bins = binned(columns, rows);
  const slopes = new Float32Array(rows.length * classes);
  const curvatures = Float32Array.from(rows, ({ weight }) => weight);
  for (const [row, { targets, weight }] of rows.entries()) {
    for (let c = 0; c < classes; c += 1) slopes[row * classes + c] = -weight * (targets[c] as number);
  }
  const grove = new Grove(classes);
  const some = Math.max(1, Math.round(columns.cuts.length * SHARE));
  for (let tree = 0; tree < TREES; tree += 1) {
    const members = Int32Array.from({ length: rows.length }, () => Math.floor(random() * rows.length));
    grove.grow({ bins, rows: rows.length, slopes, curvatures, outputs: classes }, members, {
      depth: DEPTH,
      leastInLeaf: LEAST_IN_LEAF,
      pull: 1e-9,
      rate: 1 / TREES,
      columnsFor: () => sample(columns.cuts.length, some, random),
    });
  }
  return { columns, trees: grove.trees() };
}

/** Mean of the shares of each class in the leaves. */
export function forestProbabilities({ columns, trees }: TreeModel, described: Described): Float64Array {
  const sums = new Float64Array(trees.outputs);
  addVotes(trees, binned(columns, [described]), sums);
  // No class is impossible because no tree saw it.
  const lifted = sums.map((share) => Math.max(0, share) + 1e-3);
  const total = lifted.reduce((sum, share) => sum + share, 0);
  return lifted.map((share) => share / total);
}

/** Different numbers below `count`. */
export function sample(count: number, some: number, random: () => number): Int32Array {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(some, count)) chosen.add(Math.floor(random() * count));
  return Int32Array.from(chosen);
}
