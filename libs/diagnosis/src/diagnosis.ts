import type { ActionType, Cause, Conclusion, DiagnosisMade, Failure, Job } from '@prunella/contracts';
import type { RuleSet } from '@prunella/rules';
import type { Line } from '@prunella/signals';
import type { ArbitrationWeights } from './arbitrate.ts';

/** The log of one failed job, or a part of it. */
export interface LogText {
  /** The job's name; empty: a log that belongs to no job. */
  job: string;
  text: string;
  /** Number of the text's first line in the whole log, from 1. */
  firstLine: number;
  /** Name of the first step that failed, when it is known. */
  failedStep?: string;
  /** How the job ended, when it is known. */
  conclusion?: Conclusion;
  /** Logs of earlier successful runs of the same job: what stands there too explains no failure. Default: none. */
  green?: readonly string[];
}

/** Everything that is known about one failure. */
export interface DiagnosisInput {
  logs: readonly LogText[];
  /** What the publisher says about the error. */
  error?: Failure;
  /** The failed jobs, those without a log too. */
  jobs: readonly Job[];
  /** Measurements around the failure by name: `error_rate` and `memory` as ratios 0..1. */
  metrics: Readonly<Record<string, number>>;
  /** How the whole run ended. */
  conclusion: Conclusion;
}

export interface DiagnosisDeps {
  rules: RuleSet;
  /** What outcomes taught about an action on the word of a rule; undefined: nothing yet. */
  learnt(decidedBy: string, action: ActionType): { mean: number; samples: number } | undefined;
  /** What a trained model says where rules are silent; absent: there is none. */
  classifier?: Classifier;
  /** How much counts what is known about each candidate. Default: those that come with this version. */
  weights?: ArbitrationWeights;
}

/** What a classifier sees of a failed job. */
export interface Unclassified {
  /** The lines that tell most, at most 60, in their order. */
  lines: readonly Line[];
  /** The place of each line among all by how much it tells, from 0; as long as `lines`. */
  ranks: readonly number[];
  exitCode?: number;
  failedStep?: string;
  conclusion?: Conclusion;
  metrics: Readonly<Record<string, number>>;
}

export interface Classifier {
  /** Named in `decidedBy`. */
  version: string;
  /** Causes with the probability that they are right, best first; the probabilities sum to 1. */
  classify(failure: Unclassified): readonly { cause: Cause; probability: number }[];
}

/** Why something failed and what would help: `diagnosis.made` without what only the service knows. */
export type Diagnosis = Omit<DiagnosisMade, 'incidentId' | 'run' | 'diagnosedAt' | 'gaps'>;
