import { type Interval, wilson } from './rates.ts';

/** Decisions that were equally sure, and how many of them healed; only those of which it is proven. */
export interface StatedCases {
  /** What was said before, 0..1. */
  confidence: number;
  cases: number;
  successes: number;
}

/** What was said to be about as sure, against what came of it. */
export interface ReliabilityBin {
  /** From (inclusive) to (exclusive, but for the last), 0..1. */
  from: number;
  to: number;
  cases: number;
  successes: number;
  /** What was said on average; null: there are no cases. */
  stated: number | null;
  /** How often it healed, with Wilson's interval at 95 %; null: there are no cases. */
  observed: Interval | null;
}

export interface Reliability {
  cases: number;
  successes: number;
  /** Over all; null: there are no cases. */
  stated: number | null;
  observed: Interval | null;
  /** All of them, also those without cases, in order. */
  bins: ReliabilityBin[];
  /** How far what was said is from what came of it, on average over the bins by their cases, 0..1 (Naeini et al., AAAI 2015). null: there are no cases. */
  calibrationError: number | null;
  /** Mean squared distance of what was said from what came of it, 0..1, the less the better (Brier, Monthly Weather Review 78, 1950). null: there are no cases. */
  brier: number | null;
  /** The same of somebody who always says how often it heals over all: what is not below it tells nothing. */
  brierOfAverage: number | null;
  /** One sentence that may stand alone. */
  says: string;
}

export const BINS = 10;
/** With fewer nothing is claimed. */
export const LEAST_STATED = 20;

/** Whether what is said to heal so often does heal so often. The order of the decisions does not matter. */
export function reliability(decisions: readonly StatedCases[]): Reliability {
  const bins = Array.from({ length: BINS }, (_, bin) => ({ ...wholeOf(decisions, bin), ...edgesOf(bin) }));
  const whole = wholeOf(decisions);
  const { cases, successes, observed } = whole;
  if (observed === null) return { ...whole, bins, ...NOTHING };
  const distances = bins.map((bin) => bin.cases * Math.abs((bin.observed?.value ?? 0) - (bin.stated ?? 0)));
  const squares = decisions.map(
    (each) => each.successes * (1 - each.confidence) ** 2 + (each.cases - each.successes) * each.confidence ** 2,
  );
  const rate = successes / cases;
  return {
    ...{ ...whole, bins, calibrationError: sum(distances) / cases, brier: sum(squares) / cases },
    ...{ brierOfAverage: rate * (1 - rate), says: sentence(whole.stated ?? 0, observed, cases) },
  };
}

const NOTHING = {
  ...{ calibrationError: null, brier: null, brierOfAverage: null },
  says: 'not enough: of no decision it is proven what came of it',
};

function edgesOf(bin: number): { from: number; to: number } {
  return { from: bin / BINS, to: (bin + 1) / BINS };
}

/** @param bin which one; undefined: all of them. */
function wholeOf(decisions: readonly StatedCases[], bin?: number) {
  const some = bin === undefined ? decisions : decisions.filter(({ confidence }) => binOf(confidence) === bin);
  const cases = sum(some.map((each) => each.cases));
  const successes = sum(some.map((each) => each.successes));
  const stated = cases === 0 ? null : sum(some.map((each) => each.cases * each.confidence)) / cases;
  return { cases, successes, stated, observed: cases === 0 ? null : wilson({ successes, cases }) };
}

/** What is sure belongs to the last one. */
function binOf(confidence: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor(confidence * BINS + 1e-9)));
}

function sentence(stated: number, observed: Interval, cases: number): string {
  if (cases < LEAST_STATED) return `not enough: ${cases} proven decisions, at least ${LEAST_STATED} are needed`;
  const verdict =
    stated < observed.low
      ? 'it helps more often than was said'
      : stated > observed.high
        ? 'it helps less often than was said'
        : 'what was said holds';
  return `${percent(stated)} was said on average, ${percent(observed.value)} of ${cases} healed (95 % ${percent(observed.low)} to ${percent(observed.high)}): ${verdict}.`;
}

function percent(share: number): string {
  return `${Math.round(1_000 * share) / 10} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
