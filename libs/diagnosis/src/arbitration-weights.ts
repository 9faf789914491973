/** Of two logistic regressions on what is known about a candidate; they give the probability that it is right. */
export interface ArbitrationWeights {
  /** For what a rule says; what each is stands at `RuleFeatures`. */
  rule: Record<'bias' | 'prior' | 'place' | 'guess' | 'rival' | 'codeRival', number>;
  /** For what the model says by itself: `odds` counts for the log odds of its probability. */
  guess: Record<'bias' | 'odds', number>;
}

/** Fitted by `npm run train:diagnosis` on labelled logs. */
export const WEIGHTS: ArbitrationWeights = {
  rule: { bias: 0.017, prior: 0.872, place: -0.068, guess: 1.262, rival: -0.281, codeRival: -0.306 },
  guess: { bias: 0.038, odds: 0.972 },
};
