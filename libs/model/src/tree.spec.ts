import { addVotes, Grove } from './tree.ts';

const LIMITS = { depth: 3, leastInLeaf: 1, pull: 0, rate: 1, columnsFor: () => Int32Array.of(0, 1) };

/** Trees of rows with two columns and a class, by Gini. */
function grown(rows: readonly (readonly [first: number, second: number, label: 0 | 1])[]) {
  const bins = Uint8Array.from([...rows.map(([first]) => first), ...rows.map(([, second]) => second)]);
  const slopes = Float32Array.from(rows.flatMap(([, , label]) => (label === 0 ? [-1, 0] : [0, -1])));
  const grove = new Grove(2);
  const data = { bins, rows: rows.length, slopes, curvatures: new Float32Array(rows.length).fill(1), outputs: 2 };
  grove.grow(data, Int32Array.from(rows.keys()), LIMITS);
  return grove.trees();
}

function votes(trees: ReturnType<typeof grown>, first: number, second: number): number[] {
  const sums = new Float64Array(2);
  addVotes(trees, Uint8Array.of(first, second), sums);
  return [...sums];
}

describe('a tree', () => {
  it('asks for the column that tells', () => {
    const trees = grown([
      [1, 3, 0],
      [5, 3, 0],
      [1, 7, 1],
      [5, 7, 1],
    ]);
    expect(trees.columns[0]).toBe(1);
    expect(votes(trees, 5, 2)).toEqual([1, 0]);
    expect(votes(trees, 1, 9)).toEqual([0, 1]);
  });

  it('asks for one column below another', () => {
    const trees = grown([
      [1, 1, 0],
      [1, 1, 0],
      [1, 5, 1],
      [5, 1, 1],
      [5, 5, 1],
    ]);
    expect(votes(trees, 1, 1)).toEqual([1, 0]);
    expect(votes(trees, 1, 5)).toEqual([0, 1]);
    expect(votes(trees, 5, 1)).toEqual([0, 1]);
  });

  it('is a leaf with the shares where nothing tells', () => {
    const trees = grown([
      [2, 2, 0],
      [2, 2, 1],
      [2, 2, 1],
      [2, 2, 1],
    ]);
    expect(trees.columns).toEqual(Int32Array.of(-1));
    expect(votes(trees, 9, 9)).toEqual([0.25, 0.75]);
  });
});
