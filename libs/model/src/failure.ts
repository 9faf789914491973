import type { Cause, Conclusion } from '@prunella/contracts';
import type { Line } from '@prunella/signals';

/** What is known about a failure, as far as a model can read it. What is unknown is absent, not zero. */
export interface Failure {
  /** The lines that tell most, in their order. */
  lines: readonly Pick<Line, 'text'>[];
  /** The place of each line among all by how much it tells, from 0; as long as `lines`. */
  ranks: readonly number[];
  /** Of the step that failed. */
  exitCode?: number;
  /** The name of the step that failed. */
  failedStep?: string;
  conclusion?: Conclusion;
  /**
   * Measurements around the failure by name: `cpu`, `memory`, `error_rate` as ratios 0..1, `latency_ms`, and
   * `duration_ratio`, the duration as a multiple of what is usual.
   */
  metrics: Readonly<Record<string, number>>;
}

/** A failure whose cause is known. */
export interface Example {
  failure: Failure;
  cause: Cause;
  /** Other causes that count as right. Default: none. */
  acceptable?: readonly Cause[];
  /** A text that we wrote, not a failure that happened: it teaches, but nothing is measured on it. Default false. */
  written?: boolean;
  /** Failures of one group (a project, a repository) repeat each other: together they count less than others. */
  group: string;
  /** How much it counts beside its group. Default 1. */
  weight?: number;
  /** Probability 0..1 that the same thing without a change passes. Default: nobody knows. */
  transient?: number;
}

/** Causes with the probability that they are right, best first; the probabilities sum to 1. */
export type Prediction = readonly { cause: Cause; probability: number }[];
