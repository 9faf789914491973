import { binned, chooseColumns, type Described } from './columns.ts';
import { sample, type TreeModel, type TreeRow } from './forest.ts';
import { softmax } from './softmax.ts';
import { addVotes, Grove } from './tree.ts';

const COLUMNS = 500;
const ROUNDS = 120;
const DEPTH = 4;
const RATE = 0.12;
const PULL = 1;
const LEAST_IN_LEAF = 1;
/** Parts of the columns and of the rows that a round sees. */
const COLUMN_SHARE = 0.25;
const ROW_SHARE = 0.7;

/**
 * Gradient boosting with softmax loss: each round grows one tree whose leaves have a number for every class (as in
 * GBDT-MO, Zhang and Jung, 2020), by the loss's slopes and the diagonal of its curvature. Same rows and same `random`,
 * same trees.
 */
export function fitBoosting(
  rows: readonly TreeRow[],
  { classes, random }: { classes: number; random: () => number },
): TreeModel {
  const columns = chooseColumns(rows, { classes, most: COLUMNS });
  const bins = binned(columns, rows);
  const scores = Array.from(rows, () => new Float64Array(classes));
  const slopes = new Float32Array(rows.length * classes);
  const curvatures = new Float32Array(rows.length * classes);
  const grove = new Grove(classes);
  const some = Math.max(1, Math.round(columns.cuts.length * COLUMN_SHARE));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [row, { targets, weight }] of rows.entries()) {
      const said = softmax(scores[row] as Float64Array);
      for (let c = 0; c < classes; c += 1) {
        const p = said[c] as number;
        slopes[row * classes + c] = (p - (targets[c] as number)) * weight;
        curvatures[row * classes + c] = Math.max(p * (1 - p), 1e-6) * weight;
      }
    }
    const members = Int32Array.from(rows.keys()).filter(() => random() < ROW_SHARE);
    const seen = sample(columns.cuts.length, some, random);
    grove.grow({ bins, rows: rows.length, slopes, curvatures, outputs: classes }, members, {
      depth: DEPTH,
      leastInLeaf: LEAST_IN_LEAF,
      pull: PULL,
      rate: RATE,
      columnsFor: () => seen,
    });
    const trees = grove.trees();
    for (const row of rows.keys()) {
      addVotes(trees, bins, scores[row] as Float64Array, { rows: rows.length, row, from: round });
    }
  }
  return { columns, trees: grove.trees() };
}

export function boostingProbabilities({ columns, trees }: TreeModel, described: Described): Float64Array {
  const scores = new Float64Array(trees.outputs);
  addVotes(trees, binned(columns, [described]), scores);
  return softmax(scores);
}
