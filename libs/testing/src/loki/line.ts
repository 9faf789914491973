/** A line as a collector ships it. */
export interface ShippedLine {
  labels: Record<string, string>;
  /** In ms since the epoch. */
  at: number;
  /** The same to the nanosecond. Absent: `at`. */
  nanos?: bigint;
  text: string;
  /** Structured metadata: found like labels. */
  metadata?: Record<string, string>;
}

/** When a line is of, in ns since the epoch. */
export function nanosOf({ at, nanos }: Pick<ShippedLine, 'at' | 'nanos'>): bigint {
  return nanos ?? BigInt(at) * 1_000_000n;
}
