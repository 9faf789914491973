import type { Conclusion } from '@prunella/contracts';
import type { Random } from '@prunella/core';
import type { LogWriter } from './log-writer.ts';

/** How one attempt of a run ends badly. */
export interface Breakdown {
  /** Name of the job that fails; the others pass. */
  job: string;
  /** Name of the step that fails. */
  step: string;
  /** Default: `failure`. */
  conclusion?: Conclusion;
  /** Writes the log of the failing step. */
  log(writer: LogWriter, random: Random): void;
}

/** Something that a simulated pipeline goes through. */
export interface Scenario {
  /** In the address that starts it. */
  name: string;
  /** One sentence for people. */
  summary: string;
  /** `playground/<name>` */
  repository: string;
  /** Name of the workflow. */
  workflow: string;
  /** In the order in which they are listed. */
  jobs: readonly string[];
  /** How long an attempt runs, in milliseconds: least and most. */
  duration: readonly [number, number];
  /** How often it comes up, compared with the others. */
  weight: number;
  /** What goes wrong in this attempt (counted from 1); undefined: it passes. */
  breakdown(attempt: number): Breakdown | undefined;
}
