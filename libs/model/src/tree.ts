/** Decision trees that end in a vector, one after the other in flat arrays. */
export interface Trees {
  /** How many numbers a leaf has. */
  outputs: number;
  /** The first node of each tree. */
  roots: Int32Array;
  /** The column that a node asks for; -1: it is a leaf. */
  columns: Int32Array;
  /** Bins up to this go to the first child. */
  bounds: Uint8Array;
  /** First child of a node, which the second one follows; of a leaf, its place in `leaves` divided by `outputs`. */
  children: Int32Array;
  leaves: Float32Array;
}

/** What a tree is grown on. */
export interface TreeData {
  /** Column by column, a byte for each row. */
  bins: Uint8Array;
  rows: number;
  /** Slopes of the loss: row by row, `outputs` each. */
  slopes: Float32Array;
  /** Curvatures of the loss, likewise; or one for each row, which then holds for all of its outputs. */
  curvatures: Float32Array;
  outputs: number;
}

export interface TreeLimits {
  depth: number;
  /** Curvature that a leaf has at least. */
  leastInLeaf: number;
  /** Added to each leaf's curvature (lambda of XGBoost). */
  pull: number;
  /** Leaves are multiplied by this. */
  rate: number;
  /** The columns that a node may ask for; called once a node. */
  columnsFor: () => Int32Array;
}

/** Bins of a column, the one for 'absent' included, are fewer. */
const MOST_BINS = 32;

/** Collects trees while they grow. */
export class Grove {
  readonly #roots: number[] = [];
  readonly #columns: number[] = [];
  readonly #bounds: number[] = [];
  readonly #children: number[] = [];
  readonly #leaves: number[] = [];
  readonly outputs: number;

  constructor(outputs: number) {
    this.outputs = outputs;
  }

  /**
   * Grows one tree by histograms of bins: each split is the one that gains most of sum(slope^2 / (curvature + pull)), the
   * second-order gain of XGBoost (Chen and Guestrin, KDD 2016). With one-hot slopes and curvatures of 1 that is the Gini
   * gain of a classification tree.
   *
   * @param members rows that it learns from; one may stand there twice.
   */
  grow(data: TreeData, members: Int32Array, limits: TreeLimits): void {
    this.#roots.push(this.#columns.length);
    this.#addNode();
    this.#split(this.#columns.length - 1, data, members, limits, limits.depth);
  }

  trees(): Trees {
    return {
      outputs: this.outputs,
      roots: Int32Array.from(this.#roots),
      columns: Int32Array.from(this.#columns),
      bounds: Uint8Array.from(this.#bounds),
      children: Int32Array.from(this.#children),
      leaves: Float32Array.from(this.#leaves),
    };
  }

  #addNode(): void {
    this.#columns.push(-1);
    this.#bounds.push(0);
    this.#children.push(0);
  }

  #split(node: number, data: TreeData, members: Int32Array, limits: TreeLimits, depth: number): void {
    const split = depth > 0 && members.length > 1 ? bestSplit(data, members, limits) : undefined;
    if (split === undefined) {
      this.#children[node] = this.#leaves.length / this.outputs;
      this.#leaves.push(...leafOf(data, members, limits));
      return;
    }
    const { column, bound } = split;
    const start = column * data.rows;
    const first = members.filter((row) => (data.bins[start + row] as number) <= bound);
    const second = members.filter((row) => (data.bins[start + row] as number) > bound);
    this.#columns[node] = column;
    this.#bounds[node] = bound;
    const child = this.#columns.length;
    this.#children[node] = child;
    this.#addNode();
    this.#addNode();
    this.#split(child, data, first, limits, depth - 1);
    this.#split(child + 1, data, second, limits, depth - 1);
  }
}

/** Adds what each tree says about a row to `sums`, which has `outputs` numbers. */
export function addVotes(
  { outputs, roots, columns, bounds, children, leaves }: Trees,
  bins: Uint8Array,
  sums: Float64Array,
  { rows = 1, row = 0, from = 0 }: { rows?: number; row?: number; from?: number } = {},
): void {
  for (let tree = from; tree < roots.length; tree += 1) {
    let node = roots[tree] as number;
    for (let column = columns[node] as number; column !== -1; column = columns[node] as number) {
      const second = (bins[column * rows + row] as number) > (bounds[node] as number);
      node = (children[node] as number) + Number(second);
    }
    const leaf = (children[node] as number) * outputs;
    for (let at = 0; at < outputs; at += 1) sums[at] = (sums[at] as number) + (leaves[leaf + at] as number);
  }
}

interface Sums {
  slopes: Float64Array;
  curvatures: Float64Array;
}

function sumsOf({ slopes, curvatures, outputs, rows }: TreeData, members: Int32Array): Sums {
  const each = curvatures.length / rows;
  const sums = { slopes: new Float64Array(outputs), curvatures: new Float64Array(each) };
  for (const row of members) {
    for (let at = 0; at < outputs; at += 1) {
      sums.slopes[at] = (sums.slopes[at] as number) + (slopes[row * outputs + at] as number);
    }
    for (let at = 0; at < each; at += 1) {
      sums.curvatures[at] = (sums.curvatures[at] as number) + (curvatures[row * each + at] as number);
    }
  }
  return sums;
}

function leafOf(data: TreeData, members: Int32Array, { pull, rate }: TreeLimits): number[] {
  const { slopes, curvatures } = sumsOf(data, members);
  return Array.from(slopes, (slope, at) => {
    const curvature = curvatures[curvatures.length === 1 ? 0 : at] as number;
    return (-rate * slope) / (curvature + pull);
  });
}

function bestSplit(
  data: TreeData,
  members: Int32Array,
  limits: TreeLimits,
): { column: number; bound: number } | undefined {
  const all = sumsOf(data, members);
  const least = gainOf(all, limits.pull) + 1e-6;
  let best: { column: number; bound: number } | undefined;
  let most = least;
  for (const column of limits.columnsFor()) {
    const { slopes, curvatures, last } = histogram(data, members, column);
    const first: Sums = {
      slopes: new Float64Array(all.slopes.length),
      curvatures: new Float64Array(all.curvatures.length),
    };
    for (let bound = 0; bound < last; bound += 1) {
      addPart(first.slopes, slopes, bound);
      addPart(first.curvatures, curvatures, bound);
      const gain = gainOfParts(first, all, limits);
      if (gain > most) {
        most = gain;
        best = { column, bound };
      }
    }
  }
  return best;
}

function addPart(sums: Float64Array, parts: Float64Array, bin: number): void {
  const start = bin * sums.length;
  for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] as number) + (parts[start + at] as number);
}

function histogram(
  { bins, rows, slopes, curvatures, outputs }: TreeData,
  members: Int32Array,
  column: number,
): Sums & { last: number } {
  const each = curvatures.length / rows;
  const sums = { slopes: new Float64Array(MOST_BINS * outputs), curvatures: new Float64Array(MOST_BINS * each) };
  let last = 0;
  for (let member = 0; member < members.length; member += 1) {
    const row = members[member] as number;
    const bin = bins[column * rows + row] as number;
    if (bin > last) last = bin;
    for (let at = 0; at < outputs; at += 1) {
      const place = bin * outputs + at;
      sums.slopes[place] = (sums.slopes[place] as number) + (slopes[row * outputs + at] as number);
    }
    for (let at = 0; at < each; at += 1) {
      const place = bin * each + at;
      sums.curvatures[place] = (sums.curvatures[place] as number) + (curvatures[row * each + at] as number);
    }
  }
  return { ...sums, last };
}

function gainOf({ slopes, curvatures }: Sums, pull: number): number {
  let gain = 0;
  for (let at = 0; at < slopes.length; at += 1) {
    const curvature = curvatures[curvatures.length === 1 ? 0 : at] as number;
    gain += (slopes[at] as number) ** 2 / (curvature + pull);
  }
  return gain;
}

/** The gain of both sides; 0 when one of them would be too small. */
function gainOfParts(first: Sums, all: Sums, { pull, leastInLeaf }: TreeLimits): number {
  const single = all.curvatures.length === 1;
  let gain = 0;
  let inFirst = 0;
  let inSecond = 0;
  for (let at = 0; at < all.curvatures.length; at += 1) {
    inFirst += first.curvatures[at] as number;
    inSecond += (all.curvatures[at] as number) - (first.curvatures[at] as number);
  }
  if (inFirst < leastInLeaf || inSecond < leastInLeaf) return 0;
  for (let at = 0; at < all.slopes.length; at += 1) {
    const curvature = first.curvatures[single ? 0 : at] as number;
    const rest = (all.curvatures[single ? 0 : at] as number) - curvature;
    const slope = first.slopes[at] as number;
    gain += slope ** 2 / (curvature + pull) + ((all.slopes[at] as number) - slope) ** 2 / (Math.max(0, rest) + pull);
  }
  return gain;
}
