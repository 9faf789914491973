import type { Cause } from '@prunella/contracts';
import { type Failure, type Model, type Prediction, predict } from '@prunella/model';
import type { DiagnosisInput } from './diagnosis.ts';
import type { JobReading } from './reading.ts';

/** So many lines a model reads. */
const MOST_LINES = 60;

/** What a model says about one job; absent: there is no model, or nothing to read. */
export interface Guesses {
  version: string;
  /** Best first. */
  list: Prediction;
  /** 0 for a cause that the model does not know. */
  of(cause: Cause): number;
}

export function guess(failure: Failure, model: Model | undefined): Guesses | undefined {
  if (model === undefined || failure.lines.length === 0) return undefined;
  const list = predict(model, failure);
  const byCause = new Map(list.map(({ cause, probability }) => [cause, probability]));
  return { version: model.version, list, of: (cause) => byCause.get(cause) ?? 0 };
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
