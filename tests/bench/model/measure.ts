import type { Cause } from '@prunella/contracts';
import { failureOf, readLog } from '@prunella/diagnosis';
import { type Example, type Failure, judge, type Model } from '@prunella/model';
import type { Rule } from '@prunella/rules';
import type { Item } from '../diagnosis/datasets.ts';
import { type Figures, figuresOf, type Verdict } from '../diagnosis/score.ts';

/** What a rule's example counts, compared with a log: it is one line that we wrote. */
const EXAMPLE_WEIGHT = 0.8;
/** So probable a rerun has to be before it counts as said. */
const RERUNS_ABOVE = 0.5;

/** A labelled log as the model sees it. */
export interface Labelled {
  item: Item;
  failure: Failure;
}

/** What was measured of one model on failures that it had not seen. */
export interface Measured {
  verdicts: Verdict[];
  /** For each verdict, in their order. */
  unknown: number[];
  /** Milliseconds for each failure, features included; sorted. */
  times: number[];
}

export function labelledOf(items: readonly Item[]): Labelled[] {
  return items
    .filter(({ cause }) => cause !== undefined)
    .map((item) => {
      const reading = readLog({ job: '', text: item.text(), firstLine: 1 });
      return { item, failure: failureOf(reading, {}) };
    });
}

export function examplesOf(labelled: readonly Labelled[]): Example[] {
  return labelled.map(({ item, failure }) => ({
    failure,
    cause: item.cause as Cause,
    acceptable: [...item.acceptable] as Cause[],
    group: item.project,
    ...(item.transient !== undefined && { transient: Number(item.transient) }),
  }));
}

/** The lines that rules must match: for causes that few logs have they are nearly all that is known. */
export function examplesOfRules(rules: readonly Rule[]): Example[] {
  return rules.flatMap(({ id, cause, transient, examples }) =>
    examples.match
      .map((example) => (typeof example === 'string' ? example : `${example.type} ${example.message}`.trim()))
      .filter((text) => text !== '')
      .map((text): Example => {
        const lines = text.split('\n').map((line) => ({ text: line }));
        const failure = { lines, ranks: lines.map((_, rank) => rank), metrics: {} };
        return { failure, cause, group: `rule ${id}`, weight: EXAMPLE_WEIGHT, transient, written: true };
      }),
  );
}

/** What a model says about failures that it did not see. */
export function measure(model: Model, unseen: readonly Labelled[]): Measured {
  const times: number[] = [];
  const judged = unseen.map(({ item, failure }) => {
    const start = performance.now();
    const judgement = judge(model, failure);
    times.push(performance.now() - start);
    return { item, judgement };
  });
  return {
    verdicts: judged.map(({ item, judgement: { causes, transient } }) => ({
      set: item.set,
      project: item.project,
      cause: item.cause ?? '',
      acceptable: item.acceptable,
      said: causes[0]?.cause ?? 'unknown',
      second: causes[1]?.cause,
      confidence: causes[0]?.probability ?? 0,
      decidedBy: `model:${model.version}`,
      transient: item.transient,
      reruns: transient >= RERUNS_ABOVE,
      evidenceHit: undefined,
      removed: 0,
    })),
    unknown: judged.map(({ judgement }) => judgement.unknown),
    times: times.sort((a, b) => a - b),
  };
}

/** The figures that a model file carries, rounded to three places. */
export function shortFigures(figures: Figures): Record<string, number> {
  const { accuracy, macroF1, macroF1Of10, top2, calibrationError, transient } = figures;
  const named = {
    ...{ failures: figures.items, accuracy, macroF1, macroF1Of10, top2, calibrationError },
    ...{ transientPrecision: transient.precision, transientRecall: transient.recall },
  };
  return Object.fromEntries(
    Object.entries(named)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]),
  );
}

/** Figures of several models' verdicts together. */
export function together(parts: readonly Measured[]): Measured {
  return {
    verdicts: parts.flatMap(({ verdicts }) => verdicts),
    unknown: parts.flatMap(({ unknown }) => unknown),
    times: parts.flatMap(({ times }) => times).sort((a, b) => a - b),
  };
}

export { figuresOf };
