import type { ActionType, Conclusion, DiagnosisMade, Failure, Job } from '@prunella/contracts';
import type { Model } from '@prunella/model';
import type { RuleSet } from '@prunella/rules';
import type { ArbitrationWeights } from './arbitration-weights.ts';

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
  /** Speaks where rules are silent, and is asked about what they say. Absent: rules alone. */
  model?: Model;
  /** How much counts what is known about each candidate. Default: those that come with this version. */
  weights?: ArbitrationWeights;
}

/** Why something failed and what would help: `diagnosis.made` without what only the service knows. */
export type Diagnosis = Omit<DiagnosisMade, 'incidentId' | 'run' | 'diagnosedAt' | 'gaps'>;
