import type { ConfidenceUpdated, OutcomeObserved } from '@prunella/contracts';
import type { ConfidenceRow, Observation } from '@prunella/store';

/** How many observations a rule's own confidence is worth. */
export const PRIOR_WEIGHT = 10;

/** The mean of the Beta posterior: the rule's own word, corrected by what was observed. 0..1. */
export function posteriorMean(counts: Omit<Observation, 'decidedBy' | 'action'>): number {
  const { prior, priorWeight, healed } = counts;
  return (prior * priorWeight + healed) / (priorWeight + samplesOf(counts));
}

/** How often it was seen to help or not; what was inconclusive says nothing. */
export function samplesOf(counts: Pick<Observation, 'healed' | 'ineffective' | 'harmful'>): number {
  return counts.healed + counts.ineffective + counts.harmful;
}

/** Longest name that `confidence.updated` can carry. */
const LONGEST_NAME = 256;

/**
 * Sums up outcomes by rule and action, less those that are taken back. Inconclusive ones, and those of actions that no rule of ours
 * decided, do not count; what comes to nothing is left out.
 */
export function observations(
  outcomes: readonly OutcomeObserved[],
  takenBack: readonly OutcomeObserved[] = [],
): Observation[] {
  const sums = new Map<string, Observation>();
  const steps = [...takenBack.map((data) => ({ data, step: -1 })), ...outcomes.map((data) => ({ data, step: 1 }))];
  for (const { data, step } of steps) {
    const { outcome, decidedBy, action, prior } = data;
    if (outcome === 'inconclusive' || decidedBy === '' || decidedBy.length > LONGEST_NAME) continue;
    const key = `${decidedBy}/${action}`;
    const sum = sums.get(key) ?? {
      decidedBy,
      action,
      prior: 0,
      priorWeight: PRIOR_WEIGHT,
      healed: 0,
      ineffective: 0,
      harmful: 0,
    };
    // A foreign verifier may send any number; a prior is a probability.
    sum.prior = Math.min(Math.max(prior, 0), 1);
    sum[outcome] += step;
    sums.set(key, sum);
  }
  return [...sums.values()].filter((sum) => sum.healed !== 0 || sum.ineffective !== 0 || sum.harmful !== 0);
}

/** What the others are told. */
export function confidenceUpdated(row: ConfidenceRow, updatedAt: string): ConfidenceUpdated {
  const { decidedBy, action, prior, priorWeight, healed, ineffective, harmful } = row;
  return {
    decidedBy,
    action,
    prior,
    priorWeight,
    healed,
    ineffective,
    harmful,
    mean: posteriorMean(row),
    updatedAt,
  };
}
