/** Of two logistic regressions on what is known about a candidate; they give the probability that it is right. */
export interface ArbitrationWeights {
  /** For what a rule says; what each is stands at `RuleFeatures`. */
  rule: Record<'bias' | 'prior' | 'place' | 'guess' | 'rival' | 'codeRival', number>;
  /** For what the model says by itself: `odds` counts for the log odds of its probability. */
  guess: Record<'bias' | 'odds', number>;
}

/** Fitted by `npm run train:diagnosis` on labelled logs. */
export const WEIGHTS: ArbitrationWeights = {
  rule: { bias: 0.02, prior: 0.879, place: -0.058, guess: 1.26, rival: -0.282, codeRival: -0.289 },
  guess: { bias: 0.084, odds: 0.969 },
};
