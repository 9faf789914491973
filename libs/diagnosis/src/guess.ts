import type { Cause } from '@prunella/contracts';
import type { Classifier, DiagnosisInput, Unclassified } from './diagnosis.ts';
import type { JobReading } from './reading.ts';

/** So many lines the classifier reads. */
const MOST_LINES = 60;

/** What the classifier says about one job; absent: there is none, or nothing to read. */
export interface Guesses {
  version: string;
  /** Best first. */
  list: readonly { cause: Cause; probability: number }[];
  /** 0 for a cause that the classifier does not know. */
  of(cause: Cause): number;
}

export function guess(failure: Unclassified, classifier: Classifier | undefined): Guesses | undefined {
  if (classifier === undefined || failure.lines.length === 0) return undefined;
  const list = classifier.classify(failure);
  const byCause = new Map(list.map(({ cause, probability }) => [cause, probability]));
  return { version: classifier.version, list, of: (cause) => byCause.get(cause) ?? 0 };
}

/** What a classifier sees of a job, and what it is trained on. */
export function unclassifiedOf(reading: JobReading, metrics: DiagnosisInput['metrics']): Unclassified {
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
