import type { Cause } from '@prunella/contracts';
import { type Failure, judge, type Model, type Prediction } from '@prunella/model';
import { isErrorLike, isExitMarker } from '@prunella/signals';
import type { DiagnosisInput } from './diagnosis.ts';
import type { JobReading } from './reading.ts';

/** So many lines a model reads. */
const MOST_LINES = 60;

/** A model is not asked about texts of which it knows less than this part of the words. */
const KNOWN_AT_LEAST = 0.25;

/** What a model says about one job. */
export interface Guesses {
  version: string;
  /** Best first. */
  list: Prediction;
  /** 0 for a cause that the model does not know. */
  of(cause: Cause): number;
}

/** A shorter text in which nothing speaks of an error is no log of a failed job, even if an exit code stands in it. */
const LINES_OF_A_JOB = 5;

/**
 * Asks the model. Undefined: there is none, the text does not look like a failed job's log (it has only seen such, and
 * would take any text for something), or the words are strange to it.
 */
export function guess(failure: Failure, model: Model | undefined): Guesses | undefined {
  if (model === undefined || !looksFailed(failure)) return undefined;
  const { causes: list, unknown } = judge(model, failure);
  if (unknown > 1 - KNOWN_AT_LEAST) return undefined;
  const byCause = new Map(list.map(({ cause, probability }) => [cause, probability]));
  return { version: model.version, list, of: (cause) => byCause.get(cause) ?? 0 };
}

function looksFailed(failure: Failure): boolean {
  if (failure.exitCode !== undefined && failure.lines.length >= LINES_OF_A_JOB) return true;
  return failure.lines.some(tellsOfError);
}

function tellsOfError({ text }: Failure['lines'][number]): boolean {
  const line = { line: 0, text };
  return isErrorLike(line) && !isExitMarker(line);
}

/** What a model sees of a job, and what it is trained on. */
export function failureOf(reading: JobReading, metrics: DiagnosisInput['metrics']): Failure {
  const read = reading.ranked
    .slice(0, MOST_LINES)
    .map(({ line }, place) => ({ line, place }))
    .sort((a, b) => a.line.line - b.line.line);
  return {
    lines: read.map(({ line }) => line),
    ranks: read.map(({ place }) => place),
    ...(reading.exitCode !== undefined && { exitCode: reading.exitCode }),
    ...(reading.failedStep !== undefined && { failedStep: reading.failedStep }),
    metrics,
  };
}
