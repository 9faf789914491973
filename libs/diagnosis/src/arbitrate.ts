import { domainOf } from '@prunella/core';
import type { ArbitrationWeights } from './arbitration-weights.ts';
import type { Candidate } from './candidate.ts';
import type { Guesses } from './guess.ts';
import type { JobReading } from './reading.ts';
import { usualAction } from './usual-actions.ts';
import { round } from './weigh.ts';

/** What is known about a candidate of a rule beside its own word; each is 0 where nothing is known. */
export interface RuleFeatures {
  /** Log odds of the confidence that the rule states. */
  prior: number;
  /** ln of the place of its most telling line among all lines, from 1; the first three count as one. */
  place: number;
  /** ln of how probable the model finds the cause, against one in ten. */
  guess: number;
  /** Log odds of the surest rule that names another cause; 0 or less than 0 becomes 0. */
  rival: number;
  /** 1: the surest of the others names a cause in the code, and this one does not. */
  codeRival: number;
}

export const RULE_FEATURES = [
  'prior',
  'place',
  'guess',
  'rival',
  'codeRival',
] as const satisfies (keyof RuleFeatures)[];

/** Lines further down tell nothing, wherever they are. */
const LAST_PLACE = 300;
/** A model that has seen few failures of a kind knows little against what their platform itself prints. */
const LEAST_GUESS = -0.7;
const LEAST = 0.02;
const MOST = 0.99;
/** A guess changes nothing for people below this. */
const WORTH_SAYING = 0.05;
/** Where a rule is at least so sure, the model only names alternatives. */
const RULE_DECIDES = 0.5;
/** From this on trying again is worth it. */
const HELPS = 0.5;
/** Guesses below this are noise. */
const WORTH_NAMING = 0.05;

/**
 * What rules and model say about one job, each with the probability that it is right: rules first, weighed by
 * where their lines stand, what the model thinks and what other rules say; then the model's own guesses, which
 * win only where no rule is sure.
 *
 * The weights come from logistic regressions on labelled logs of projects that the model had not seen.
 */
export function weighInLog(
  found: readonly Candidate[],
  guesses: Guesses | undefined,
  reading: JobReading,
  weights: ArbitrationWeights,
): Candidate[] {
  const alone = found.map((candidate) => weighedInLog(candidate, found, guesses, reading, weights.rule));
  const weighed = alone.map((candidate) => against(candidate, alone));
  const surest = Math.max(0, ...weighed.map(({ confidence }) => confidence));
  const named = new Set(found.map(({ cause }) => cause));
  const own = (guesses?.list ?? [])
    .filter(({ cause, probability }) => probability >= WORTH_NAMING && !named.has(cause) && cause !== 'unknown')
    .map(({ cause, probability }) => {
      const confidence = guessConfidence(probability, weights.guess);
      const least = surest >= RULE_DECIDES ? Math.min(confidence, surest - 0.01) : confidence;
      return guessed(cause, round(least), guesses?.version ?? '', reading);
    });
  return [...weighed, ...own];
}

/**
 * That trying again helps and that only people can help can't both be likely: the former gets what the latter leaves.
 * A rerun that hides a real failure is the dearest mistake.
 */
export function against(candidate: Candidate, all: readonly Candidate[]): Candidate {
  if (candidate.transient < HELPS) return candidate;
  const rivals = all.filter(({ cause, transient }) => transient < HELPS && isMendedByPeople(cause));
  const strongest = Math.max(0, ...rivals.map(({ confidence }) => confidence));
  const confidence = round(candidate.confidence / Math.max(1, candidate.confidence + strongest));
  return { ...candidate, confidence };
}

function isMendedByPeople(cause: Candidate['cause']): boolean {
  return domainOf(cause) === 'code' || cause === 'dependency_error' || cause === 'auth_error';
}

function weighedInLog(
  candidate: Candidate,
  found: readonly Candidate[],
  guesses: Guesses | undefined,
  reading: JobReading,
  weights: ArbitrationWeights['rule'],
): Candidate {
  // A sign beside the text has no place in it; it says what it says.
  if (candidate.lines.length === 0) return candidate;
  const features = ruleFeatures(candidate, found, guesses, reading);
  const confidence = clamp(sigmoid(weights.bias + dot(features, weights)));
  const guess = guesses?.of(candidate.cause) ?? 0;
  const says = `the model gives ${candidate.cause} ${guess.toFixed(2)}`;
  const notes = guesses !== undefined && Math.abs(confidence - candidate.prior) >= WORTH_SAYING ? [says] : [];
  return { ...candidate, confidence: round(confidence), notes: [...candidate.notes, ...notes] };
}

export function ruleFeatures(
  candidate: Candidate,
  found: readonly Candidate[],
  guesses: Guesses | undefined,
  { places }: Pick<JobReading, 'places'>,
): RuleFeatures {
  const place = Math.min(LAST_PLACE, ...candidate.lines.map(({ line }) => places.get(line) ?? LAST_PLACE));
  const rival = found
    .filter(({ cause, lines }) => cause !== candidate.cause && lines.length > 0)
    .reduce<Candidate | undefined>((best, other) => (best && best.prior >= other.prior ? best : other), undefined);
  const isCode = domainOf(candidate.cause) === 'code';
  return {
    prior: logit(candidate.prior),
    place: Math.log(Math.max(1, place - 1)),
    guess: guesses === undefined ? 0 : Math.max(LEAST_GUESS, Math.log((guesses.of(candidate.cause) + 0.01) / 0.1)),
    rival: rival === undefined ? 0 : Math.max(0, logit(rival.prior)),
    codeRival: rival !== undefined && !isCode && domainOf(rival.cause) === 'code' ? 1 : 0,
  };
}

function guessConfidence(probability: number, { bias, odds }: ArbitrationWeights['guess']): number {
  return round(clamp(sigmoid(bias + odds * logit(probability))));
}

function guessed(
  cause: Candidate['cause'],
  confidence: number,
  version: string,
  { job, ranked }: JobReading,
): Candidate {
  const [first] = ranked;
  const { says, transient, action } = usualAction(cause);
  return {
    cause,
    action,
    decidedBy: `model:${version}`,
    says,
    transient,
    prior: confidence,
    confidence,
    lines: first === undefined ? [] : [{ ...first.line, job, source: 'log' }],
    count: first === undefined ? 0 : 1,
    notes: [],
  };
}

function dot(features: RuleFeatures, weights: ArbitrationWeights['rule']): number {
  return RULE_FEATURES.reduce((sum, name) => sum + weights[name] * features[name], 0);
}

function clamp(probability: number): number {
  return Math.min(MOST, Math.max(LEAST, probability));
}

export function logit(probability: number): number {
  const inside = Math.min(0.999, Math.max(0.001, probability));
  return Math.log(inside / (1 - inside));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
