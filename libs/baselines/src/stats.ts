/** The value that a share `q` (0 to 1) of the values is below, between two of them in proportion. @throws RangeError without values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new RangeError('expected at least one value, found none');
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Six digits are enough, and keep what is stored short. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

export function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
