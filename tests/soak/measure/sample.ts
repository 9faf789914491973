/** All that was seen at one time: values by the names of their measures, e.g. `auditor/rss`. A measure that could not be had is not in it. */
export interface Sample {
  /** Milliseconds since the load began. */
  at: number;
  /** Stories that were begun by then. */
  sent: number;
  values: Record<string, number>;
}
