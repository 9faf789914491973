import type { ActionType, Conclusion, DiagnosisMade, Failure, Job } from '@prunella/contracts';
import type { Model } from '@prunella/model';
import type { RuleSet } from '@prunella/rules';
import type { Line } from '@prunella/signals';
import type { ArbitrationWeights } from './arbitration-weights.ts';
import type { RunTests } from './run-tests.ts';

/** The log of one failed job, or a part of it: its text, or the lines that a scanner kept of it. */
export type LogText = LogOf &
  ({ text: string /** Its first line's number in the whole log. */; firstLine: number } | LogLines);

/** The lines of a log that was too large to be held. */
export interface LogLines {
  /** Cleaned, in their order, with their numbers in the whole log. */
  lines: readonly Line[];
  /** How many lines the whole log has. */
  totalLines: number;
}

interface LogOf {
  /** The job's name; empty: a log that belongs to no job. */
  job: string;
  /** Name of the first step that failed, when it is known. */
  failedStep?: string;
  /** How the job ended, when it is known. */
  conclusion?: Conclusion;
  /** The platform's own word for why it failed, where it has one. */
  failureReason?: string;
  /** What the platform says of it beside the log, a message each. Default: nothing. */
  annotations?: readonly string[];
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
  /** What test reports say of this attempt; absent: none came. */
  tests?: RunTests;
}

export interface DiagnosisDeps {
  rules: RuleSet;
  /** What outcomes taught about an action on the word of a rule; undefined: nothing yet. */
  learnt(decidedBy: string, action: ActionType): Learnt | undefined;
  /** Speaks where rules are silent, and is asked about what they say. Absent: rules alone. */
  model?: Model;
  /** Told of the stages as they are done, e.g. to measure them. Default: nobody is. */
  stage?: <T>(name: 'rules' | 'model', work: () => T) => T;
  /** How much counts what is known about each candidate. Default: those that come with this version. */
  weights?: ArbitrationWeights;
}

/** What outcomes taught, and what people said to it. */
export interface Learnt {
  /** How often it is expected to heal. */
  mean: number;
  /** What acting may count on. Default: `mean`. */
  lower?: number;
  /** How many outcomes it was learnt from; 0: nothing was. */
  samples: number;
  /** Why it is only recommended; absent: it is not. */
  demoted?: string;
  /** Who said that its own word counts, and why; absent: nobody. */
  pinned?: string;
}

/** Why something failed and what would help: `diagnosis.made` without what only the service knows. */
export type Diagnosis = Omit<DiagnosisMade, 'incidentId' | 'run' | 'diagnosedAt' | 'gaps'>;
