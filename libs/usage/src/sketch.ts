/**
 * How often values of which size were seen: buckets on a logarithmic scale, so that a quantile is right to 5 %, whatever the sizes. Constant in
 * memory, and it forgets: when it holds `MOST` observations all of them lose half of their weight, so that the last few hundred count.
 */
export interface Sketch {
  /** Weight by bucket. A bucket `n` holds what is above `GROWTH ** (n - 1)` and not above `GROWTH ** n`. */
  buckets: Record<string, number>;
  weight: number;
}

const GROWTH = 1.1;
const MOST = 256;
/** Of `value`: what is beyond counts as the outermost bucket. */
const SMALLEST = 1e-3;
const LARGEST = 1e15;
/** What is lighter is forgotten for good. */
const LIGHTEST = 0.05;

export const EMPTY: Sketch = { buckets: {}, weight: 0 };

/** The sketch with one more value, which is not negative. */
export function observe(sketch: Sketch, value: number): Sketch {
  const bucket = String(Math.ceil(Math.log(Math.min(Math.max(value, SMALLEST), LARGEST)) / Math.log(GROWTH)));
  const before = sketch.weight + 1 > MOST ? halved(sketch) : sketch;
  return {
    buckets: { ...before.buckets, [bucket]: (before.buckets[bucket] ?? 0) + 1 },
    weight: before.weight + 1,
  };
}

/** The value that a share `q` of the observations is not above, at most 5 % from the truth; undefined: nothing was seen. */
export function quantile(sketch: Sketch, q: number): number | undefined {
  const sorted = Object.entries(sketch.buckets)
    .map(([bucket, weight]) => ({ bucket: Number(bucket), weight }))
    .sort((a, b) => a.bucket - b.bucket);
  // A hair less: halves of halves do not add up exactly.
  const wanted = q * sketch.weight - 1e-9;
  let sum = 0;
  for (const { bucket, weight } of sorted) {
    sum += weight;
    // The middle of the bucket, in relative terms.
    if (sum >= wanted) return (2 * GROWTH ** bucket) / (1 + GROWTH);
  }
  return undefined;
}

function halved({ buckets }: Sketch): Sketch {
  const kept = Object.entries(buckets)
    .map(([bucket, weight]) => [bucket, weight / 2] as const)
    .filter(([, weight]) => weight >= LIGHTEST);
  return { buckets: Object.fromEntries(kept), weight: kept.reduce((sum, [, weight]) => sum + weight, 0) };
}
